import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat, Refused, u8 } from '../second/bytes.mjs';
import { writeControl, writeStanding } from '../second/content.mjs';
import { random } from '../second/crypto.mjs';
import { digestGap, digestNext, digestStart, readMessage } from '../second/message.mjs';
import { item } from '../second/session.mjs';
import { type Dialog, SetClockPeople } from '../support/set-clock-people';

// One real headless process whose clock is set by the test, and one peer that was written from docs/protocol.md alone: §7, each number of standings, acknowledgements and gaps at its value and beside it.
let people: SetClockPeople;
beforeAll(async () => {
  people = await SetClockPeople.meet();
});
afterAll(() => people.end());

const nothing = Buffer.alloc(32);
/** What a device of the second says to a stream of the other side, but for what is given. */
const acknowledgement = (dialog: Dialog, changed: Record<string, unknown> = {}) => {
  const { second } = people;
  const { instance, cumulative, digest } = second.streamOf(dialog);
  return { type: 'acknowledgement', stream: instance, receiver: second.person.instanceId, cumulative, digest, kekFloor: 0, listVersion: 1, startToken: second.person.startToken, heardToken: second.talk.heardToken, ...changed };
};
const says = (dialog: Dialog, word: Record<string, unknown>): void => people.second.sendAll(people.second.talk.control(dialog, word));
/** Everything said before has been dealt with: what is said behind it is answered. */
async function dealtWith(dialog: Dialog): Promise<void> {
  people.second.say(dialog, `after it ${dialog.out.next}`);
  await people.acknowledged(dialog);
}
/** The digest of a stream of the second's own at a place. */
const digestAt = (dialog: Dialog, sequence: number): Buffer =>
  sequence === 0 ? digestStart(people.second.person.peerId, people.second.contact.chain.peerIdBytes, dialog.out.stream) : dialog.out.digests.get(sequence);
/** Looks at the numbered messages of a dialog before they are opened, or in their place; gives back what ends that. */
function looksAt(dialog: Dialog, look: (bytes: Buffer, open: () => unknown) => unknown): () => void {
  const { talk } = people.second;
  const receive = talk.receive.bind(talk);
  talk.receive = (bytes: Buffer) => {
    const { control, dialogId } = readMessage(bytes);
    return control || !dialogId.equals(dialog.dialogId) ? receive(bytes) : look(bytes, () => receive(bytes));
  };
  return () => {
    talk.receive = receive;
  };
}
/** What was last acknowledged of a dialog of the second's. */
const heardBack = (dialog: Dialog): { cumulative: number; digest: Buffer } | undefined =>
  people.second.talk.controls.findLast((word: { type: string; dialog?: Dialog }) => word.type === 'acknowledgement' && word.dialog === dialog);

describe('§7, from outside: standings', () => {
  const stream = (changed: Record<string, unknown> = {}) => ({ dialogId: random(16), cumulative: 0, highest: 0, control: 0, digest: nothing, failed: false, ...changed });
  const standing = (changed: Record<string, unknown> = {}): Buffer => writeStanding({ startToken: people.second.person.startToken, heardToken: people.second.talk.heardToken, streams: [], ...changed });
  /** Whether the session goes on after this word. */
  async function goesOn(body: Buffer): Promise<boolean> {
    await people.connected();
    const { session } = people.second;
    const before = people.second.items.length;
    session.sendPlain(item(8, body));
    // Behind it, in a record of its own: who closes looks at nothing more.
    session.sendPlain(item(4, random(8)));
    await people.second.until(() => session.ended || people.second.items.slice(before).includes(5));
    return !session.ended;
  }

  it('A38 A39: whoever names dialogs of which nothing is there claims nothing: no device takes itself for a copy because of it', async () => {
    const instances = async () => (await people.hedda.call('devices.list')).map(({ instanceId }) => instanceId);
    const before = await instances();
    expect(await goesOn(standing({ streams: [stream(), stream({ dialogId: random(16) })] }))).toBe(true);
    const { dialog, conversationId } = await people.begun();
    expect((await people.hears(conversationId, 'the same device')).sequence).toBeGreaterThan(0);
    await dealtWith(dialog);
    expect(await instances()).toEqual(before);
  });

  it('S1-04: up to 800 streams and a list of 4 KiB; with one more, or laid out otherwise, the session ends', async () => {
    const many = (count: number) => standing({ streams: Array.from({ length: count }, () => stream()) });
    expect(await goesOn(many(800))).toBe(true);
    expect(await goesOn(many(801))).toBe(false);
    expect(await goesOn(standing({ list: random(4096) }))).toBe(true);
    expect(await goesOn(standing({ list: random(4097) }))).toBe(false);
    expect(await goesOn(standing({ streams: [stream({ cumulative: 1, highest: 0 })] }))).toBe(false);
    const good = standing();
    expect(await goesOn(cat(good, u8(0)))).toBe(false);
    expect(await goesOn(cat(good.subarray(0, -1), u8(2)))).toBe(false);
    expect(await goesOn(good.subarray(0, -1))).toBe(false);
  });
});

describe('§7, from outside: acknowledgements', () => {
  it('S1-21 A24: what is laid out wrongly, of another device or for another stream acknowledges nothing; the next good one does', async () => {
    const { second, hedda } = people;
    const { dialog, conversationId } = await people.begun();
    // Opened, and not acknowledged by itself.
    const end = looksAt(dialog, (_, open) => {
      open();
      throw new Refused('not answered');
    });
    await people.hears(conversationId, 'who has this');
    end();
    const good = acknowledgement(dialog);
    const bytes = writeControl(good);
    const wrong = [
      writeControl({ ...good, receiver: random(16) }),
      writeControl({ ...good, stream: random(16) }),
      writeControl({ ...good, bitmap: Buffer.alloc(129, 255) }),
      writeControl({ ...good, bitmap: Buffer.of(1, 0) }),
      writeControl({ ...good, read: 0 }),
      writeControl({ ...good, read: good.cumulative + 1 }),
      cat(bytes, u8(0)),
      bytes.subarray(0, -1),
    ];
    const say = (content: Buffer): void => second.sendAll(people.forger.message(dialog, { control: true, sequence: (dialog.out.control += 1), content }));
    for (const each of wrong) say(each);
    await dealtWith(dialog);
    const state = async () => (await hedda.call('messages.list', { conversationId })).find(({ text }) => text === 'who has this')?.state;
    expect(['delivered', 'read']).not.toContain(await state());
    say(writeControl({ ...good, bitmap: Buffer.alloc(128, 255), read: good.cumulative }));
    await hedda.until('delivered', async () => ['delivered', 'read'].includes((await state()) ?? ''));
  });

  it('A22 A24: the place that an acknowledgement shows to be missing comes again a second later, the same bytes', async () => {
    const { second, hedda } = people;
    const { dialog, conversationId } = await people.begun();
    await people.hears(conversationId, 'the first');
    const came: Buffer[] = [];
    const end = looksAt(dialog, (bytes, open) => {
      came.push(Buffer.from(bytes));
      if (came.length === 1) throw new Refused('lost on its way');
      return open();
    });
    await hedda.call('messages.send', { conversationId, text: 'lost at first' });
    await second.until(() => came.length === 1);
    await hedda.call('messages.send', { conversationId, text: 'behind it' });
    await second.until(() => second.streamOf(dialog).waiting.size > 0);
    says(dialog, acknowledgement(dialog, { bitmap: Buffer.of(1) }));
    await second.heard('behind it');
    end();
    const [lost, ...others] = came;
    expect(others.some((bytes) => lost?.equals(bytes))).toBe(true);
  });
});

describe('§7, from outside: gaps', () => {
  const gap = (from: number, to: number, more: Record<string, unknown> = {}) => ({ type: 'gap', stream: people.second.person.instanceId, from, to, ...more });
  /** The second leaves out so many places, as if it had lost what stood there. */
  const leavesOut = (dialog: Dialog, count: number): number => {
    dialog.out.next += count;
    return dialog.out.next - count;
  };
  /** A message behind the gap, which the other side has delivered; the digest of the second's stream goes on from `digest`. */
  async function goesOnFrom(dialog: Dialog, digest: Buffer): Promise<void> {
    dialog.out.digest = digest;
    await dealtWith(dialog);
    const { cumulative, digest: theirs } = heardBack(dialog) ?? { cumulative: 0, digest: nothing };
    expect([cumulative, theirs.toString('hex')]).toEqual([dialog.out.next - 1, dialog.out.digest.toString('hex')]);
  }

  it.each([
    ['one', 1],
    ['as many as there may be', 1024],
  ])('A24 A25: of %s, without digests, is counted by both in the same way', async (_, count) => {
    const { dialog } = await people.begun();
    let { digest } = dialog.out;
    const from = leavesOut(dialog, count);
    says(dialog, gap(from, from + count - 1));
    for (let place = from; place < from + count; place += 1) digest = digestGap(digest, place);
    await goesOnFrom(dialog, digest);
  });

  it('A24 A25: a place more, from a later place on, or of another stream is nothing; what begins before counts from the next missing place on', async () => {
    const { second } = people;
    const { dialog, conversationId } = await people.begun();
    let { digest } = dialog.out;
    const from = leavesOut(dialog, 2);
    says(dialog, gap(from, from + 1024));
    says(dialog, gap(from + 1, from + 1));
    says(dialog, gap(from, from + 1, { stream: second.contact.chain.instanceId }));
    says(dialog, gap(from - 1, from - 1));
    second.say(dialog, 'waits behind');
    await people.hedda.until('it waits', async () => (await people.hedda.call('keys.status', { conversationId })).problems.some(({ kind, count }) => kind === 'waiting' && count === 1));
    const { c, body } = dialog.out.unacknowledged.get(from + 2);
    dialog.out.unacknowledged.clear();
    says(dialog, gap(from - 1, from + 1));
    for (const place of [from, from + 1]) digest = digestGap(digest, place);
    digest = digestNext(digest, from + 2, cat(c, body));
    await goesOnFrom(dialog, digest);
  });

  it('A25 A38: with digests the history goes on from the one that is told where the one before it is held, else as without; from a later place it is told anew', async () => {
    const { second } = people;
    const { dialog } = await people.begun();
    const [before, after] = [dialog.out.digest, random(32)];
    const from = leavesOut(dialog, 3);
    // It has come further than there: nothing is taken, and an acknowledgement is due.
    const count = second.talk.controls.length;
    says(dialog, gap(from - 1, from + 1, { before: digestAt(dialog, from - 2), after: random(32) }));
    await second.until(() => second.talk.controls.length > count);
    expect(heardBack(dialog)?.cumulative).toBe(from - 1);
    says(dialog, gap(from, from + 1, { before, after }));
    says(dialog, gap(from + 2, from + 2, { before: random(32), after: random(32) }));
    await goesOnFrom(dialog, digestGap(after, from + 2));
  });
});

describe('§7, from outside: what was lost is asked for', () => {
  it('A22 A24: it comes again 256 places at a time, under a key that takes over from the lowest on, at most 4,096 at once and 64 more each second', { timeout: 120_000 }, async () => {
    const { second, hedda, clock } = people;
    const { dialog, conversationId } = await people.begun();
    // What tests before this one asked for is room again.
    clock.pass(64_000);
    await people.connected();
    for (let sent = 1; sent <= 257; sent += 1) await hedda.call('messages.send', { conversationId, text: `number ${sent}` });
    await second.heard('number 257');
    await hedda.until('all delivered', async () => (await hedda.call('messages.list', { conversationId, limit: 500 })).every(({ direction, state }) => direction === 'in' || state === 'delivered'));
    const { cumulative, digest } = second.streamOf(dialog);
    expect(cumulative).toBe(257);
    second.forget(dialog);
    const nothingLeft = acknowledgement(dialog);
    expect(nothingLeft.cumulative).toBe(0);
    let seen: { sequence: number; dsk: { dskEpoch: number; firstSequence: number; kind: number } }[] = [];
    const known = new Set<string>();
    const end = looksAt(dialog, (bytes, open) => {
      const message = readMessage(bytes);
      seen.push(message);
      // The first under each key is opened, so that short forms behind it can be read; none is acknowledged by itself.
      if (!known.has(message.dsk.dskId.toString('hex'))) open();
      known.add(message.dsk.dskId.toString('hex'));
      second.watchers.forEach((look: () => void) => look());
      throw new Refused('not answered');
    });
    /** Has nothing, and says so: 256 places come again, and are acknowledged. Gives the epoch of the key they came under. */
    const again = async (): Promise<number> => {
      seen = [];
      says(dialog, nothingLeft);
      await second.until(() => new Set(seen.map(({ sequence }) => sequence)).size >= 256);
      expect(Math.max(...seen.map(({ sequence }) => sequence))).toBe(256);
      expect(seen.every(({ dsk }) => dsk.firstSequence === 1 && dsk.kind === 3)).toBe(true);
      says(dialog, acknowledgement(dialog, { cumulative, digest }));
      return Math.max(...seen.map(({ dsk }) => dsk.dskEpoch));
    };
    const first = await again();
    for (let round = 2; round <= 16; round += 1) expect(await again()).toBe(first + round - 1);
    // A place more than there is room for: nothing comes, and what was there of the room is spent.
    const inVain = async (): Promise<void> => {
      says(dialog, nothingLeft);
      says(dialog, acknowledgement(dialog, { cumulative, digest }));
      // Before the clock goes on.
      await dealtWith(dialog);
    };
    await inVain();
    clock.pass(3_996);
    await people.connected();
    await inVain();
    clock.pass(4_000);
    await people.connected();
    expect(await again()).toBe(first + 16);
    end();
  });
});
