import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { parseHost } from '../../../electron/engine/identity/host';
import { encodeRecoveryCode, parseRecoveryCode, recoveryQrText } from '../../../electron/engine/identity/recovery-code';
import { encodeSafetyCode, parseSafetyCode } from '../../../electron/engine/identity/safety-code';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { targetOf } from '../../../electron/network/router/gateway-http';
import { answerTo, grant, isMapped, mapRequest } from '../../../electron/network/router/nat-pmp';
import { locationOf } from '../../../electron/network/router/ssdp';
import { wanServices } from '../../../electron/network/router/upnp-xml';
import { KeyshiftError } from '../../../shared/errors';
import { assertSame, outcomeOf, type Target } from '../target';

const counting = (first: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (first + at) & 255);
const router = '192.0.2.1';

/** Text that people paste or that is read off a screen, and what a router says. */
export function texts(crypto: Crypto): Target[] {
  const named = (first: number) => ({ peerId: peerIdFromBytes(counting(first, 32)), spkiHash: counting(first + 32, 32) });
  const code = encodeSafetyCode({ shower: named(1), reader: named(90) });
  const groups = encodeRecoveryCode(crypto, counting(1, 32));
  const description = (url: string): string => `<root><URLBase>http://${router}:80/</URLBase><service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>${url}</controlURL></service></root>`;
  return [
    {
      name: 'safety-code',
      seeds: [Buffer.from(code), Buffer.from(code.toLowerCase())],
      run: (bytes) => {
        const text = Buffer.from(bytes).toString('utf8');
        const read = parseSafetyCode(text);
        if (read && encodeSafetyCode(read) !== text.trim().toUpperCase()) throw new Error('two texts for one code');
        return read ? 'read' : 'none';
      },
    },
    {
      name: 'recovery-code as typed',
      seeds: [Buffer.from(groups.join(' ')), Buffer.from(groups.join('-').toLowerCase().replaceAll('1', 'l')), Buffer.from(recoveryQrText(groups))],
      run: (bytes) =>
        outcomeOf([KeyshiftError], () => {
          assertSame(parseRecoveryCode(crypto, Buffer.from(bytes).toString('utf8')), counting(1, 32), 'a recovery code');
          return 'read';
        }),
    },
    {
      name: 'host',
      seeds: ['192.0.2.1', '2001:db8::1', '::ffff:1.2.3.4', 'a.example', 'xn--bcher-kva.example', `${'a'.repeat(56)}.onion`].map((text) => Buffer.from(text)),
      run: (bytes) => {
        const host = parseHost(Buffer.from(bytes).toString('utf8'));
        if (!host) return 'none';
        if (host.text.length > 253 || /[^0-9a-z.:-]/.test(host.text) || parseHost(host.text)?.text !== host.text) throw new Error('a host of two texts');
        return host.kind;
      },
    },
    {
      name: 'router-description',
      seeds: ['/ctl', `http://${router}:1900/ctl?a=1`, 'http://198.51.100.7/ctl'].map((url) => Buffer.from(description(url))),
      run: (bytes) => {
        const services = wanServices(Buffer.from(bytes).toString('utf8'), { host: router, port: 80, path: '/d.xml' });
        if (services.some(({ control }) => control.host !== router)) throw new Error('somebody else is to be asked');
        return `${Math.min(services.length, 3)} services`;
      },
    },
    {
      name: 'router-search',
      seeds: [Buffer.from(`HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLocation: http://${router}:5000/d.xml\r\n\r\n`), Buffer.from(`http://${router}/`)],
      run: (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        const places = [locationOf(text, router), targetOf(text, router)];
        if (places.some((place) => place && (place.host !== router || !/^\/[\x21-\x7e]*$/.test(place.path)))) throw new Error('a place that is not the sender’s own');
        return places.map((place) => (place ? 'place' : 'none')).join(' ');
      },
    },
    {
      name: 'nat-pmp',
      seeds: [Buffer.from('00820000000000011267126700000e10', 'hex'), Buffer.from('00800000000000017f000001', 'hex')],
      run: (bytes) => {
        const mapping = answerTo(mapRequest(4_711, 4_711, 3_600), 16, bytes);
        const address = answerTo(Uint8Array.of(0, 0), 12, bytes);
        if (!mapping) return address ? 'an address' : 'no answer';
        if (!isMapped(mapping, 4_711)) return 'not mapped';
        const { port, outside, seconds } = grant(mapping, mapping);
        if (port < 1 || port > 65_535 || seconds < 0 || parseHost(outside)?.kind !== 'ipv4') throw new Error('beyond its bounds');
        return 'mapped';
      },
    },
  ];
}
