import { describe, expect, it } from 'vitest';
import { Announcer } from '../../../electron/network/mdns/announcer';
import { Browser } from '../../../electron/network/mdns/browser';
import { goodbyePacket, type Heard, type HeardService, questionPacket, readPacket } from '../../../electron/network/mdns/packets';
import { Sightings } from '../../../electron/network/mdns/sightings';
import type { LanSighting } from '../../../electron/services/ports';
import { ManualClock } from '../../support/manual-clock';

const random = { bytes: (length: number) => new Uint8Array(length) };
const offer = { seconds: 120, port: 4_711, facts: { v: '2', t: 'x' } };
const heardOf = (name: string, change: Partial<NonNullable<HeardService['offer']>> = {}): HeardService => ({ kind: 'contacts', name, offer: { ...offer, ...change } });
const question: Heard = { asked: [{ kind: 'contacts', known: [] }], askedNames: [], services: [] };

function sightings() {
  const clock = new ManualClock();
  const told: LanSighting[] = [];
  return { clock, told, seen: new Sightings('contacts', clock, (sighting) => void told.push(sighting)) };
}

const summary = ({ name, gone, addresses }: LanSighting) => [name, gone, ...addresses.map(({ host, port }) => `${host}:${port}`)];

describe('who was heard', () => {
  it('LAN: told once, again only when something changed', () => {
    const { told, seen } = sightings();
    seen.hear(heardOf('a'), '192.0.2.1');
    seen.hear(heardOf('a'), '192.0.2.1');
    expect(told.map(summary)).toEqual([['a', false, '192.0.2.1:4711']]);
    seen.hear(heardOf('a', { port: 4_712 }), '192.0.2.1');
    expect(told.slice(1).map(summary)).toEqual([
      ['a', true, '192.0.2.1:4711'],
      ['a', false, '192.0.2.1:4712'],
    ]);
  });

  it('LAN: gone when its time is over, unless it is heard again', async () => {
    const { clock, told, seen } = sightings();
    seen.hear(heardOf('a', { seconds: 100 }), '192.0.2.1');
    await clock.advance(90_000);
    seen.hear(heardOf('a', { seconds: 100 }), '192.0.2.1');
    await clock.advance(99_000);
    expect(told).toHaveLength(1);
    await clock.advance(2_000);
    expect(told.map(summary).at(-1)).toEqual(['a', true, '192.0.2.1:4711']);
    expect(clock.waiting).toBe(0);
  });

  it('LAN: nobody says goodbye for another, nor takes a name away', () => {
    const { told, seen } = sightings();
    seen.hear(heardOf('a'), '192.0.2.1');
    seen.hear({ kind: 'contacts', name: 'a', offer: undefined }, '192.0.2.66');
    seen.hear(heardOf('a', { port: 9, facts: { v: '2', t: 'y' } }), '192.0.2.66');
    seen.hear(heardOf('a'), '192.0.2.67');
    expect(told.map(summary)).toEqual([
      ['a', false, '192.0.2.1:4711'],
      ['a', false, '192.0.2.66:9'],
      ['a', false, '192.0.2.1:4711', '192.0.2.67:4711'],
    ]);
    seen.hear({ kind: 'contacts', name: 'a', offer: undefined }, '192.0.2.67');
    expect(told.map(summary).at(-1)).toEqual(['a', false, '192.0.2.1:4711']);
  });

  it('LAN: at most 256 devices, 64 of one source, four sources of one device', () => {
    const { told, seen } = sightings();
    for (let at = 0; at < 3_000; at += 1) seen.hear(heardOf(`flood-${at}`), '192.0.2.66');
    expect(told).toHaveLength(64);
    for (let at = 0; at < 3_000; at += 1) seen.hear(heardOf(`more-${at}`), `192.0.3.${at % 200}`);
    expect(told).toHaveLength(256);
    for (let at = 0; at < 20; at += 1) seen.hear(heardOf('flood-0'), `192.0.4.${at}`);
    expect(told.at(-1)?.addresses).toHaveLength(4);
    expect(told).toHaveLength(259);
    seen.end();
  });
});

function card() {
  const sent: Buffer[] = [];
  return { address: '192.0.2.1', sent, send: (bytes: Buffer) => void sent.push(bytes) };
}

describe('saying and asking', () => {
  const announced = { kind: 'contacts', name: 'a', host: 'h', port: 4_711, facts: { v: '2' } } as const;

  it('LAN: says it twice, answers once a second however often it is asked, and says goodbye', async () => {
    const clock = new ManualClock();
    const announcer = new Announcer(announced, clock, random);
    const on = card();
    announcer.begin(on);
    expect(on.sent).toHaveLength(1);
    await clock.advance(1_000);
    expect(on.sent).toHaveLength(2);
    for (let second = 0; second < 5; second += 1) {
      for (let many = 0; many < 1_000; many += 1) announcer.hear(on, question);
      await clock.advance(1_000);
    }
    expect(on.sent).toHaveLength(7);
    announcer.hear(on, { ...question, asked: [{ kind: 'contacts', known: ['a'] }] });
    announcer.hear(on, { ...question, asked: [{ kind: 'near', known: [] }] });
    expect(clock.waiting).toBe(0);
    announcer.end();
    expect(on.sent.at(-1)).toEqual(goodbyePacket(announced));
    await clock.advance(60_000);
    expect(on.sent).toHaveLength(8);
  });

  it('LAN: answers who is alone after a breath, at once as far as a person can tell', async () => {
    const clock = new ManualClock();
    const announcer = new Announcer(announced, clock, random);
    const on = card();
    announcer.begin(on);
    await clock.advance(5_000);
    announcer.hear(on, question);
    await clock.advance(120);
    expect(on.sent).toHaveLength(3);
  });

  it('LAN: asks at once, then ever more seldom, and not at all while others ask', async () => {
    const clock = new ManualClock();
    const browser = new Browser('contacts', clock, random, () => undefined);
    const on = card();
    browser.begin(on);
    const asked: number[] = [];
    for (let second = 0; second < 130; second += 1) {
      asked.push(on.sent.length);
      await clock.advance(1_000);
    }
    expect([0, 1, 4, 13, 40, 80, 120].map((second) => (asked[second] ?? 0))).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(readPacket(on.sent[0] ?? Buffer.alloc(0))).toEqual(readPacket(questionPacket('contacts')));
    for (let second = 0; second < 100; second += 1) {
      browser.hear(on, '192.0.2.9', question, () => false);
      await clock.advance(1_000);
    }
    expect(on.sent).toHaveLength(7);
    browser.end();
    expect(clock.waiting).toBe(0);
  });
});
