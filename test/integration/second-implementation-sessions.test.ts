import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat, Refused } from '../second/bytes.mjs';
import { random, xPublic } from '../second/crypto.mjs';
import { knock } from '../second/faults.mjs';
import * as live from '../second/live.mjs';
import { toOf } from '../second/person.mjs';
import * as session from '../second/session.mjs';
import { SetClockPeople } from '../support/set-clock-people';

// One real headless process whose clock is set by the test, and one peer that was written from docs/protocol.md alone: §8, each bound of handshake and resumption
// at its value and beside it, and which of two sessions stays.
const { m2: M2, record: RECORD, retry: RETRY } = session.TYPES;
const hour = 3_600_000;
const zeros = Buffer.alloc(32);
// oxlint-disable-next-line typescript/no-explicit-any -- the second implementation is plain JavaScript
type Any = any;

let people: SetClockPeople;
beforeAll(async () => {
  people = await SetClockPeople.meet();
});
afterAll(() => people.end());

const address = () => people.second.contact.addresses[0];
const to = () => toOf(people.second.contact.chain);
const isAlone = () => people.hedda.until('no session', async () => (await people.hedda.call('network.status')).sessions.length === 0);
/** Nobody is connected, and who dials the second is turned away. */
async function alone(): Promise<void> {
  await people.second.apart();
  people.second.isDeaf = true;
  // What one source may ask for in a second, and what all may.
  people.clock.pass(5_000);
  await isAlone();
}
/** An entry of a session that was whole and is over on both sides. */
async function left(): Promise<Any> {
  await alone();
  const one = await live.dial(people.second.person, address(), people.second.contact.chain, { now: people.clock.wall() });
  one.send({ type: 4, body: random(8) });
  for (let items = await one.next(); !items?.some(({ type }: { type: number }) => type === 5); items = await one.next()) if (!items) throw new Error('closed');
  one.close();
  await isAlone();
  return one.entry();
}
const resumed = (entry: Any, m1?: Any) => live.answeredResumption(people.second.person, address(), entry, m1).then((answered: Any) => (answered.refused?.close(), answered.wire?.close(), answered.refused ? 'retry' : 'M2'), (error: unknown) => (error instanceof Refused ? error.message : error));

describe('§8, from outside: a full handshake', () => {
  it('A50: M1 from a day off either way counts, and a millisecond more does not', async () => {
    await alone();
    const first = async (off: number) => (await firstFrame(session.makeM1(people.second.person.own, to(), { time: people.clock.wall() + off }).bytes))?.[0];
    for (const off of [24 * hour, -24 * hour]) {
      expect(await first(off)).toBe(M2);
      expect(await first(off + Math.sign(off))).toBe(RETRY);
    }
  });

  it('S3-19: the reusable part of M2 is the same for 23 hours and a new one from then on, each in force for a day at most', async () => {
    const part = async () => {
      await alone();
      const { m2, wire } = await live.answeredM1(people.second.person, address(), to(), { now: people.clock.wall() });
      wire.close();
      return m2;
    };
    const [one, same] = [await part(), await part()];
    expect(same.staticShare).toEqual(one.staticShare);
    expect(one.notAfter - one.notBefore).toBeLessThanOrEqual(24 * hour);
    // `alone` lets five seconds pass.
    people.clock.pass(one.notAfter - hour - people.clock.wall() - 5_001);
    expect((await part()).staticShare).toEqual(one.staticShare);
    people.clock.pass(-4_999);
    const next = await part();
    expect(next.staticShare).not.toEqual(one.staticShare);
    expect(next.notBefore).toBeLessThanOrEqual(people.clock.wall());
  });

  it('A53 S3-07 A52: in place of M3 nothing else counts, and no record twice, nor before its turn', async () => {
    const begun = async () => {
      await alone();
      return live.answeredM1(people.second.person, address(), to(), { now: people.clock.wall() });
    };
    const over = async (wire: Any) => {
      for (let frame = await wire.next(); frame; frame = await wire.next()) expect(frame[0]).toBe(RECORD);
      return true;
    };
    for (const plaintext of [
      ({ confirm }: Any) => cat(session.item(1, confirm), session.item(4, random(8))),
      () => session.item(1, zeros),
      () => session.item(4, random(8)),
      () => session.item(99, random(8)),
      ({ confirm }: Any) => session.item(1, confirm.subarray(1)),
    ]) {
      const { wire, keys } = await begun();
      wire.send(session.sealRecord(keys.out, plaintext(keys)));
      expect(await over(wire)).toBe(true);
      await isAlone();
    }
    for (const send of [
      // A ping as record 0, with the confirmation behind it; the confirmation twice; record 1 left out.
      (keys: Any) => [session.sealRecord(keys.out, session.item(4, random(8))), session.sealRecord(keys.out, session.item(1, keys.confirm))],
      (keys: Any) => Array.from({ length: 2 }).fill(session.sealRecord(keys.out, session.item(1, keys.confirm))) as Buffer[],
      (keys: Any) => {
        const m3 = session.sealRecord(keys.out, session.item(1, keys.confirm));
        session.sealRecord(keys.out, session.item(4, random(8)));
        return [m3, session.sealRecord(keys.out, session.item(4, random(8)))];
      },
    ]) {
      const { wire, keys } = await begun();
      wire.send(...send(keys));
      expect(await over(wire)).toBe(true);
    }
    expect((await people.hedda.call('network.status')).sessions).toEqual([]);
  });

  it('S3-05: pings of one record are answered once, with bytes of one of them', async () => {
    await alone();
    const one = await live.dial(people.second.person, address(), people.second.contact.chain, { now: people.clock.wall() });
    const asked = [random(8), random(8), random(8)];
    one.send(...asked.map((body) => ({ type: 4, body })));
    one.send({ type: 4, body: Buffer.from('the last') });
    const pongs: string[] = [];
    while (!pongs.includes(Buffer.from('the last').toString('hex'))) {
      const items = await one.next();
      if (!items) throw new Error('closed');
      pongs.push(...items.filter(({ type }: { type: number }) => type === 5).map(({ body }: { body: Buffer }) => body.toString('hex')));
    }
    expect(pongs).toHaveLength(2);
    expect(asked.map((body) => body.toString('hex'))).toContain(pongs[0]);
    one.close();
  });
});

/** The first frame that is answered to this one. */
async function firstFrame(bytes: Buffer): Promise<Buffer | undefined> {
  const wire = await live.Wire.dial(address());
  wire.send(bytes);
  const answer = await wire.next();
  wire.close();
  return answer;
}

describe('§8, from outside: a resumption', () => {
  it('S3-10 A42: what is not proven burns nothing; seen before, stale, under way or used up it is refused', async () => {
    let entry = await left();
    const target = session.targetOf(entry.keyId, people.second.contact.chain.instance.hash);
    const unproven = [
      session.makeResumeM1({ ...entry, rs: random(32) }, { target }),
      session.makeResumeM1({ ...entry, keyId: random(32) }, {}),
      session.makeResumeM1(entry, { target: random(16) }),
      session.makeResumeM1(entry, { target: session.targetOf(entry.keyId, people.second.person.own.instanceHash) }),
    ];
    for (const m1 of unproven) expect(await resumed(entry, m1)).toBe('retry');
    const flipped = session.makeResumeM1(entry, {});
    flipped.bytes[20] = (flipped.bytes[20] ?? 0) ^ 1;
    expect(await resumed(entry, flipped)).toBe('retry');

    const shown = session.makeResumeM1(entry, {});
    const first = await live.answeredResumption(people.second.person, address(), entry, shown);
    expect(first.refused).toBeUndefined();
    expect(await resumed(entry)).toBe('retry');
    first.wire.close();
    await isAlone();
    people.clock.pass(1_000);
    expect(await resumed(entry, shown)).toBe('retry');
    // A wrong M3 uses nothing up.
    const wrong = await live.answeredResumption(people.second.person, address(), entry);
    wrong.wire.send(session.sealRecord(wrong.keys.out, session.item(1, zeros)));
    while (await wrong.wire.next()) {
      // M4 comes, and the end.
    }
    const good = await live.answeredResumption(people.second.person, address(), entry);
    (await good.confirm()).close();
    await isAlone();
    expect(await resumed(entry)).toBe('retry');

    // Ahead of what was sent there, or of the same place and other records: that device was set back, and the entry is gone.
    for (const change of [({ counter, digest }: Any) => ({ counter: counter + 1, digest }), ({ counter }: Any) => ({ counter, digest: random(32) })]) {
      entry = await left();
      expect(await resumed({ ...entry, received: change(entry.received) })).toBe('retry');
      expect(await resumed(entry)).toBe('retry');
    }
    entry = await left();
    expect(await resumed({ ...entry, received: { counter: entry.received.counter - 1, digest: random(32) } })).toBe('M2');
  });

  it('A49: a share of low order or of zeros ends it at once, the entry stays', async () => {
    const entry = await left();
    const low = Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex');
    for (const share of [zeros, low]) expect(await resumed(entry, session.makeResumeM1(entry, { share }))).toBe('closed');
    expect(await resumed(entry, session.makeResumeM1(entry, { share: xPublic(random(32)) }))).toBe('M2');
  });

  it('S3-11: behind a refusal exactly one full M1 is taken; another resumption, or a frame before the answer, ends it without a word', async () => {
    const entry = await left();
    const junk = () => session.makeResumeM1({ ...entry, keyId: random(32) }, {}).bytes;
    const full = () => session.makeM1(people.second.person.own, to(), { time: people.clock.wall() }).bytes;
    const afterRetry = async (next: Buffer) => {
      const wire = await live.Wire.dial(address());
      wire.send(junk());
      expect((await wire.next())?.[0]).toBe(RETRY);
      wire.send(next);
      const answer = await wire.next();
      wire.close();
      return answer?.[0];
    };
    expect(await afterRetry(full())).toBe(M2);
    expect(await afterRetry(junk())).toBeUndefined();
    expect(await afterRetry(session.makeResumeM1(entry, {}).bytes)).toBeUndefined();
    expect(await afterRetry(session.frame(RECORD, random(60)))).toBeUndefined();
    people.clock.pass(5_000);
    // One that would be refused as well is not answered a second time with more than the same.
    expect(await afterRetry(session.makeM1(people.second.person.own, to(), { time: people.clock.wall() - 25 * hour }).bytes)).toBe(RETRY);
    expect((await knock(address(), junk(), full())).seen).toEqual([]);
    expect(await resumed(entry)).toBe('M2');
  });
});

describe('§8, from outside: two sessions', () => {
  // Both keep the entry of a session between them: a resumption that is refused while the other side's dial stands would end without a second session.
  beforeAll(async () => {
    const { second } = people;
    await alone();
    second.isDeaf = false;
    const one = await second.dial();
    await second.until(() => one.isReady);
  });

  const idOf = (chain: Any): Buffer => cat(chain.peerIdBytes, chain.instanceId);
  /** Both dial: of the two, which stands first, and how much later the other one. */
  async function crossed(first: 'ours' | 'theirs', later: number): Promise<{ ours: Any; theirs: Any }> {
    const { second, hedda, clock } = people;
    await alone();
    let begin: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      second.hold = () => (resolve(), new Promise<undefined>((go) => (begin = () => go(undefined))));
    });
    second.isDeaf = false;
    const before = second.sessions.length;
    await hedda.call('network.tryNow', { contactId: await people.contactId() });
    await arrived;
    const answered = await live.answeredM1(second.person, address(), to(), { now: clock.wall() });
    const theirs = async () => {
      begin();
      second.hold = async () => undefined;
      return second.until(() => second.sessions.slice(before).find((one: Any) => one.dialledByThem));
    };
    const ours = async () => {
      const one = await answered.confirm();
      second.use(one);
      return one;
    };
    const pass = () => later && clock.pass(later);
    if (first === 'ours') {
      const own = await ours();
      await second.until(() => own.isReady);
      pass();
      return { ours: own, theirs: await theirs() };
    }
    const other = await theirs();
    await second.until(() => other.isReady);
    pass();
    return { ours: await ours(), theirs: other };
  }
  const lowerIsOurs = () => Buffer.compare(idOf(people.second.person.chain), idOf(people.second.contact.chain)) < 0;
  async function staysAlone(survivor: Any, other: Any): Promise<void> {
    const { second, hedda } = people;
    await second.until(() => other.ended);
    expect(survivor.ended).toBeFalsy();
    expect((await hedda.call('network.status')).sessions).toHaveLength(1);
  }

  it.each(['ours', 'theirs'] as const)('S3-31: that were dialled by both, %s first: the one of the lower device stays, and the other goes once that has brought a record', async (first) => {
    const { ours, theirs } = await crossed(first, 0);
    const [survivor, other] = lowerIsOurs() ? [ours, theirs] : [theirs, ours];
    await staysAlone(survivor, other);
  });

  it.each(['ours', 'theirs'] as const)('S3-31: that stand up to 20 s apart, %s first, are judged so; a millisecond more and the newer stays', async (first) => {
    const within = await crossed(first, 20_000);
    await staysAlone(...(lowerIsOurs() ? ([within.ours, within.theirs] as const) : ([within.theirs, within.ours] as const)));
    const beyond = await crossed(first, 20_001);
    await staysAlone(...(first === 'ours' ? ([beyond.theirs, beyond.ours] as const) : ([beyond.ours, beyond.theirs] as const)));
  });

  it('S3-31: a survivor that was there first and brings nothing within 5 s ends, and the other is in use again', { timeout: 60_000 }, async () => {
    const { second } = people;
    second.isMute = true;
    const before = second.items.length;
    const first = lowerIsOurs() ? 'ours' : 'theirs';
    const { ours, theirs } = await crossed(first, 1);
    const [survivor, other] = first === 'ours' ? [ours, theirs] : [theirs, ours];
    // It asks for a record, and waits from then on.
    await second.until(() => second.items.slice(before).includes(4));
    people.clock.pass(5_000);
    await second.until(() => survivor.ended);
    expect(other.ended).toBeFalsy();
    second.isMute = false;
    const after = second.items.length;
    other.send({ type: 4, body: random(8) });
    await second.until(() => second.items.slice(after).includes(5));
  });

  it('S3-31: that were both dialled by the other side: the newer is used, the older ends after 5 s', async () => {
    const { second } = people;
    await alone();
    second.isDeaf = false;
    const [older, newer] = [await second.dial(), await second.dial()];
    await second.until(() => newer.isReady);
    expect(older.ended).toBeFalsy();
    await second.until(() => older.ended);
    expect(newer.ended).toBeFalsy();
  });
});
