import { createPrivateKey } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShiftPolicy } from '../../shared/model/keys';
import { readLink } from '../second/link.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { HeadlessPeer, RpcError } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { passphrase, temporaryFolder } from '../support/two-peers';

// One real headless process whose clock stands still where it is told to, and one peer that was written from docs/protocol.md alone: each bound of §5 and §6 at its value and beside it.
const folder = temporaryFolder();
const clockFile = join(folder.path, 'clock');
const clock = {
  /** Milliseconds since the start of the program; later than the real ones when it is set first. */
  at: 30 * 60_000,
  /** Replaced whole, so that nobody reads half of it. */
  write(text: string): void {
    writeFileSync(`${clockFile}.next`, text);
    renameSync(`${clockFile}.next`, clockFile);
  },
  pass(milliseconds: number): void {
    clock.at += milliseconds;
    clock.write(String(clock.at));
  },
};
/** What the other program's wall clock showed at its start. */
let began = 0;
const wall = (): number => began + clock.at;

let hedda: HeadlessPeer;
let second: InstanceType<typeof Peer>;
// oxlint-disable-next-line typescript/no-explicit-any -- the second implementation is plain JavaScript
type Dialog = any;
let dialogs = 0;

const connected = async (): Promise<void> => {
  if (!second.session || second.session.ended) await second.dial().catch(() => undefined);
  await second.until(() => second.session?.isReady && !second.session.ended);
};
const acknowledged = (dialog: Dialog) => second.until(() => dialog.out.unacknowledged.size === 0);
const contactId = async (): Promise<string> => (await hedda.call('contacts.list'))[0]?.contactId ?? '';
const codeOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'done', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));

beforeAll(async () => {
  clock.write('');
  process.env.KEYSHIFT_TEST_CLOCK = clockFile;
  hedda = await HeadlessPeer.start(join(folder.path, 'hedda'), { listen: '127.0.0.1:0', nodeOptions: ['--require', join(__dirname, '../support/set-clock.cjs')] });
  delete process.env.KEYSHIFT_TEST_CLOCK;
  await hedda.call('vault.create', { passphrase, name: 'hedda' });
  second = new Peer(new Person({ name: 'Second', key: identityKey(1, createPrivateKey(readyKeys(1)[0] ?? '')) }));
  await second.listen();
  const { link } = await hedda.call('contacts.createInvitation');
  await second.accept(readLink(link));
  await connected();
  clock.pass(0);
  // What it writes now bears the time it sees.
  const { conversationId } = await hedda.call('conversations.open', { contactId: await contactId(), title: 'Time' });
  const { messageId } = await hedda.call('messages.send', { conversationId, text: 'What time is it?' });
  const written = (await hedda.call('messages.list', { conversationId })).find((each) => each.messageId === messageId);
  began = (written?.sentAt ?? 0) - clock.at;
});
afterAll(async () => {
  clock.write('');
  second.close();
  await hedda.end();
  folder.release();
});

/** Another dialog, with a message each way, and rules of the other side's own. */
async function begun(policy: Partial<ShiftPolicy>): Promise<{ dialog: Dialog; conversationId: string }> {
  dialogs += 1;
  const title = `Bounds ${dialogs}`;
  await connected();
  const dialog = second.openDialog(title);
  second.say(dialog, `first of ${title}`);
  await acknowledged(dialog);
  const found = (await hedda.call('conversations.list')).find((each) => each.title === title);
  if (!found) throw new Error('no conversation');
  await hedda.call('keys.setPolicy', { conversationId: found.conversationId, policy });
  return { dialog, conversationId: found.conversationId };
}
const stateOf = async (conversationId: string) => {
  const found = (await hedda.call('conversations.list')).find((each) => each.conversationId === conversationId);
  return [found?.state, found?.failure];
};
/** The epoch of the session key under which the other side's next message comes. */
async function nextEpoch(conversationId: string, text: string): Promise<number> {
  await connected();
  await hedda.call('messages.send', { conversationId, text });
  const { dskEpoch } = await second.heard(text);
  return dskEpoch;
}
/** A message under a new session key, at a time of the second's own choice; what is not answered because the dialog ended is behind the state. */
async function shifted(dialog: Dialog, conversationId: string, time = wall()): Promise<readonly unknown[]> {
  await connected();
  second.talk.shiftDsk(dialog);
  second.sendAll(second.talk.send(dialog, { type: 'text', text: `epoch ${dialog.out.dsk.dskEpoch}` }, time));
  await hedda.until('judged', async () => dialog.out.unacknowledged.size === 0 || (await stateOf(conversationId))[0] === 'failed');
  return stateOf(conversationId);
}

describe('bounds of §6, from outside', () => {
  it('S2-07 S2-08: so many messages under one key, and the next one has another; a second time only 60 s later', async () => {
    const { conversationId } = await begun({ afterMessages: 3, onPeerShift: false });
    const epochs: number[] = [];
    for (let count = 1; count <= 7; count += 1) epochs.push(await nextEpoch(conversationId, `counted ${dialogs} ${count}`));
    expect(epochs).toEqual([1, 1, 1, 2, 2, 2, 2]);
    clock.pass(59_999);
    expect(await nextEpoch(conversationId, `a moment before ${dialogs}`)).toBe(2);
    clock.pass(1);
    expect(await nextEpoch(conversationId, `a minute later ${dialogs}`)).toBe(3);
  });

  it('S2-08 A90: the time one key is in use, to the millisecond', async () => {
    const { conversationId } = await begun({ afterMilliseconds: 100_000, afterMessages: 0, onPeerShift: false });
    expect(await nextEpoch(conversationId, `timed ${dialogs}`)).toBe(1);
    clock.pass(99_999);
    expect(await nextEpoch(conversationId, `not yet ${dialogs}`)).toBe(1);
    clock.pass(1);
    expect(await nextEpoch(conversationId, `now ${dialogs}`)).toBe(2);
  });

  it('S2-10 S2-11: as many shifts as are allowed end nothing, one more within the period ends the dialog', async () => {
    const { dialog, conversationId } = await begun({ failAfterShifts: 3, failWithinMilliseconds: 60_000 });
    for (let count = 1; count <= 3; count += 1) expect(await shifted(dialog, conversationId)).toEqual(['open', undefined]);
    expect(await shifted(dialog, conversationId)).toEqual(['failed', 'too-many-shifts']);
  });

  it.each([
    ['at its end nothing is too many', 60_000, 60_000, 'open'],
    ['a moment before its end it is', 59_999, 59_999, 'failed'],
    ['within it by the sender’s time alone it is not', 60_000, 59_999, 'open'],
    ['within it by receipt alone it is not', 59_999, 60_000, 'open'],
  ])('S2-11: of the period %s', async (_, received, sent, state) => {
    const { dialog, conversationId } = await begun({ failAfterShifts: 2, failWithinMilliseconds: 60_000 });
    // Its own clock is a minute behind, so that it can say later than what came in between.
    const at = wall() - 60_000;
    for (let count = 1; count <= 2; count += 1) expect(await shifted(dialog, conversationId, at)).toEqual(['open', undefined]);
    clock.pass(received);
    expect((await shifted(dialog, conversationId, at + sent))[0]).toBe(state);
  });

  it('S2-12 A33: one key of theirs for as many messages as are allowed, and one more', async () => {
    const { dialog, conversationId } = await begun({ staleAfterMessages: 4, staleAfterMilliseconds: 0, whenStale: 'fail' });
    // Title and first message stand before these.
    for (const text of ['third', 'fourth']) second.say(dialog, text);
    await acknowledged(dialog);
    expect(await stateOf(conversationId)).toEqual(['open', undefined]);
    second.say(dialog, 'fifth');
    await hedda.until('judged', async () => (await stateOf(conversationId))[0] === 'failed');
    expect(await stateOf(conversationId)).toEqual(['failed', 'key-too-old']);
  });

  it.each([
    ['as long as is allowed', 5000, 'open'],
    ['a millisecond longer', 5001, 'failed'],
  ])('S2-12 A33: one key of theirs for %s by their own clock', async (_, span, state) => {
    const { dialog, conversationId } = await begun({ staleAfterMessages: 0, staleAfterMilliseconds: 5000, whenStale: 'fail' });
    await connected();
    const say = (time: number) => {
      second.sendAll(second.talk.send(dialog, { type: 'text', text: `at ${time}` }, time));
      return hedda.until('judged', async () => dialog.out.unacknowledged.size === 0 || (await stateOf(conversationId))[0] === 'failed');
    };
    second.talk.shiftDsk(dialog);
    clock.pass(10_000);
    await say(wall());
    const first = wall();
    clock.pass(10_000);
    await say(first + span);
    expect((await stateOf(conversationId))[0]).toBe(state);
  });

  it('S2-07: by hand 50 times in an hour, and once more an hour after the first', async () => {
    const { conversationId } = await begun({ onPeerShift: false });
    for (let count = 1; count <= 50; count += 1) expect(await codeOf(hedda.call('keys.shift', { conversationId }))).toBe('done');
    expect(await codeOf(hedda.call('keys.shift', { conversationId }))).toBe('keys.too-often');
    clock.pass(3_599_999);
    expect(await codeOf(hedda.call('keys.shift', { conversationId }))).toBe('keys.too-often');
    clock.pass(1);
    expect(await codeOf(hedda.call('keys.shift', { conversationId }))).toBe('done');
  });
});

describe('bounds of §5, from outside', () => {
  it('S1-18: a new key for the pair 10 times in an hour, and once more an hour after the first', async () => {
    const { conversationId } = await begun({ onPeerShift: false });
    const shift = () => codeOf(hedda.call('keys.shiftPair', { conversationId }));
    for (let count = 1; count <= 10; count += 1) expect(await shift()).toBe('done');
    expect(await shift()).toBe('keys.too-often');
    clock.pass(3_599_999);
    expect(await shift()).toBe('keys.too-often');
    clock.pass(1);
    expect(await shift()).toBe('done');
  });
});
