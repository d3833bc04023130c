// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { linkTarget } from '../../../../renderer/ui/host-names';
import { mentionPieces } from '../../../../renderer/ui/mentions';
import { firstUnread } from '../../../../renderer/features/conversation/use-unread-divider';
import { listRows, listSections, type Row } from '../../../../renderer/features/conversations/rows';
import { withConversation } from '../../../../renderer/features/conversations/order';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { openTalk, shortcut } from '../open-talk';
import { renderApp, settle } from '../render-app';
import type { Conversation } from '../../../../shared/model/conversation';

describe('links in messages', () => {
  const kinds = (text: string) => mentionPieces(text).map((piece) => (piece.kind === 'link' ? `<${piece.url}>` : piece.text));

  it.each([
    ['see https://example.org/a_(b).', ['see ', '<https://example.org/a_(b)>', '.']],
    ['(https://example.org)', ['(', '<https://example.org/>', ')']],
    ['HTTP://Example.org!', ['<http://example.org/>', '!']],
    ['example.org javascript:alert(1) file:///etc/passwd xhttps://a.b', ['example.org javascript:alert(1) file:///etc/passwd xhttps://a.b']],
    ['https://a.example\u202Egpj.exe', ['<https://a.example/>', '[U+202E]', 'gpj.exe']],
    ['https://a.example/?b\\c#d\\e', ['<https://a.example/?b%5Cc#d%5Ce>']],
    ['https://a.example/((b)c)])', ['<https://a.example/((b)c)>', '])']],
    // What says that it is one without saying how: nobody is asked in clear.
    ['at www.example.org, or WWW.Example.co.uk/a?b.', ['at ', '<https://www.example.org/>', ', or ', '<https://www.example.co.uk/a?b>', '.']],
    ['www.example www. www..org a@www.example.org xwww.a.org wwww.a.org www.1.2 ada@example.org', ['www.example www. www..org a@www.example.org xwww.a.org wwww.a.org www.1.2 ada@example.org']],
    ['data:text/html,<b> javascript:alert(1) file:///etc', ['data:text/html,<b> javascript:alert(1) file:///etc']],
  ])('%s', (text, expected) => {
    expect(kinds(text)).toEqual(expected);
    if (!text.includes('\u202E')) expect(mentionPieces(text).map((piece) => piece.text).join('')).toBe(text);
  });

  it('looks at each of ten thousand brackets behind a link once: a message full of them keeps no window busy', () => {
    expect(kinds(`https://a.example/${')'.repeat(3_000)}`)).toEqual(['<https://a.example/>', ')'.repeat(3_000)]);
    const long = `https://a.example/${')'.repeat(40_000)}`;
    expect(kinds(long)).toEqual([long]);
  });

  it('says where a link leads as plainly as it can', () => {
    expect(linkTarget('https://xn--mnchen-3ya.example/x')).toEqual({ host: 'm\u00FCnchen.example', plainHost: 'xn--mnchen-3ya.example', mixed: false, hasUser: false, isOpen: false });
    expect(linkTarget('http://bank.example@evil.example:8080/')).toMatchObject({ host: 'evil.example:8080', plainHost: undefined, hasUser: true, isOpen: true });
    expect(linkTarget('https://\u0440aypal.example/').mixed).toBe(true);
    // A stroke that is none ends no host: it is shown as machines write it.
    expect(linkTarget('https://bank.example\u2215x.evil.example/').host).toMatch(/^bank\.xn--[a-z0-9-]+\.evil\.example$/);
  });
});

describe('the list', () => {
  const conversation = (id: string, by: Partial<Conversation> = {}): Conversation => ({ conversationId: id, contactId: `c${id}`, title: '', state: 'open', unread: 0, markedUnread: false, pinned: false, archived: false, mutedUntil: 0, disappearAfter: 0, ...by });
  const contact = (id: string, name: string): Row['contact'] => ({ contactId: id, peerId: 'a'.repeat(52), name, pending: false, who: 'unchecked', checked: false, vouchedBy: [], reach: 'waiting', keyEpoch: 1, permissions: { message: true, openConversation: true, sendFile: true } });
  const row = (id: string, name: string, by?: Partial<Conversation>): Row => ({ key: id, contact: contact(`c${id}`, name), conversation: by && conversation(id, by) });
  const rows = [row('1', 'Ada', {}), row('2', 'Bo', { pinned: true, unread: 2 }), row('3', 'Cem', { archived: true, title: 'Trip' }), row('4', 'Dee')];
  const keys = (view: Parameters<typeof listSections>[1], selected?: string) => listSections(rows, view, selected).map(({ name, rows: lines }) => [name, lines.map(({ key }) => key).join('')]);

  it('has its sections, its archive and its filters', () => {
    const all = { archive: false, unreadOnly: false, filter: '' };
    expect(keys(all)).toEqual([['pinned', '2'], ['recent', '1'], ['people', '4']]);
    expect([keys({ ...all, archive: true, filter: 'TRIP' }), keys({ ...all, filter: 'nobody' })]).toEqual([[['archived', '3']], []]);
    // Who has no accents on the keyboard finds them, in any order, by names that are spelled in other ways.
    const named = [row('1', 'Jos\u00E9 Mu\u0308ller', {}), row('2', 'Łukasz Strauß', {}), row('3', 'Søren', { title: 'Æble' })];
    const found = (filter: string) => listSections(named, { ...all, filter }).flatMap(({ rows: lines }) => lines.map(({ key }) => key)).join('');
    expect([found('jose'), found('JOSÉ'), found('müll jo'), found('lukasz strauss'), found('strauß'), found('soren'), found('aeble'), found('  '), found('jose lukasz')]).toEqual(['1', '1', '1', '2', '2', '3', '3', '123', '']);
    const byHand = [row('1', 'Ada', {}), row('2', 'Bo', { markedUnread: true })];
    expect([keys({ ...all, unreadOnly: true }, '1'), listSections(byHand, { ...all, unreadOnly: true }).map(({ rows: lines }) => lines.map(({ key }) => key).join(''))]).toEqual([[['pinned', '2'], ['recent', '1']], ['2']]);
  });

  it('has one line for two conversations that both sides opened before they heard of each other, as long as one is empty', () => {
    const people = [contact('c1', 'Ada')];
    const mine = conversation('1', { contactId: 'c1' });
    const theirs = conversation('2', { contactId: 'c1' });
    const lines = (...list: readonly Conversation[]) => listRows(people, list).map(({ key }) => key).join('');
    expect(lines(mine, theirs)).toBe('1');
    expect(lines(mine, { ...theirs, lastMessageAt: 5 })).toBe('2');
    expect(lines({ ...mine, lastMessageAt: 4 }, { ...theirs, lastMessageAt: 5 })).toBe('12');
    expect(lines({ ...mine, draft: { text: 'x' } }, { ...theirs, lastMessageAt: 5 })).toBe('12');
    expect(lines({ ...mine, state: 'failed', lastMessageAt: 4 }, theirs)).toBe('12');
    expect(lines(mine, { ...theirs, title: 'Trip' })).toBe('12');
    expect(lines(mine, { ...theirs, archived: true, lastMessageAt: 5 })).toBe('12');
  });

  it('moves only the one that changed', () => {
    const list = [conversation('1', { lastMessageAt: 30 }), conversation('2', { lastMessageAt: 20 }), conversation('3')];
    const moved = withConversation(list, conversation('2', { lastMessageAt: 40 }));
    expect(moved.map(({ conversationId }) => conversationId)).toEqual(['2', '1', '3']);
    expect(moved[1]).toBe(list[0]);
    expect(withConversation(list, conversation('1', { lastMessageAt: 30 }))).toBe(list);
  });

  it('puts what is said now above conversations in which nobody said anything yet, as it stands after the next start', () => {
    const list = [conversation('new'), conversation('1', { lastMessageAt: 30 }), conversation('2', { lastMessageAt: 20 })];
    const order = (changed: Conversation) => withConversation(list, changed).map(({ conversationId }) => conversationId);
    expect(order(conversation('2', { lastMessageAt: 40 }))).toEqual(['2', 'new', '1']);
    // What came earlier is put where it belongs, not above what was begun since.
    expect(order(conversation('1', { lastMessageAt: 25 }))).toEqual(['new', '1', '2']);
  });

  it('finds the first unread message, and none that is not here', () => {
    const message = (messageId: string, direction: 'in' | 'out') => ({ messageId, direction, conversationId: 'c', instanceId: 'i', sequence: 1, kind: 'text' as const, text: '', sentAt: 0, state: 'delivered' as const, keyEpoch: 1 });
    const messages = [message('a', 'in'), message('b', 'in'), message('c', 'out'), message('d', 'in')];
    expect(firstUnread(messages, 2)).toBe('b');
    expect(firstUnread(messages, 0)).toBeUndefined();
    expect(firstUnread(messages, 4)).toBeUndefined();
  });
});

describe('in the window', () => {
  const now = Date.UTC(2026, 4, 6, 12);
  const world = (by: Partial<Conversation> = {}) => {
    const made = busyWorld(now);
    made.conversations = made.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, ...by } : one));
    return made;
  };
  const stored = (fake: { world: ReturnType<typeof busyWorld> }) => fake.world.conversations.find((one) => one.conversationId === talkWithBo);

  it('keeps a draft in the vault, also when it locks at once, and shows it again', async () => {
    const { fake, model } = await openTalk(world({ draft: { text: 'before' } }));
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });
    expect(field.value).toBe('before');
    fireEvent.change(field, { target: { value: 'before and after' } });
    await act(() => model.session.getState().lock());
    expect(stored(fake)?.draft).toEqual({ text: 'before and after' });
    expect(JSON.stringify(model.drafts.getState().drafts)).not.toContain('before');
  });

  it('begins one more conversation with who it was asked about, without asking who', async () => {
    const { model } = await openTalk(world());
    fireEvent.click(screen.getByRole('button', { name: 'Conversation menu' }));
    await settle();
    fireEvent.click(screen.getByRole('menuitem', { name: 'New conversation…' }));
    await settle();
    expect(document.activeElement).toBe(screen.getByLabelText('Title (optional)'));
    expect(within(screen.getByRole('dialog', { name: 'New conversation' })).getByText('Bo Lindqvist')).toBeTruthy();
    // From elsewhere nobody is chosen yet.
    act(() => model.ui.getState().closeDialog());
    act(() => model.ui.getState().openDialog('new'));
    await settle();
    expect(screen.getByLabelText('Find a person')).toBeTruthy();
  });

  it('offers people by their names, whoever was met first', async () => {
    const { model } = await renderApp({ ...world(), contacts: world().contacts.toReversed() });
    act(() => model.ui.getState().openDialog('new'));
    await settle();
    const names = screen.getAllByRole('option').map((option) => option.querySelector('.list-name')?.textContent ?? '');
    expect(names.length).toBeGreaterThan(3);
    expect(names).toEqual(names.toSorted((one, other) => one.localeCompare(other)));
  });

  it('marks where reading starts, and asks before a link', async () => {
    const made = world({ unread: 1 });
    const list = made.messages.get(talkWithBo) ?? [];
    const last = [...list].reverse().find(({ direction }) => direction === 'in') ?? expect.unreachable('a message of Bo');
    made.messages.set(talkWithBo, list.map((one) => (one === last ? { ...one, text: 'look: https://example.org/x' } : one)));
    const { fake } = await openTalk(made);
    expect(screen.getByText('1 new message').parentElement?.nextElementSibling?.getAttribute('data-message')).toBe(last.messageId);
    fireEvent.click(screen.getByRole('link', { name: 'https://example.org/x' }));
    await settle();
    const dialog = within(screen.getByRole('dialog', { name: 'Open this link?' }));
    expect(dialog.getByText('example.org')).toBeTruthy();
    expect(document.activeElement?.textContent).toBe('Do not open');
    fireEvent.click(dialog.getByRole('button', { name: 'Open in browser' }));
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    void fake;
  });

  it('finds where reading starts also far up, and above all where some are gone again', async () => {
    for (const [unread, expected] of [[90, 'message 30'], [700, 'message 0']] as const) {
      const made = world({ unread });
      const [one] = made.messages.get(talkWithBo) ?? [];
      if (one === undefined) throw new Error('nothing was said');
      made.messages.set(talkWithBo, Array.from({ length: 120 }, (_, at) => ({ ...one, messageId: at.toString(16).padStart(32, '0'), sequence: at + 1, direction: 'in' as const, text: `message ${at}`, sentAt: now - 1_000_000 + at, receivedAt: now - 1_000_000 + at })));
      await openTalk(made);
      expect(screen.getByText(`${unread} new messages`).parentElement?.nextElementSibling?.textContent).toContain(expected);
      cleanup();
    }
  });

  it('offers to check a safety number only of somebody who was not checked yet', async () => {
    for (const who of ['unchecked', 'checked'] as const) {
      const made = world({ preview: undefined, lastMessageAt: undefined });
      made.messages.set(talkWithBo, []);
      made.contacts = made.contacts.map((one) => (one.name.startsWith('Bo') ? { ...one, who, checked: who === 'checked' } : one));
      await openTalk(made);
      expect(screen.getByText(/are locked with a key only the two of you hold/)).toBeTruthy();
      expect(screen.queryAllByRole('button', { name: 'Check safety number' })).toHaveLength(who === 'checked' ? 0 : 1);
      cleanup();
    }
  });

  it('a message that comes draws itself and its neighbour, and none of the others anew', async () => {
    const { model } = await openTalk(world());
    const { messages } = model.messages.getState().threads[talkWithBo] ?? { messages: [] };
    const last = messages.at(-1);
    if (last === undefined) throw new Error('nothing was said');
    const reads = new Map<string, number>();
    const watched = messages.map((one) => Object.defineProperty({ ...one }, 'text', { enumerable: true, get: () => (reads.set(one.messageId, (reads.get(one.messageId) ?? 0) + 1), one.text) }));
    const put = (all: readonly (typeof last)[]) => act(() => model.messages.setState(({ threads }) => ({ threads: { ...threads, [talkWithBo]: { ...threads[talkWithBo]!, messages: all } } })));
    put(watched);
    await settle();
    expect(reads.size).toBeGreaterThan(5);
    reads.clear();
    put([...watched, { ...last, messageId: 'f'.repeat(32), direction: 'in', sequence: 999, text: 'one more' }]);
    await settle();
    expect(screen.getAllByText('one more').length).toBeGreaterThan(0);
    // One more may be looked at for what can be written next; all eleven others were before.
    expect([...reads.keys()].filter((id) => id !== last.messageId).length).toBeLessThan(2);
  });

  it('says of no key that it is there before somebody has answered', async () => {
    const made = world();
    await renderApp(made);
    fireEvent.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^Tomasz/ }));
    await settle();
    expect(screen.getByText(/^What you write to Tomasz is locked with a key only the two of you hold before it leaves/)).toBeTruthy();
  });

  it('shows what else is talked about with a person, and goes there', async () => {
    // The newest message was deleted: that is not a conversation in which nothing was said.
    const made = world({ preview: '', newest: { messageId: 'e'.repeat(32), kind: 'deleted', direction: 'in', state: 'delivered' } });
    const [first] = made.conversations.filter((one) => one.conversationId === talkWithBo);
    if (first === undefined) throw new Error('no conversation');
    const other = 'e'.repeat(32);
    made.conversations = [...made.conversations, { ...first, conversationId: other, title: 'Boat \u202Eevil', unread: 3, newest: { messageId: 'e'.repeat(32), kind: 'deleted', direction: 'out', state: 'delivered' } }];
    made.messages.set(other, []);
    const { model } = await renderApp(made);
    act(() => {
      model.showConversation(talkWithBo);
      model.ui.getState().showDetails('who');
    });
    await settle();
    expect(within(screen.getByRole('navigation')).getByText('Message deleted')).toBeTruthy();
    expect(within(screen.getByRole('navigation')).getByText('Deleted by you')).toBeTruthy();
    const section = within(screen.getByRole('heading', { name: 'Other conversations with Bo Lindqvist' }).parentElement ?? document.body);
    expect(section.getByText('3 unread')).toBeTruthy();
    fireEvent.click(section.getByRole('button', { name: 'Boat [U+202E]evil' }));
    await settle();
    expect(model.ui.getState().selection?.conversationId).toBe(other);
    expect(section.queryByRole('button', { name: 'Boat [U+202E]evil' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Without a title' })).toBeTruthy();
  });

  it('says until when a conversation is muted, as it is muted and in its menu afterwards', async () => {
    const { fake } = await openTalk(world());
    const open = async () => {
      fireEvent.contextMenu(within(screen.getByRole('navigation')).getByRole('button', { name: /^Bo Lindqvist/ }));
      await settle();
    };
    await open();
    fireEvent.click(screen.getByRole('menuitem', { name: 'For eight hours' }));
    await settle();
    const until = stored(fake)?.mutedUntil ?? 0;
    const clock = new Intl.DateTimeFormat('en', { hour: 'numeric', minute: '2-digit' }).format(until);
    expect(screen.getByText(/^Muted until .*\. New messages are counted in the list alone, and you are not notified\.$/).textContent).toContain(clock);
    await open();
    expect(screen.getByText(/^Muted until .*[^.]$/).textContent).toContain(clock);
    fireEvent.click(screen.getByRole('menuitem', { name: 'Unmute' }));
    await settle();
    expect(stored(fake)?.mutedUntil).toBe(0);
    await open();
    fireEvent.click(screen.getByRole('menuitem', { name: 'Until you say otherwise' }));
    await settle();
    expect(screen.getByText('Muted until you say otherwise. New messages are counted in the list alone, and you are not notified.')).toBeTruthy();
    await open();
    expect(screen.getByText('Muted until you say otherwise')).toBeTruthy();
  });

  it('pins, puts away and removes by the menu of the list', async () => {
    const { fake, model } = await openTalk(world());
    const choose = async (name: string) => {
      fireEvent.contextMenu(within(screen.getByRole('navigation')).getByRole('button', { name: /^Bo Lindqvist/ }));
      await settle();
      fireEvent.click(screen.getByRole('menuitem', { name }));
      await settle();
    };
    await choose('Pin to the top');
    expect(stored(fake)?.pinned).toBe(true);
    expect(screen.getByRole('heading', { name: 'Pinned' })).toBeTruthy();
    await choose('Archive');
    expect(stored(fake)?.archived).toBe(true);
    fireEvent.click(screen.getByRole('button', { name: /^Archive \(1\)/ }));
    await settle();
    await choose('Remove…');
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Remove conversation' }));
    await settle();
    expect(stored(fake)).toBeUndefined();
    expect(model.conversations.getState().conversations.some((one) => one.conversationId === talkWithBo)).toBe(false);
  });

  it('one that takes the place of another, which was removed elsewhere, takes no key from whoever types in the list', async () => {
    const made = world();
    const second = made.conversations.filter(({ conversationId }) => conversationId === talkWithBo).map((one) => ({ ...one, conversationId: 'b'.repeat(32), title: 'Trip' }));
    const { fake, model } = await renderApp(Object.assign(made, { conversations: [...made.conversations, ...second] }));
    act(() => model.showConversation(talkWithBo));
    await settle();
    const filter = within(screen.getByRole('navigation')).getByRole('textbox');
    act(() => filter.focus());
    fake.world.conversations = fake.world.conversations.filter(({ conversationId }) => conversationId !== talkWithBo);
    act(() => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
    await settle();
    expect(model.ui.getState().selection?.conversationId).toBe('b'.repeat(32));
    expect(document.activeElement).toBe(filter);
  });

  it('removed out of its own menu: its neighbour in the list has the focus', async () => {
    const { fake, model } = await openTalk(world());
    const list = screen.getByRole('navigation');
    const keys = [...list.querySelectorAll<HTMLElement>('[data-row]')].map((line) => line.dataset['row']);
    const next = keys[keys.indexOf(talkWithBo) + 1];
    expect(next).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Conversation menu' }));
    fireEvent.click(screen.getByRole('menuitem', { name: 'Remove…' }));
    await settle();
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Remove conversation' }));
    act(() => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
    await settle();
    expect(model.conversations.getState().conversations.some((one) => one.conversationId === talkWithBo)).toBe(false);
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('data-row')).toBe(next));
  });

  it('keeps the focus on a line that is made anew, or on what stands in its place: pinned elsewhere, put away, without its conversation', async () => {
    const { fake } = await openTalk(world());
    const list = screen.getByRole('navigation');
    const line = (name: RegExp): HTMLElement => within(list).getByRole('button', { name });
    const focusedName = (): string | null | undefined => document.activeElement?.querySelector('.list-name')?.textContent;
    const changed = async (change: (all: Conversation[]) => Conversation[]): Promise<void> => {
      const before = fake.world.conversations;
      fake.world.conversations = change(before);
      for (const { conversationId } of before) act(() => fake.emit({ type: 'conversation.changed', conversationId }));
      await settle();
      await act(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    };
    const bo = line(/^Bo Lindqvist/);
    act(() => bo.focus());
    await changed((all) => all.map((one) => (one.conversationId === talkWithBo ? { ...one, pinned: true } : one)));
    expect(bo.isConnected).toBe(false);
    expect(focusedName()).toBe('Bo Lindqvist');
    // Gone: a person remains, whose line has another key.
    await changed((all) => all.filter(({ conversationId }) => conversationId !== talkWithBo));
    expect(focusedName()).toBe('Bo Lindqvist');
    // Put away: what stands there now.
    act(() => line(/^Carla Reyes/).focus());
    await changed((all) => all.map((one) => (one.conversationId === talkWithCarla ? { ...one, archived: true } : one)));
    expect(document.activeElement?.closest('[data-row]')).toBeTruthy();
    // Whoever is elsewhere stays there.
    const field = screen.getByRole('textbox', { name: 'Filter the list' });
    act(() => field.focus());
    await changed((all) => all.map((one) => ({ ...one, archived: true })));
    expect(document.activeElement).toBe(field);
  });

  it('keeps the focus in the list when the menu of a line takes it out of the archive, where it was the only one', async () => {
    await renderApp(world({ archived: true }));
    await settle();
    const list = screen.getByRole('navigation');
    fireEvent.click(within(list).getByRole('button', { name: /^Archive \(1\)/ }));
    await settle();
    const bo = within(list).getByRole('button', { name: /^Bo Lindqvist/ });
    act(() => bo.focus());
    fireEvent.contextMenu(bo);
    await settle();
    const entry = screen.getByRole('menuitem', { name: 'Take out of the archive' });
    act(() => entry.focus());
    fireEvent.click(entry);
    await settle();
    for (let frames = 0; frames < 20; frames += 1) await act(() => new Promise((done) => requestAnimationFrame(done)));
    expect(bo.isConnected).toBe(false);
    expect(list.contains(document.activeElement)).toBe(true);
  });

  it('Escape goes back to the list where that is not on screen, and leaves the conversation in front beside it; forth again the focus is where one writes', async () => {
    const { model } = await openTalk(world());
    await shortcut('Escape');
    expect(model.ui.getState().front).toBe('conversation');
    // As in a narrow window: jsdom lays nothing out.
    Object.defineProperty(HTMLElement.prototype, 'checkVisibility', { configurable: true, value(this: HTMLElement) { return this.closest('[data-pane="list"]') === null; } });
    try {
      await shortcut('Escape');
      expect(model.ui.getState().front).toBe('list');
      // Forth again: the line went with the list, and the conversation is the one that was open.
      act(() => (document.activeElement as HTMLElement | null)?.blur());
      await shortcut('1', { ctrlKey: true });
      await act(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      expect([model.ui.getState().front, document.activeElement?.getAttribute('aria-label')]).toEqual(['conversation', 'Message']);
    } finally {
      Reflect.deleteProperty(HTMLElement.prototype, 'checkVisibility');
    }
  });

  it('says of a list whose conversations are all put away where they are, not that there is none', async () => {
    const made = world({ archived: true });
    made.contacts = made.contacts.filter(({ name }) => name === 'Bo Lindqvist');
    made.conversations = made.conversations.filter(({ conversationId }) => conversationId === talkWithBo);
    await renderApp(made);
    await settle();
    expect(screen.getByRole('navigation').querySelector('.list-none')?.textContent).toBe('All conversations are in the archive');
  });
});
