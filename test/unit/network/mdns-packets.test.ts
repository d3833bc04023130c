import { describe, expect, it } from 'vitest';
import { Admission } from '../../../electron/network/mdns/admission';
import { isNeighbour, lanInterfaces, type CardAddress } from '../../../electron/network/mdns/interfaces';
import { announcementPacket, goodbyePacket, isAnnounceable, questionPacket, readPacket } from '../../../electron/network/mdns/packets';
import { ManualClock } from '../../support/manual-clock';
import { announcement, contactsType, header, labels, record, texts, types, u16 } from '../../support/mdns-packets';

const announced = { kind: 'contacts', name: 'f00dfeed', host: 'a1b2c3', port: 4_711, facts: { v: '2', t: 'x-_1' } } as const;
const services = (bytes: Buffer) => readPacket(bytes)?.services;

describe('what is said on the local network', () => {
  it('LAN: an announcement reads as it was meant, and fits one frame', () => {
    const packet = announcementPacket(announced, '192.0.2.1');
    expect(packet.length).toBeLessThan(500);
    expect(services(packet)).toEqual([{ kind: 'contacts', name: 'f00dfeed', offer: { seconds: 120, port: 4_711, facts: announced.facts } }]);
    expect(services(goodbyePacket(announced))).toEqual([{ kind: 'contacts', name: 'f00dfeed', offer: undefined }]);
    expect(readPacket(questionPacket('near'))).toEqual({ asked: [{ kind: 'near', known: [] }], askedNames: [], services: [] });
  });

  it('LAN: too much, or anything but short printable texts, is not announced', () => {
    expect(isAnnounceable(announced)).toBe(true);
    const wrong: readonly Partial<Parameters<typeof isAnnounceable>[0]>[] = [{ name: 'with.dot' }, { name: '' }, { name: 'x'.repeat(64) }, { port: 0 }, { port: 70_000 }, { facts: { t: 'ä' } }, { facts: { t: 'x'.repeat(201) } }, { facts: { Loud: 'x' } }];
    for (const change of wrong) expect(isAnnounceable({ ...announced, ...change })).toBe(false);
  });

  it('LAN: a device that asks and knows an answer already is not answered', () => {
    const asking = (seconds: number) =>
      Buffer.concat([header({ questions: 1, answers: 1, response: false }), labels(contactsType), u16(types.PTR), u16(1), record(labels(contactsType), types.PTR, labels(['abc', ...contactsType]), seconds)]);
    expect(readPacket(asking(100))?.asked).toEqual([{ kind: 'contacts', known: ['abc'] }]);
    expect(readPacket(asking(10))?.asked).toEqual([{ kind: 'contacts', known: [] }]);
  });

  it('LAN: hostile packets are passed over, every one', () => {
    const full = ['abc', ...contactsType];
    const pointerTo = (at: number): Buffer => u16(0xc000 + at);
    const srv = (port: number) => Buffer.concat([u16(0), u16(0), u16(port), labels(['host', 'local'])]);
    const hostile: Record<string, Buffer> = {
      empty: Buffer.alloc(0),
      'half a header': Buffer.alloc(7),
      'counts without records': header({ questions: 16, answers: 32 }),
      'thousands of records': Buffer.concat([header({ answers: 4_000 }), announcement().subarray(12)]),
      'a pointer to itself': Buffer.concat([header({ answers: 1 }), record(pointerTo(12), types.PTR, labels(full))]),
      'a pointer to nowhere': Buffer.concat([header({ answers: 1 }), record(pointerTo(0x3fff), types.PTR, labels(full))]),
      'a pointer in a circle': Buffer.concat([header({ answers: 1 }), record(Buffer.concat([Buffer.from([3]), Buffer.from('abc'), pointerTo(12)]), types.PTR, labels(full))]),
      'a label without an end': Buffer.concat([header({ answers: 1 }), Buffer.from([63]), Buffer.from('_keyshift')]),
      'a reserved label': Buffer.concat([header({ answers: 1 }), Buffer.from([0x80, 1])]),
      'a record longer than the packet': Buffer.concat([header({ answers: 1 }), record(labels(contactsType), types.TXT, Buffer.from('x'), 120, 60_000)]),
      'texts longer than their record': Buffer.concat([header({ answers: 1 }), record(labels(full), types.TXT, Buffer.from([255, 1]))]),
      'an option without an end': Buffer.concat([header({ answers: 1 }), record(Buffer.from([0]), types.OPT, Buffer.from([0, 14, 0xff, 0xff]))]),
      'a name bitmap without an end': Buffer.concat([header({ answers: 1 }), record(labels(full), types.NSEC, Buffer.concat([labels(['x']), Buffer.from([0, 255])]), 120, 200)]),
      'a service without a place': Buffer.concat([header({ answers: 1 }), record(labels(contactsType), types.PTR, labels(full))]),
      'a place that is a text': Buffer.concat([header({ answers: 3 }), record(labels(contactsType), types.PTR, labels(full)), record(labels(full), types.TXT, srv(1)), record(labels(full), types.TXT, srv(1))]),
      'port 0': announcement({ port: 0 }),
      'a name of bad UTF-8': announcement({ name: Buffer.from([0xff, 0xfe, 0x80]) }),
      'a name with a dot inside': announcement({ name: 'a.b' }),
      'a name with spaces': announcement({ name: 'Ann’s laptop' }),
      'another type': announcement({ type: ['_http', '_tcp', 'local'] }),
      'a type that only ends like ours': announcement({ type: ['x_keyshift', '_tcp', 'local'] }),
      'huge texts': announcement({ text: texts('a='.padEnd(255, 'x'), 'b='.padEnd(255, 'x')) }),
      'many texts': announcement({ text: texts(...Array.from({ length: 9 }, (_, at) => `k${at}=1`)) }),
      'more than a frame': Buffer.concat([announcement(), Buffer.alloc(1_400)]),
    };
    for (const [what, bytes] of Object.entries(hostile)) expect([what, services(bytes) ?? []]).toEqual([what, []]);
  });

  it('LAN: texts that are none are passed over, the first of a name counts', () => {
    const facts = (text: Buffer) => services(announcement({ text }))?.[0]?.offer?.facts;
    expect(facts(texts('v=2', 'v=3', 'no', '=x', Buffer.from([0xff, 0x3d]), 'k=\u0007', '__proto__=x', 't=a=b'))).toEqual({ v: '2', t: 'a=b' });
    expect(facts(Buffer.from([0]))).toEqual({});
  });

  it('LAN: at most four services are taken from one packet, none is remembered for more than five minutes', () => {
    const one = (at: number) => {
      const full = [`n${at}`, ...contactsType];
      return [record(labels(contactsType), types.PTR, labels(full), 4_000_000_000), record(labels(full), types.SRV, Buffer.concat([u16(0), u16(0), u16(1), labels(['h'])])), record(labels(full), types.TXT, Buffer.from([0]))];
    };
    const heard = services(Buffer.concat([header({ answers: 30 }), ...Array.from({ length: 10 }, (_, at) => one(at)).flat()]));
    expect(heard?.map(({ offer }) => offer?.seconds)).toEqual([300, 300, 300, 300]);
  });

  it('LAN: what fits a frame is read fast, whatever is in it', () => {
    // A long chain of pointers, and as many names as fit that go through all of it.
    const chain = Buffer.concat(Array.from({ length: 400 }, (_, at) => u16(0xc000 + (at === 0 ? 12 : 12 + 20 + (at - 1) * 2))));
    const start = Buffer.concat([header({ answers: 32 }), record(labels(['x']), 10, Buffer.alloc(0)).subarray(0, 20), chain]);
    const packet = Buffer.concat([start, ...Array.from({ length: 31 }, () => record(u16(0xc000 + start.length - 2), types.PTR, labels(['_keyshift'])))]);
    for (let round = 0; round < 100; round += 1) expect(services(packet.subarray(0, 1_472)) ?? []).toEqual([]);
  });
});

describe('whose packets are looked at', () => {
  const card = { address: '192.0.2.10', netmask: '255.255.255.0' };
  const bytes = announcement();

  it('LAN: those of neighbours, from the mDNS port, small and about Keyshift', () => {
    const admission = new Admission(new ManualClock(), card);
    const from = (address: string, port = 5_353) => ({ address, port });
    expect(admission.admits(bytes, from('192.0.2.77'))).toBe(true);
    expect(admission.admits(bytes, from('192.0.2.10'))).toBe(true);
    for (const [what, refused] of Object.entries({
      'another network': admission.admits(bytes, from('198.51.100.7')),
      loopback: admission.admits(bytes, from('127.0.0.1')),
      'another port': admission.admits(bytes, from('192.0.2.77', 4_000)),
      'no word of Keyshift': admission.admits(announcement({ type: ['_http', '_tcp', 'local'] }), from('192.0.2.77')),
      'too large': admission.admits(Buffer.concat([bytes, Buffer.alloc(1_472)]), from('192.0.2.77')),
      'no address': admission.admits(bytes, from('fe80::1')),
    })) expect([what, refused]).toEqual([what, false]);
  });

  it('LAN: a flood is cut, one neighbour does not use up what others have, and time heals it', async () => {
    const clock = new ManualClock();
    const admission = new Admission(clock, card);
    const admitted = (address: string, count: number) => Array.from({ length: count }, () => admission.admits(bytes, { address, port: 5_353 })).filter(Boolean).length;
    expect(admitted('192.0.2.66', 10_000)).toBe(128);
    expect(admitted('192.0.2.77', 3)).toBe(3);
    const invented = Array.from({ length: 250 }, (_, at) => admitted(`192.0.2.${at + 1}`, 100)).reduce((a, b) => a + b, 0);
    expect(invented).toBeLessThan(512);
    await clock.advance(10_000);
    expect(admitted('192.0.2.66', 10_000)).toBe(128);
  });

  it('LAN: who is a neighbour', () => {
    const neighbours = (address: string, netmask: string, ...others: readonly string[]) => others.map((other) => isNeighbour({ address, netmask }, other));
    expect(neighbours('10.1.2.3', '255.255.254.0', '10.1.3.9', '10.1.2.3', '10.1.4.1')).toEqual([true, true, false]);
    expect(neighbours('10.1.2.3', '255.255.255.0', '10.1.2.0', '10.1.2.255', '224.0.0.251', 'x', '')).toEqual([false, false, false, false, false]);
    expect(neighbours('169.254.3.4', '255.255.0.0', '169.254.200.1')).toEqual([true]);
    expect(neighbours('127.0.0.1', '255.0.0.0', '127.0.0.1', '192.0.2.1')).toEqual([true, false]);
  });
});

describe('which cards are used', () => {
  const one = (interfaceName: string, address: string, more: Partial<CardAddress> = {}): CardAddress => ({ interfaceName, address, netmask: '255.255.255.0', family: 'IPv4', internal: false, ...more });
  const cards = [
    one('lo', '127.0.0.1', { internal: true, netmask: '255.0.0.0' }),
    one('eth0', '192.0.2.10'),
    one('wlan0', '198.51.100.4'),
    one('wlan0', 'fe80::1', { family: 'IPv6' }),
    one('docker0', '172.17.0.1'),
    one('tun0', '10.8.0.2', { netmask: '255.255.255.255' }),
  ];
  const used = (host: string) => lanInterfaces(host, cards).map(({ address }) => address);

  it('LAN: every real one when listening everywhere, loopback alone when listening there alone', () => {
    expect(used('::')).toEqual(['192.0.2.10', '198.51.100.4']);
    expect(used('0.0.0.0')).toEqual(['192.0.2.10', '198.51.100.4']);
    expect(used('127.0.0.1')).toEqual(['127.0.0.1']);
    expect(used('198.51.100.4')).toEqual(['198.51.100.4']);
    expect(used('172.17.0.1')).toEqual(['172.17.0.1']);
    expect(used('203.0.113.1')).toEqual([]);
    expect(used('::1')).toEqual([]);
    expect(used('fe80::1')).toEqual([]);
    expect(lanInterfaces('::', Array.from({ length: 40 }, (_, at) => one(`eth${at}`, `192.0.2.${at + 1}`)))).toHaveLength(8);
  });
});
