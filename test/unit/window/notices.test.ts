import { describe, expect, test } from 'vitest';
import { desktopWords } from '../../../electron/window/desktop-words';
import { plainText } from '../../../electron/window/notice-text';
import { type NoticeContent, Notices } from '../../../electron/window/notices';
import { defaultSettings, type Settings } from '../../../shared/model/settings';
import { emptyWorld } from '../../preview/fake-world';
import { scenes } from '../../preview/scenes';

const words = desktopWords('en', 'en');
const world = scenes['busy']?.(1_700_000_000_000) ?? emptyWorld();
const [talk] = world.conversations;
const [sample] = [...world.messages.values()].flat();
if (talk === undefined || sample === undefined) throw new Error('the scene has a conversation');

/** A desktop that keeps what it is shown, and a vault that is open. */
function desktop(settings: Partial<Settings> = {}) {
  const shown: (NoticeContent & { readonly click: () => void; closed: boolean })[] = [];
  const clicked: unknown[] = [];
  const counts: number[] = [];
  let unread = 0;
  let mutedUntil = 0;
  let markedUnread = false;
  let looked: string | undefined;
  let nobodyShows = false;
  let timer: (() => void) | undefined;
  let later: { readonly milliseconds: number; readonly run: () => void } | undefined;
  let now = 1000;
  let answered: Promise<void> = Promise.resolve();
  const notices = new Notices({
    conversations: async () => {
      const told = [{ ...talk!, unread, mutedUntil, markedUnread }];
      await answered;
      return told;
    },
    contacts: async () => world.contacts,
    settings: () => ({ ...defaultSettings, ...settings }),
    words: () => words,
    now: () => now,
    setTimer: (milliseconds, run) => {
      if (milliseconds > 200) {
        later = { milliseconds, run };
        return () => (later = undefined);
      }
      timer = run;
      return () => (timer = undefined);
    },
    isLookedAt: (id) => id === looked,
    show: (content, click, gone) => {
      const one = { ...content, click, closed: false };
      shown.push(one);
      if (nobodyShows) gone();
      return { close: () => (one.closed = true) };
    },
    clicked: (target) => clicked.push(target),
    unread: (count) => counts.push(count),
    failed: (error) => {
      throw error;
    },
  });
  notices.hear({ type: 'vault.changed', state: 'open' });
  let next = 0;
  return {
    notices, shown, clicked, counts,
    nobodyShows: () => (nobodyShows = true),
    /** The question about the conversations is answered when the returned function is called. */
    hold: () => {
      let answer = (): void => undefined;
      answered = new Promise((resolve) => (answer = resolve));
      return answer;
    },
    /** What waits longer than for a burst to end, in milliseconds. */
    waits: () => later?.milliseconds,
    pass: (milliseconds: number) => {
      now += milliseconds;
      const due = later;
      later = undefined;
      due?.run();
    },
    set: (now: { unread?: number; mutedUntil?: number; markedUnread?: boolean; looked?: string }) => {
      markedUnread = now.markedUnread ?? markedUnread;
      unread = now.unread ?? unread;
      mutedUntil = now.mutedUntil ?? mutedUntil;
      looked = now.looked;
    },
    arrive: (text: string, more: object = {}) => {
      const message = { ...sample!, messageId: `${next++}`.padStart(16, '0'), conversationId: talk!.conversationId, direction: 'in' as const, kind: 'text' as const, text, ...more };
      unread += 1;
      notices.hear({ type: 'message.received', conversationId: talk!.conversationId, message });
      return message;
    },
    look: async () => {
      const run = timer;
      timer = undefined;
      run?.();
      for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
    },
    pending: () => timer !== undefined,
    open: () => shown.filter(({ closed }) => !closed).map(({ title, body }) => [title, body]),
  };
}

const name = plainText(world.contacts.find(({ contactId }) => contactId === talk.contactId)?.name ?? '', 64);

describe('notifications', () => {
  test.each([
    ['message', [[name, 'Great, thanks']]],
    ['name', [[name, 'New message']]],
    ['nothing', [['Keyshift', 'New message']]],
    ['off', []],
  ] as const)('show no more than was chosen: %s', async (notifications, expected) => {
    const { arrive, look, open, counts } = desktop({ notifications });
    arrive('Great, thanks');
    await look();
    expect(open()).toEqual(expected);
    // The count is told whatever notifications say.
    expect(counts.at(-1)).toBe(1);
  });

  test('one for each conversation, which counts, goes with reading, and lands on the message', async () => {
    const { arrive, look, open, clicked, shown, set, notices, counts } = desktop({ notifications: 'name' });
    arrive('one');
    arrive('two');
    await look();
    const last = arrive('three');
    await look();
    expect(open()).toEqual([[name, '3 new messages']]);
    shown.at(-1)?.click();
    expect(clicked).toEqual([{ conversationId: talk.conversationId, messageId: last.messageId }]);
    expect(open()).toEqual([]);
    arrive('four');
    await look();
    set({ unread: 0 });
    notices.hear({ type: 'conversation.changed', conversationId: talk.conversationId });
    await look();
    expect([open(), counts.at(-1)]).toEqual([[], 0]);
  });

  test('quiet while muted and while it is looked at; muted ones are not counted', async () => {
    const { arrive, look, open, set, counts } = desktop();
    set({ mutedUntil: 2000 });
    arrive('psst');
    await look();
    expect([open(), counts.at(-1)]).toEqual([[], 0]);
    set({ mutedUntil: 0, looked: talk.conversationId });
    arrive('I see you');
    await look();
    expect([open(), counts.at(-1)]).toEqual([[], 2]);
  });

  test('one that was marked as unread by hand counts as one, and is nothing to be told', async () => {
    const { look, notices, open, set, counts } = desktop();
    const heard = async () => {
      notices.hear({ type: 'conversation.changed', conversationId: talk.conversationId });
      await look();
      return [open(), counts.at(-1)];
    };
    set({ markedUnread: true });
    expect(await heard()).toEqual([[], 1]);
    set({ unread: 3 });
    expect(await heard()).toEqual([[], 3]);
    set({ unread: 0, mutedUntil: 2000 });
    expect(await heard()).toEqual([[], 0]);
  });

  test('row 17: a vault that closes takes them along, also one that closes while they are being made', async () => {
    const { arrive, look, open, notices, pending, counts } = desktop();
    arrive('secret');
    await look();
    expect(open()).toHaveLength(1);
    notices.hear({ type: 'vault.changed', state: 'locked' });
    expect([open(), counts.at(-1), pending()]).toEqual([[], 0, false]);
    arrive('after it');
    await look();
    expect(open()).toEqual([]);
    notices.hear({ type: 'vault.changed', state: 'open' });
    arrive('once more');
    const looking = look();
    notices.hear({ type: 'vault.changed', state: 'locked' });
    await looking;
    expect(open()).toEqual([]);
  });

  test('a message that is taken back, removed or worded anew does not go on standing there', async () => {
    const { arrive, look, open, notices, shown, set } = desktop();
    const changed = (message: ReturnType<typeof arrive>, more: object): void => notices.hear({ type: 'message.changed', conversationId: talk.conversationId, message: { ...message, ...more } });
    const only = arrive('said');
    await look();
    changed(only, { kind: 'deleted', text: '' });
    expect(open()).toEqual([]);
    const first = arrive('one');
    const second = arrive('two');
    await look();
    expect(open()).toEqual([[`${name} (2)`, 'two']]);
    changed(second, { text: 'three' });
    expect(open()).toEqual([[`${name} (2)`, 'three']]);
    // Nothing of the older one is said, so nothing is shown once more.
    changed(first, { text: 'ONE' });
    expect([open(), shown.length]).toEqual([[[`${name} (2)`, 'three']], 3]);
    notices.hear({ type: 'messages.removed', conversationId: talk.conversationId, messageIds: [second.messageId] });
    expect(open()).toEqual([[name, 'ONE']]);
    changed(first, { kind: 'deleted', text: '' });
    expect(open()).toEqual([]);
    set({ unread: 0 });
    const gone = arrive('gone before it is shown');
    notices.hear({ type: 'messages.removed', conversationId: talk.conversationId, messageIds: [gone.messageId] });
    await look();
    expect(open()).toEqual([]);
  });

  test('nor one that is taken back, removed or worded anew while it is being looked what there is', async () => {
    const { arrive, look, open, notices, hold, set } = desktop();
    const during = async (task: () => void): Promise<void> => {
      const answer = hold();
      const looking = look();
      await looking;
      task();
      answer();
      await look();
    };
    const stays = arrive('stays');
    const back = arrive('taken back');
    await during(() => notices.hear({ type: 'message.changed', conversationId: talk.conversationId, message: { ...back, kind: 'deleted', text: '' } }));
    expect(open()).toEqual([[name, 'stays']]);
    set({ unread: 1 });
    const gone = arrive('removed');
    await during(() => notices.hear({ type: 'messages.removed', conversationId: talk.conversationId, messageIds: [gone.messageId] }));
    expect(open()).toEqual([[name, 'stays']]);
    const other = arrive('one wording');
    await during(() => notices.hear({ type: 'message.changed', conversationId: talk.conversationId, message: { ...other, text: 'another' } }));
    expect(open()).toEqual([[`${name} (2)`, 'another']]);
    expect(stays.text).toBe('stays');
  });

  test('a mute that ended while the computer slept is seen soon after it woke', async () => {
    const { arrive, look, counts, set, waits, pass } = desktop();
    set({ mutedUntil: 8 * 3_600_000 });
    arrive('psst');
    await look();
    expect([counts.at(-1), waits()]).toEqual([0, 600_000]);
    // Of these eight hours the timers heard ten minutes.
    pass(8 * 3_600_000);
    await look();
    expect([counts.at(-1), waits()]).toEqual([1, undefined]);
  });

  test('what came while a conversation was muted is counted once it is not any more, though nothing happens then', async () => {
    const { arrive, look, counts, set, waits, pass, notices } = desktop();
    set({ mutedUntil: 61_000 });
    arrive('psst');
    await look();
    expect([counts.at(-1), waits()]).toEqual([0, 60_000]);
    pass(60_000);
    await look();
    expect([counts.at(-1), waits()]).toEqual([1, undefined]);
    set({ mutedUntil: 200_000 });
    notices.hear({ type: 'conversation.changed', conversationId: talk.conversationId });
    await look();
    expect(waits()).toBe(139_000);
    notices.hear({ type: 'vault.changed', state: 'locked' });
    expect(waits()).toBeUndefined();
  });

  test('where no words are shown an edit changes nothing on the desktop, and one taken back is counted no more', async () => {
    const { arrive, look, open, notices, shown, clicked } = desktop({ notifications: 'nothing' });
    const first = arrive('one');
    const second = arrive('two');
    await look();
    notices.hear({ type: 'message.changed', conversationId: talk.conversationId, message: { ...second, text: 'else' } });
    expect([open(), shown.length]).toEqual([[['Keyshift', '2 new messages']], 1]);
    notices.hear({ type: 'message.changed', conversationId: talk.conversationId, message: { ...second, kind: 'deleted', text: '' } });
    expect(open()).toEqual([['Keyshift', 'New message']]);
    shown.at(-1)?.click();
    expect([clicked, open()]).toEqual([[{ conversationId: talk.conversationId, messageId: first.messageId }], []]);
  });

  test('requests: a name only where names are shown, three at the most, gone when the person comes to the window', () => {
    const { notices, open } = desktop({ notifications: 'nothing' });
    for (let at = 0; at < 9; at += 1) notices.hear({ type: 'contact.request', requestId: `${at}`.padStart(16, '0'), peerId: sample.instanceId, name: 'Mallory', via: 'card' });
    expect(open()).toEqual(Array.from({ length: 3 }, () => ['Keyshift', 'Somebody asks to talk to you']));
    notices.lookedAt();
    expect(open()).toEqual([]);
  });

  test('a request that is declined, by whichever own device, stands on the desktop no more', () => {
    const { notices, open } = desktop();
    for (const [requestId, asker] of [['a', 'Eve'], ['b', 'Mallory']] as const) notices.hear({ type: 'contact.request', requestId: requestId.repeat(32), peerId: sample.instanceId, name: asker, via: 'card' });
    notices.hear({ type: 'contact.requestOver', requestId: 'a'.repeat(32) });
    expect(open()).toEqual([['Keyshift', words.requestFrom('Mallory')]]);
  });

  test('where less is to be said from now on, what stands there says less, or goes; more is not said of what stands there', async () => {
    const settings: { notifications: Settings['notifications'] } = { notifications: 'message' };
    const { arrive, look, open, notices, shown } = desktop(settings);
    const choose = (notifications: Settings['notifications']): void => {
      settings.notifications = notifications;
      notices.settingsChanged();
    };
    arrive('words');
    await look();
    notices.hear({ type: 'contact.request', requestId: 'a'.repeat(32), peerId: sample.instanceId, name: 'Mallory', via: 'card' });
    choose('name');
    expect(open()).toEqual([['Keyshift', words.requestFrom('Mallory')], [name, words.message]]);
    choose('nothing');
    expect(open()).toEqual([['Keyshift', words.message], ['Keyshift', words.request]]);
    const times = shown.length;
    choose('message');
    expect([open(), shown.length]).toEqual([[['Keyshift', words.message], ['Keyshift', words.request]], times]);
    choose('off');
    expect(open()).toEqual([]);
    notices.hear({ type: 'message.changed', conversationId: talk.conversationId, message: { ...sample, text: 'words of before' } });
    choose('message');
    expect(open()).toEqual([]);
  });

  test('where nobody shows them, which the system says at once, nothing is kept and nothing fails', async () => {
    const { arrive, look, notices, nobodyShows, shown, set } = desktop({ notifications: 'message' });
    nobodyShows();
    arrive('one');
    await look();
    arrive('two');
    await look();
    expect(shown.map(({ closed }) => closed)).toEqual([false, false]);
    for (let at = 0; at < 5; at += 1) notices.hear({ type: 'contact.request', requestId: `${at}`.padStart(16, '0'), peerId: sample.instanceId, name: 'Mallory', via: 'card' });
    expect(shown).toHaveLength(7);
    set({ unread: 0 });
    notices.lookedAt();
    expect(shown.every(({ closed }) => !closed)).toBe(true);
  });

  test('row 24: nothing of a stranger’s text is markup, a line of its own, or turned around', () => {
    expect(plainText('<a href="x">&lt;b\u202Eevil\u0007\nnext 👩\u200d👧 ', 200)).toBe('‹a href="x"›＆lt;bevil next 👩\u200d👧');
    expect(plainText('x'.repeat(300), 200)).toHaveLength(200);
  });
});
