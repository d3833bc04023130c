import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Link } from '../../../../electron/engine/ports';
import { resumeProof, resumeTarget, sealState, stateOf } from '../../../../electron/engine/session/resume-keys';
import { retryFrame } from '../../../../electron/engine/session/resume-listener';
import { encodeResumeM1 } from '../../../../electron/engine/session/resume-message';
import { readShownM1 } from '../../../../electron/engine/session/shown-m1';
import { openHint, sealHint } from '../../../../electron/engine/sharing/owner-hint';
import { encodeWord, type HandoverWord, parseWord } from '../../../../electron/engine/sharing/words';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { encodeTopic } from '../../../../electron/services/devices/topics';
import { createTrio, knows, type Trio } from '../../../support/handover-kit';
import { createMemoryRepository } from '../../../support/memory-repository';
import { junkResume } from '../../../support/resume-kit';
import type { Resident } from '../../../support/services-kit';

let trio: Trio;
beforeEach(async () => {
  trio = await createTrio();
});
afterEach(() => trio.world.close());

const looked = ({ logged }: Resident): number => logged.filter(([event, facts]) => event === 'handover.looked' && facts?.['where'] === 'here').length;
const entryAt = ({ profile }: Resident, { profile: other }: Resident) => profile.stores.resumptions.ofPeer(other.local.peerId)[0];
/** Where the session stands: what the desk has, what is written of it, and what the laptop has. */
const standing = () => ({
  desk: entryAt(trio.desk, trio.carol)?.keyId,
  line: trio.desk.profile.stores.sharing.ledger(entryAt(trio.desk, trio.carol)?.keyId ?? new Uint8Array(32)),
  laptop: entryAt(trio.laptop, trio.carol)?.keyId,
  live: trio.desk.profile.connections.sessions().length,
});

/** Somebody at a laptop's door with one frame: what comes back, and after how long. */
async function knock(frame: Uint8Array, at = trio.laptop): Promise<{ readonly answer: string; readonly after: number }> {
  const { world } = trio;
  const link: Link = await world.network.transport.dial(at.address, 1_000);
  let answer = '';
  link.onData((bytes) => {
    answer += Buffer.from(bytes).toString('hex');
  });
  const from = world.clock.monotonic();
  link.send(frame);
  await world.until('an answer', () => answer !== '');
  link.destroy();
  return { answer, after: world.clock.monotonic() - from };
}

/** An M1 with the key id and hint that were seen, and nothing else right. */
function seen(keyId: Uint8Array, hint: Uint8Array): Uint8Array {
  const payload = Buffer.concat([Uint8Array.of(2), keyId, randomBytes(32), randomBytes(32), randomBytes(16), Uint8Array.of(hint.length), hint, randomBytes(72)]);
  const head = Buffer.from(junkResume().subarray(0, 7));
  head.writeUInt32BE(payload.length, 3);
  return new Uint8Array(Buffer.concat([head, payload]));
}

/** An M1 that Carol, or whoever has what she has, could send to this device. */
function shownTo({ profile: { local } }: Resident): Uint8Array {
  const { crypto } = trio.carol;
  const entry = entryAt(trio.carol, trio.desk);
  if (!entry?.hint) throw new Error('Carol got no hint');
  const { keyId, hint } = entry;
  const secret = crypto.secret('resumption', entry.secret);
  const [cn, target] = [crypto.random(32), resumeTarget(crypto, keyId, local.instance.credential.hash)];
  const made = encodeResumeM1({ keyId, cn, share: crypto.generateDh().publicKey, target, hint }, (front) => sealState(crypto, secret, cn, front, stateOf(entry.received)), (front) => resumeProof(crypto, secret, front));
  secret.wipe();
  return made;
}

function observed(): { readonly keyId: Uint8Array; readonly hint: Uint8Array } {
  const entry = entryAt(trio.carol, trio.desk);
  if (!entry?.hint) throw new Error('Carol got no hint');
  return { keyId: entry.keyId, hint: entry.hint };
}

describe('whoever saw a session pass by', () => {
  it('S4-34 A63 A64: moves nothing with its key id and hint, and is told the same after the same time as with any other', async () => {
    const { keyId, hint } = observed();
    const before = standing();
    const guesses = [seen(keyId, hint), seen(keyId, new Uint8Array(0)), seen(keyId, new Uint8Array(randomBytes(36))), seen(new Uint8Array(randomBytes(32)), hint), junkResume()];
    const answers: Awaited<ReturnType<typeof knock>>[] = [];
    for (const guess of guesses) answers.push(await knock(guess));
    expect(answers).toEqual(guesses.map(() => answers[0]));
    expect(answers[0]?.answer).toMatch(/^[0-9a-f]{14}$/); // the one empty frame
    expect([before.live, standing()]).toEqual([1, before]);
    expect(looked(trio.laptop)).toBe(1);
  });

  it('A64: makes the laptop ask no more than ten times at once, and for one key id once in half a minute', async () => {
    const { keyId, hint } = observed();
    for (let n = 0; n < 12; n += 1) await knock(seen(keyId, hint));
    expect(looked(trio.laptop)).toBe(1);
    const person = trio.desk.profile.stores.sharing.keys().find(({ kind }) => kind === 'person');
    if (!person) throw new Error('there is no key');
    for (let n = 0; n < 30; n += 1) {
      const other = new Uint8Array(randomBytes(32));
      await knock(seen(other, sealHint(trio.desk.crypto, person.key, other, trio.desk.profile.local.instanceId)));
    }
    expect(looked(trio.laptop)).toBeLessThanOrEqual(13); // the burst, and one a second after
  });

  it('A64: tries hundreds of ids at the device that has the session and at another: each is told the same after the same time as the id of the live one, nobody else is asked, and Carol goes on as if nothing had been', async () => {
    const { world, desk, laptop, carol } = trio;
    const { keyId, hint } = observed();
    const before = standing();
    const messages = desk.profile.stores.messages.page('', undefined, 1).length;
    // One that is right in everything but the device: made by Carol for the laptop, shown to the desk.
    const forLaptop = shownTo(laptop);
    for (const at of [desk, laptop]) {
      const seenThere = [seen(keyId, new Uint8Array(0)), seen(keyId, new Uint8Array(36)), ...(at === desk ? [seen(keyId, hint), forLaptop] : [])];
      const guesses = [...seenThere, ...Array.from({ length: 150 }, () => junkResume())];
      const answers: string[] = [];
      for (const guess of guesses) {
        const { answer, after } = await knock(guess, at);
        answers.push(`${answer} after ${after} ms`);
      }
      expect(new Set(answers).size).toBe(1);
    }
    expect([standing(), looked(desk), looked(laptop), desk.profile.stores.messages.page('', undefined, 1).length]).toEqual([before, 0, 0, messages]);
    trio.leaveDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect((await carol.networkCalls.status(undefined)).sessions).toMatchObject([{ resumed: true, handedOver: true }]);
  });

  it('A63: repeats a message Carol sent in vain: nobody is asked once more, nothing moves', async () => {
    const { world, desk, laptop, carol } = trio;
    let m1 = new Uint8Array(0);
    laptop.onLink = (link) => {
      const { onData } = link;
      laptop.profile.accept(Object.assign(link, { onData: (handler: (bytes: Uint8Array) => void) => onData.call(link, (bytes) => {
        if (m1.length === 0) m1 = Uint8Array.from(bytes);
        handler(bytes);
      }) }));
    };
    trio.loseDesk();
    await world.until('a full session with the laptop', () => trio.with(laptop) !== undefined);
    expect(readShownM1(m1)?.message.keyId).toEqual(entryAt(desk, carol)?.keyId);
    expect(trio.with(laptop)?.resumed).toBe(false);
    laptop.onLink = undefined;
    // The two use what they have for nothing else: Carol dials nobody, what she still dials ends at the desk's shut door, and nobody reaches her.
    carol.mute = true;
    world.network.setSilent(carol.address);
    await world.pass(31_000, 500); // and past the half minute in which the laptop asks for no key id twice
    desk.onLink = undefined;
    desk.mute = false;
    await world.until('the two devices together', () => desk.profile.devices.siblings.sessions().length === 1);
    const before = standing();
    await knock(m1);
    expect([looked(laptop), standing().desk, standing().line]).toEqual([1, before.desk, before.line]);
  });
});

describe('who may ask a device for a session', () => {
  const heardFrom = (resident: Resident): HandoverWord[] => {
    const heard: HandoverWord[] = [];
    resident.profile.devices.siblings.line('handover', { heard: (_, words) => {
      const word = parseWord(words);
      if (word) heard.push(word);
    } });
    return heard;
  };
  const ask = (m1: Uint8Array, n: number) => encodeWord({ kind: 'ask', ask: n, m1 });

  it('S4-26 S4-27: a session that is not there, one without proof and one for another device get the same answer', async () => {
    const { world, desk, laptop } = trio;
    const { keyId, hint } = observed();
    const heard = heardFrom(laptop);
    const line = laptop.profile.devices.siblings.line('relay', { heard: () => undefined });
    const to = desk.profile.local.instanceId;
    const send = (words: Uint8Array): void => void laptop.profile.devices.siblings.session(to)?.send([{ kind: 'sibling', bytes: encodeTopic('handover', words) }]);
    const before = standing();
    for (const [n, m1] of [junkResume(), seen(keyId, hint), new Uint8Array(5), new Uint8Array(0)].entries()) send(ask(m1, n + 1));
    send(encodeWord({ kind: 'take', ask: 5, keyId, generation: 1 }));
    await world.until('five answers', () => heard.length === 5);
    expect(heard).toEqual([1, 2, 3, 4, 5].map((n) => ({ kind: 'refused', ask: n })));
    expect([standing(), line.connected()]).toEqual([before, [to]]);
  });

  it('A65: a contact’s device is not even heard', async () => {
    const { world, desk, carol } = trio;
    const before = standing();
    const { keyId, hint } = observed();
    let answered = 0;
    carol.profile.devices.siblings.line('handover', { heard: () => void (answered += 1) });
    trio.with(desk)?.send([{ kind: 'sibling', bytes: encodeTopic('handover', ask(seen(keyId, hint), 1)) }]);
    await world.pass(1_000);
    expect([answered, standing()]).toEqual([0, before]);
  });

  it('A65: a device that was removed gets the answer anybody gets, and it is written down', async () => {
    const { world, desk, laptop, carol } = trio;
    const heard = heardFrom(laptop);
    const { list, instanceId } = desk.profile.local;
    Object.assign(list, { instances: list.instances.map((each) => (each.instanceId === instanceId ? each : { ...each, state: 'retired' })) });
    const { keyId, hint } = observed();
    laptop.profile.devices.siblings.session(instanceId)?.send([{ kind: 'sibling', bytes: encodeTopic('handover', ask(seen(keyId, hint), 7)) }]);
    await world.until('an answer', () => heard.length > 0);
    expect(heard).toEqual([{ kind: 'refused', ask: 7 }]);
    expect(desk.logged.map(([event]) => event)).toContain('handover.asked-by-no-device');
    expect(entryAt(desk, carol)?.keyId).toEqual(keyId);
  });
});

describe('several devices that are shown one session at once', () => {
  it.each(['the device that has it', 'a repository'])('S4-17 A58: by %s: one of them answers, all others refuse and keep nothing of it, and it is nowhere else', async (where) => {
    const { world, desk, laptop, carol } = trio;
    const ofCarol = desk.profile.stores.contacts.byPeer(carol.profile.local.peerId)?.contactId ?? '';
    const others = [laptop];
    for (const name of ['tablet', 'phone']) {
      const device = await world.link(desk, name);
      device.mute = true;
      others.push(device);
      await world.until('all of them know the list', () => [desk, ...others].every(({ profile }) => profile.local.list.instances.length === others.length + 1));
    }
    for (const device of others) knows(device, desk, carol, ofCarol);
    const { version } = desk.profile.local.list;
    const given = () => desk.profile.stores.sharing.keys().filter(({ kind, key }) => kind === 'to' && key.listVersion === version).length;
    await world.until('all together', () => trio.isReady(others.length) && given() === others.length && others.every(({ profile }) => profile.stores.sharing.keys().some(({ kind, key }) => kind === 'from' && key.listVersion === version)));
    const memory = createMemoryRepository();
    if (where === 'a repository') {
      for (const device of [desk, ...others]) {
        device.settings = { ...device.settings, shareSessions: 'repository' };
        device.profile.devices.handover.useRepository(memory.connect());
      }
      await world.pass(500);
    }
    const { keyId } = observed();
    const frames = others.map(shownTo);
    // Nobody but the attacker uses it meanwhile.
    carol.mute = true;
    if (where === 'a repository') for (const session of desk.profile.devices.siblings.sessions()) session.close();
    const answers = await Promise.all(frames.map((frame, at) => knock(frame, others[at])));
    // M2 once; the others get the frame that anybody gets.
    const refusals = answers.filter(({ answer }) => answer === Buffer.from(retryFrame()).toString('hex'));
    expect([answers.filter(({ answer }) => answer.startsWith('02')).length, refusals.length]).toEqual([1, others.length - 1]);
    await world.pass(1_000);
    // In a repository its owner finds it gone with the next thing it has to say.
    desk.addresses = [{ host: '192.0.2.77', port: 6_000 }];
    desk.tellAddresses();
    await world.pass(1_000);
    const has = ({ profile }: Resident): boolean => profile.stores.resumptions.byKeyId(keyId) !== undefined;
    expect([desk, ...others].filter(has)).toHaveLength(1);
    expect([has(desk), others.map(({ profile }) => profile.stores.sharing.pending().length)]).toEqual([false, others.map(() => 0)]);
    expect(desk.profile.connections.sessions().filter((session) => Buffer.compare(session.keyId, keyId) === 0)).toEqual([]);
  });
});

describe('hints that lead astray', () => {
  it('S4-07 A69: one that names a device which is not on the list makes nobody be asked or dialled', async () => {
    const { laptop, desk } = trio;
    const { keyId } = observed();
    const person = desk.profile.stores.sharing.keys().find(({ kind }) => kind === 'person');
    if (!person) throw new Error('there is no key');
    const dials = laptop.dials.length;
    const stranger = sealHint(desk.crypto, person.key, keyId, instanceIdFromBytes(new Uint8Array(randomBytes(16))));
    expect(openHint(laptop.crypto, [person.key], keyId, stranger)).toBeDefined();
    for (const hint of [stranger, new Uint8Array(randomBytes(64)), new Uint8Array(randomBytes(36))]) await knock(seen(keyId, hint));
    expect([looked(laptop), laptop.dials.length]).toEqual([0, dials]);
  });
});
