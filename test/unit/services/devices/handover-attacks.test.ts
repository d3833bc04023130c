import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Link } from '../../../../electron/engine/ports';
import { readShownM1 } from '../../../../electron/engine/session/shown-m1';
import { openHint, sealHint } from '../../../../electron/engine/sharing/owner-hint';
import { encodeWord, type HandoverWord, parseWord } from '../../../../electron/engine/sharing/words';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { encodeTopic } from '../../../../electron/services/devices/topics';
import { createTrio, type Trio } from '../../../support/handover-kit';
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
