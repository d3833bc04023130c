import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat } from '../second/bytes.mjs';
import * as channel from '../second/channel.mjs';
import { HKDF, HMAC, random } from '../second/crypto.mjs';
import { readLink } from '../second/link.mjs';
import * as live from '../second/live.mjs';
import { toOf } from '../second/person.mjs';
import * as session from '../second/session.mjs';
import { HurriedPeople } from '../support/hurried-people';
import { SetClockPeople } from '../support/set-clock-people';

// One real headless process, and one peer that was written from docs/protocol.md alone: times of §17 that no other of these files holds to. What the program waits for are
// real seconds; what it compares is shown by a clock that the test sets.
const { KIND, PURPOSE } = channel;
/** Kinds of items of a record. */
const [MESSAGE, PING] = [2, 4];
const minute = 60_000;
const day = 24 * 60 * minute;
/** A timer of Node's may be called a part of a millisecond early. */
const early = 5;

let people: SetClockPeople;
beforeAll(async () => {
  people = await SetClockPeople.meet();
});
afterAll(() => people.end());

const address = () => people.second.contact.addresses[0];
const chain = () => people.second.contact.chain;
/** Milliseconds until the other side closes, from before it was dialled. */
async function untilClosed(dial: () => Promise<{ next(): Promise<unknown> }>): Promise<number> {
  const began = performance.now();
  const wire = await dial();
  while (await wire.next());
  return performance.now() - began;
}
async function opened(purpose: number): Promise<{ wire: InstanceType<typeof live.Wire>; over: ReturnType<typeof channel.makeChannel> }> {
  const wire = await live.Wire.dial(address());
  const open = channel.makeOpen(purpose);
  wire.send(open.bytes);
  const accept = (await wire.next()) ?? Buffer.alloc(0);
  return { wire, over: channel.makeChannel('client', channel.acceptShared(open.secret, accept), open.bytes, accept) };
}

describe('§17, times, from outside', () => {
  it('S3-32: who says nothing, or stops in the middle, has ten seconds from the connection on, wherever that is', { timeout: 60_000 }, async () => {
    const cases: Record<string, () => Promise<{ next(): Promise<unknown> }>> = {
      'nothing': () => live.Wire.dial(address()),
      'half a frame': async () => {
        const wire = await live.Wire.dial(address());
        wire.send(session.makeM1(people.second.person.own, toOf(chain()), { time: people.clock.wall() }).bytes.subarray(0, 900));
        return wire;
      },
      'no M3': async () => (await live.answeredM1(people.second.person, address(), toOf(chain()), { now: people.clock.wall() })).wire,
      'a channel and nothing on it': async () => (await opened(PURPOSE.rekey)).wire,
      'no proof behind a request': async () => {
        const { wire, over } = await opened(PURPOSE.request);
        wire.send(over.say(KIND.cardReq, cat(chain().peerIdBytes, chain().identity.spkiHash)));
        return wire;
      },
    };
    const times = await Promise.all(Object.entries(cases).map(async ([name, dial]) => [name, await untilClosed(dial)] as const));
    for (const [name, time] of times) expect(time, name).toBeGreaterThanOrEqual(10_000 - early);
  });

  it('A76: a question about keys is answered, and refused, no sooner than after fifty milliseconds', async () => {
    const { peerIdBytes: peerId, identity } = chain();
    for (const spkiHash of [identity.spkiHash, random(32)]) {
      const over = await live.openChannel(address(), PURPOSE.rekey);
      const began = performance.now();
      over.say(KIND.rekeyReq, channel.makeRekeyRequest({ peerId, spkiHash, tag: channel.contactTag(people.second.pairSecret, over.hash) }).body);
      expect((await over.hear(KIND.rekeyAns, KIND.refused)).kind).toBe(spkiHash === identity.spkiHash ? KIND.rekeyAns : KIND.refused);
      expect(performance.now() - began).toBeGreaterThanOrEqual(50 - early);
      over.close();
    }
  });

  it('S4-26: a link for a new device is good for ten minutes, and not in the millisecond in which it is over', async () => {
    const hello = async (text: string): Promise<number | string> => {
      const { secret, peerId, instanceId } = readLink(text, 'device');
      const over = await live.openChannel(address(), PURPOSE.link).catch((error: Error) => error.message);
      if (typeof over === 'string') return over;
      over.say(48, HMAC(HKDF(secret, 'device-link-hello'), over.hash, peerId, instanceId));
      const { kind } = await over.hear(49);
      over.close();
      return kind;
    };
    for (const [after, kind] of [[10 * minute - 1, 49], [10 * minute, 'closed']] as const) {
      const { link, expiresAt } = await people.hedda.call('devices.link');
      const made = people.clock.wall();
      people.clock.pass(expiresAt - made - 10 * minute + after);
      expect([after, expiresAt - made > 9 * minute, await hello(link)]).toEqual([after, true, kind]);
      await people.hedda.call('devices.cancel');
    }
  });

  it('S3-10: what a session leaves behind is good for seven days, and an exchange credential is one of seven days', async () => {
    const { exchange } = chain();
    expect(exchange.notAfter - exchange.notBefore).toBe(7 * day);
    const left = async () => {
      await people.second.apart();
      people.second.isDeaf = true;
      await people.hedda.until('no session', async () => (await people.hedda.call('network.status')).sessions.length === 0);
      const one = await live.dial(people.second.person, address(), chain(), { now: people.clock.wall() });
      one.send({ type: 4, body: random(8) });
      while (!(await one.next())?.some(({ type }: { type: number }) => type === 5));
      one.close();
      await people.hedda.until('no session', async () => (await people.hedda.call('network.status')).sessions.length === 0);
      return one.entry();
    };
    for (const [after, refused] of [[7 * day - 1, false], [7 * day, true]] as const) {
      const entry = await left();
      people.clock.pass(after);
      const answered = await live.answeredResumption(people.second.person, address(), entry);
      expect([after, answered.refused !== undefined]).toEqual([after, refused]);
      (answered.refused ?? answered.wire).close();
      people.clock.pass(-after);
    }
  });
});

/** So many times as fast goes the time of the program below: also on a busy machine a handshake takes no more of it than ten seconds. */
const pace = 6;

describe('§17, times of a session, six times as fast', () => {
  let people: HurriedPeople;
  beforeAll(async () => {
    people = await HurriedPeople.meet(pace);
  });
  afterAll(() => people.end());

  it('S3-08 S3-09: who is silent is asked after 20 s, and left after 45', { timeout: 60_000 }, async () => {
    const one = await people.silently();
    let asked = Number.NaN;
    // Also asked at its beginning, where another one stood: the last time counts.
    for (let items = await one.next(); items; items = await one.next()) if (items.some(({ type }: { type: number }) => type === PING)) asked = people.since();
    expect(asked).toBeGreaterThanOrEqual(20_000 - early * pace);
    expect(people.since()).toBeGreaterThanOrEqual(45_000 - early * pace);
  });

  it('S3-09: an answer that is owed is asked for after 8 s, and waited for until 20', { timeout: 60_000 }, async () => {
    const one = await people.owing();
    const before = people.since();
    await people.write('Are you there?');
    let [came, asked] = [Number.NaN, Number.NaN];
    for (let items = await one.next(); items; items = await one.next()) {
      const types = items.map(({ type }: { type: number }) => type);
      if (types.includes(MESSAGE)) came = people.since();
      if (types.includes(PING)) asked = people.since();
    }
    const left = people.since();
    // It went this way, and it is what was asked about: whoever is only silent has 25 s from the question on.
    expect(came).toBeLessThan(asked);
    expect(asked).toBeGreaterThanOrEqual(before + 8_000 - early * pace);
    expect(left).toBeGreaterThanOrEqual(before + 20_000 - early * pace);
    expect(left - asked).toBeLessThan(20_000);
  });
});
