import { announcementPacket, goodbyePacket, questionPacket, readPacket } from '../../../electron/network/mdns/packets';
import type { Target } from '../target';

/** Datagrams of whoever is on the local network: read or passed over, never thrown at, and never more than one packet may bring. */
export function lanPackets(): Target {
  const announced = { kind: 'contacts', name: 'f00d', host: 'feed', port: 4_711, facts: { v: '2', t: 'AbC_-9' } } as const;
  return {
    name: 'lan-packets',
    seeds: [announcementPacket(announced, '192.0.2.1'), announcementPacket({ ...announced, kind: 'near' }, '192.0.2.1'), goodbyePacket(announced), questionPacket('near')],
    run: (bytes) => {
      const heard = readPacket(Buffer.from(bytes));
      if (heard === undefined) return 'passed over';
      if (heard.services.length > 4 || heard.asked.length > 2) throw new Error('more than one packet may bring');
      for (const { name, offer } of heard.services) {
        if (!/^[a-z0-9-]{1,63}$/.test(name)) throw new Error('a name that is none');
        if (offer === undefined) continue;
        const texts = Object.entries(offer.facts);
        if (offer.seconds > 300 || offer.port < 1 || offer.port > 65_535 || texts.length > 8 || texts.flat().join('').length > 256) throw new Error('beyond the limits');
      }
      return `${heard.services.length} services, ${heard.asked.length} questions`;
    },
  };
}
