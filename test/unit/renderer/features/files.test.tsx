// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { makeTransfer } from '../../../preview/fake-files';
import { idOf, type World } from '../../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { listedFiles } from '../../../../renderer/features/files/files-store';
import { axeFindings } from '../axe';
import { openTalk, shortcut } from '../open-talk';
import { settle } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);
const id = (name: string): string => idOf(`file ${name}`);

/** The last message of Bo brings this file. */
function world(name: string, given: Parameters<typeof makeTransfer>[0] extends infer T ? Partial<T> : never): World {
  const made = busyWorld(now);
  const messages = made.messages.get(talkWithBo) ?? [];
  const [last] = messages.filter(({ direction }) => direction === 'in').slice(-1);
  if (last === undefined) throw new Error('nothing from Bo');
  const transfer = makeTransfer({ transferId: id(name), conversationId: talkWithBo, messageId: last.messageId, name, addedAt: now, ...given });
  const { size, mediaType, transferId } = transfer;
  made.messages.set(talkWithBo, messages.map((one) => (one === last ? { ...last, kind: 'file', text: '', file: { transferId, name, size, mediaType } } : one)));
  made.transfers = [transfer];
  return made;
}
const press = async (name: string): Promise<void> => {
  fireEvent.click(screen.getByRole('button', { name }));
  await settle();
};
const article = (): HTMLElement => screen.getByTestId('message-file').closest('article') ?? document.body;

describe('files in a conversation', () => {
  it('an offered file is fetched, paused, gone on with and cancelled, each by a button that names it; how it stands is said', async () => {
    const { fake } = await openTalk(world('plan.pdf', { state: 'offered', held: false, size: 5 * 1024 * 1024 }));
    expect(article().getAttribute('aria-label')).toContain('File plan.pdf, 5 MB.');
    expect(within(article()).getByTestId('file-state').textContent).toBe('Bo Lindqvist wants to send you this');
    await press('Fetch plan.pdf');
    act(() => fake.emit({ type: 'transfer.progress', ...fake.world.transfers[0]!, done: 2 * 1024 * 1024, rate: 1024 * 1024 }));
    const bar = within(article()).getByRole('progressbar', { name: 'Receiving plan.pdf' });
    expect(bar.getAttribute('aria-valuetext')).toBe('2 MB of 5 MB, 1 MB a second');
    await press('Pause plan.pdf');
    expect(fake.world.transfers[0]?.state).toBe('paused');
    await press('Go on with plan.pdf');
    await press('Cancel plan.pdf');
    expect(within(article()).getByTestId('file-state').textContent).toBe('You did not take this. Bo Lindqvist can send it again.');
    expect(await axeFindings()).toEqual([]);
  });

  it('much that was fetched is thrown away by no single press: it could not be fetched again', async () => {
    const { fake } = await openTalk(world('film.mkv', { state: 'paused', held: false, size: 2 * 1024 ** 3, done: 103 * 1024 * 1024 }));
    const state = (): string | undefined => fake.world.transfers[0]?.state;
    await press('Cancel film.mkv');
    expect(state()).toBe('paused');
    expect(screen.getByRole('dialog', { name: 'Stop fetching “film.mkv”?' }).textContent).toContain('103 MB of 2 GB are here');
    expect(document.activeElement?.textContent).toBe('Go on');
    expect(await axeFindings()).toEqual([]);
    await press('Go on');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(state()).toBe('paused');
    act(() => screen.getByRole('button', { name: 'Cancel film.mkv' }).focus());
    await press('Cancel film.mkv');
    await press('Stop fetching');
    expect(state()).toBe('cancelled');
    expect(screen.queryByRole('dialog')).toBeNull();
    // Nothing is left to be done to the file: the focus is seen on its message, not on the empty place of the buttons.
    await act(() => new Promise((done) => setTimeout(done, 200)));
    expect(document.activeElement).toBe(article());
  });

  it('the question whether to stop fetching does not come back by itself when a file that ended meanwhile is fetched again', async () => {
    const { fake, model } = await openTalk(world('film.mkv', { state: 'running', held: false, size: 2 * 1024 ** 3, done: 103 * 1024 * 1024 }));
    const become = async (state: 'failed' | 'running'): Promise<void> => {
      const before = fake.world.transfers[0]!;
      fake.world.transfers = [{ ...before, state }];
      act(() => model.files.setState(({ transfers }) => ({ transfers: { ...transfers, [before.transferId]: { ...before, state } } })));
      await settle();
    };
    await press('Cancel film.mkv');
    expect(screen.getByRole('dialog')).toBeTruthy();
    await become('failed');
    expect(screen.queryByRole('dialog')).toBeNull();
    await become('running');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it.each([
    ['plan.pdf', { state: 'offered', held: false }, ['Fetch plan.pdf', 'Decline plan.pdf']],
    ['plan.pdf', { state: 'done', held: true }, ['Save plan.pdf']],
    ['tree.png', { state: 'done', held: true, shown: 'image', mediaType: 'image/png' }, ['Show picture tree.png', 'Save tree.png']],
    ['song.mp3', { state: 'done', held: true, shown: 'audio', mediaType: 'audio/mpeg' }, ['Save song.mp3', 'Play song.mp3']],
  ] as const)('Tab comes to the buttons of %s (%o) from its message alone: a conversation full of files was gone through one by one', async (name, given, buttons) => {
    const made = world(name, given);
    const other = made.messages.get(talkWithBo)?.[0];
    await openTalk(made);
    const stops = (): string[] =>
      [...screen.getByRole('feed').querySelectorAll<HTMLElement>('button, audio')].filter(({ tabIndex }) => tabIndex === 0).map((one) => one.getAttribute('aria-label') ?? '').filter((label) => label.includes(name));
    act(() => document.querySelector<HTMLElement>(`[data-message="${other?.messageId}"]`)?.focus());
    expect(stops()).toEqual([]);
    act(() => article().focus());
    expect(stops()).toEqual(buttons);
  });

  it('a long name is heard by its ending too', async () => {
    await openTalk(world(`photo of the ${'very '.repeat(40)}garden.jpg.exe`, { state: 'done', held: true }));
    expect(article().getAttribute('aria-label')).toContain('garden.jpg.exe');
  });

  it.each([
    [{ direction: 'out', cancelledBy: 'me' }, 'You called this off', true],
    [{ direction: 'out', cancelledBy: 'them' }, 'Bo Lindqvist declined this', true],
    [{ direction: 'out', cancelledBy: 'them', done: 10 }, 'Bo Lindqvist stopped fetching this', true],
    [{ direction: 'out', cancelledBy: 'them', held: false }, 'Bo Lindqvist declined this', false],
    [{ direction: 'in', cancelledBy: 'them', held: false }, 'Bo Lindqvist called this off. Ask for it if you need it.', false],
    [{ direction: 'in', held: false }, 'Cancelled', false],
  ] as const)('one that was called off says by whom; what one has can be sent again: %j', async (more, said, again) => {
    const { fake } = await openTalk(world('plan.pdf', { state: 'cancelled', done: 0, ...more }));
    expect(within(article()).getByTestId('file-state').textContent).toBe(said);
    expect(screen.queryByRole('button', { name: 'Send plan.pdf again' }) !== null).toBe(again);
    if (!again) return;
    await press('Send plan.pdf again');
    expect(fake.world.transfers.map(({ state }) => state)).toEqual(['offered', 'cancelled']);
    expect(screen.getAllByTestId('message-file')).toHaveLength(2);
    expect(await axeFindings()).toEqual([]);
  });

  it.each([
    [{ done: 0, direction: 'in' }, 'Waits until Bo Lindqvist begins to send it', 'Comes when Bo Lindqvist is connected'],
    [{ done: 0, direction: 'out' }, 'Waits until Bo Lindqvist begins to fetch it', 'Goes on when Bo Lindqvist is connected'],
    [{ state: 'offered', direction: 'out', held: true }, 'Waits until Bo Lindqvist takes it', 'Comes once Bo Lindqvist takes it and you are both online'],
    [{ done: 10, direction: 'in' }, 'Waits until Bo Lindqvist goes on with it', '10 bytes of 1.3 MB. Goes on when Bo Lindqvist is connected'],
  ] as const)('one that waits says for what: a connection, or with one the other person, who has begun or not: %j', async (more, connected, apart) => {
    const waiting = world('plan.pdf', { state: 'waiting', held: false, ...more });
    const { fake, model } = await openTalk(waiting);
    const said = (): string | null => within(article()).getByTestId('file-state').textContent;
    expect(said()).toBe(connected);
    fake.world.contacts = fake.world.contacts.map((one) => ({ ...one, reach: 'waiting' as const }));
    await act(() => model.contacts.getState().load());
    expect(said()).toBe(apart);
    // How large it is stands there once.
    expect(article().textContent?.split('1.3 MB')).toHaveLength(2);
  });

  it.each([
    [{ state: 'offered', direction: 'out', held: true }, 'Bo Lindqvist closed this conversation and did not take it'],
    [{ done: 10, direction: 'out', held: true }, 'Bo Lindqvist closed this conversation and did not take it'],
    [{ state: 'offered', direction: 'in' }, 'Bo Lindqvist closed this conversation before it came'],
  ] as const)('one that waits in a conversation that the other person closed waits for nothing any more: %j', async (more, said) => {
    const waiting = world('plan.pdf', { state: 'waiting', held: false, ...more });
    waiting.conversations = waiting.conversations.map((one) => ({ ...one, state: 'closed' as const }));
    waiting.contacts = waiting.contacts.map((one) => ({ ...one, reach: 'waiting' as const }));
    await openTalk(waiting);
    expect(within(article()).getByTestId('file-state').textContent).toBe(said);
    expect(article().textContent?.split('1.3 MB')).toHaveLength(2);
    // What would need the other person is not offered, either.
    for (const name of [/^Fetch/, /^Decline/, /^Pause/]) expect(within(article()).queryByRole('button', { name })).toBeNull();
  });

  it('a picture is shown from the app’s own address only, opens large, and is a line with a name where it cannot be shown', async () => {
    const { model } = await openTalk(world('sea.jpg', { shown: 'image' }));
    const image = within(screen.getByRole('button', { name: 'Show picture sea.jpg' })).getByRole('presentation');
    expect(image.getAttribute('src')).toBe(`/media/${id('sea.jpg')}`);
    await press('Show picture sea.jpg');
    expect(within(screen.getByRole('dialog')).getByRole('img', { name: 'Picture sea.jpg' })).toBeTruthy();
    expect(screen.getByText('1 of 1')).toBeTruthy();
    act(() => model.ui.getState().closeDialog());
    await settle();
    fireEvent.error(image);
    expect(within(article()).getByText('This picture cannot be shown here. It can be saved.')).toBeTruthy();
  });

  it('why it failed is said in words, and it can be tried again', async () => {
    await openTalk(world('plan.pdf', { state: 'failed', failure: 'disk.full', held: false }));
    expect(within(article()).getByTestId('file-state').textContent).toContain('The disk is full');
    expect(screen.getByRole('button', { name: 'Try plan.pdf again' })).toBeTruthy();
  });

  it('one that finds no room says that it is the room for it that is missing, and can be done without', async () => {
    const { fake } = await openTalk(world('plan.pdf', { state: 'failed', failure: 'disk.full', held: false }));
    expect(within(article()).getByTestId('file-state').textContent).toBe('This did not work. The disk is full, or has not enough room for this file. Free some space and try again.');
    await press('Cancel plan.pdf');
    expect(fake.world.transfers[0]?.state).toBe('cancelled');
  });

  it('sound has a player without a button that the app does not let do anything: saving is beside it', async () => {
    await openTalk(world('tone.wav', { state: 'done', held: true, shown: 'audio' }));
    const sound = article().querySelector('audio');
    expect(sound?.getAttribute('controlslist')).toBe('nodownload');
    // Nothing of it is read before somebody plays it, so that its length is not known: a time would be a wrong one.
    expect([sound?.getAttribute('preload'), sound?.className]).toEqual(['none', '']);
    if (sound !== null) fireEvent.loadedMetadata(sound);
    expect(sound?.className).toBe('timed');
    expect(screen.getByRole('button', { name: 'Save tone.wav' })).toBeTruthy();
  });

  it('one that the person at the screen does not allow says that it is their own doing, and offers no second try, as it is over for whoever sent it', async () => {
    await openTalk(world('plan.pdf', { state: 'failed', failure: 'contact.not-permitted', held: false }));
    expect(within(article()).getByTestId('file-state').textContent).toMatch(/^Not taken: you did not let Bo Lindqvist send you files/);
    expect(screen.queryByRole('button', { name: 'Try plan.pdf again' })).toBeNull();
  });

  it('one that the other person does not allow says so, without saying that nothing was sent at all, and can be sent again where it is still here', async () => {
    const { fake } = await openTalk(world('plan.pdf', { state: 'failed', direction: 'out', failure: 'contact.not-permitted' }));
    expect(within(article()).getByTestId('file-state').textContent).toBe('Bo Lindqvist does not let you send files, so this one did not go. Ask them to allow it, then send it again.');
    await press('Send plan.pdf again');
    expect(fake.world.transfers.map(({ state }) => state)).toEqual(['offered', 'failed']);
  });

  it.each([{ failure: 'contact.not-permitted', held: false }, { failure: 'file.too-large' }] as const)('one that would be refused again, or is not here any more, is not offered to be sent again: %j', async (more) => {
    await openTalk(world('plan.pdf', { state: 'failed', direction: 'out', ...more }));
    expect(screen.queryByRole('button', { name: 'Send plan.pdf again' })).toBeNull();
  });

  it('more pasted text than a message holds stands beside it as a file, in a changed message it is refused; the field stays as it is', async () => {
    const { fake } = await openTalk(busyWorld(now));
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });
    fireEvent.change(field, { target: { value: 'see below' } });
    const paste = (text: string): boolean => fireEvent.paste(field, { clipboardData: { files: [], types: ['text/plain'], getData: () => text } });
    expect(paste('short')).toBe(true);
    expect(paste('x'.repeat(5_000_000))).toBe(false);
    await settle();
    expect(within(screen.getByRole('list', { name: 'Files to send' })).getByText('Pasted text.txt')).toBeTruthy();
    expect(field.value).toBe('see below');
    expect(screen.getByText(/too much for one message/)).toBeTruthy();
    expect(fake.calls).not.toContain('files.send');
    await press('Do not send Pasted text.txt');
    const own = [...document.querySelectorAll<HTMLElement>('article.out')].at(-1);
    act(() => own?.focus());
    fireEvent.keyDown(own ?? field, { key: 'e' });
    await settle();
    expect(paste('x'.repeat(5_000_000))).toBe(false);
    await settle();
    expect(screen.getByText('This message is too long, so it was not sent. Split it into two.')).toBeTruthy();
    expect(screen.queryByText('Pasted text.txt')).toBeNull();
  });

  it('that nothing is sent yet is no longer said once it is', async () => {
    const { fake } = await openTalk(busyWorld(now));
    fireEvent.paste(screen.getByRole('textbox', { name: 'Message' }), { clipboardData: { files: [], types: ['text/plain'], getData: () => 'x'.repeat(5_000_000) } });
    await settle();
    expect(screen.getByText(/Nothing is sent yet/)).toBeTruthy();
    await press('Send');
    expect(fake.calls).toContain('files.send');
    expect(screen.queryByText(/Nothing is sent yet/)).toBeNull();
  });

  it('dropped and chosen files are seen before they go, with what is written; one can be taken out; a failure leaves them there', async () => {
    const made = busyWorld(now);
    const { fake } = await openTalk(made);
    fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: [new File(['x'], 'a.txt'), new File(['y'], 'b.txt'), new File([], 'empty')] } });
    await settle();
    const staged = (): HTMLElement[] => within(screen.getByRole('list', { name: 'Files to send' })).getAllByRole('listitem');
    expect(staged()).toHaveLength(2);
    expect(screen.getByText(/One file cannot be sent/)).toBeTruthy();
    await press('Do not send a.txt');
    expect(fake.world.chosen.map(({ name }) => name)).toEqual(['b.txt']);
    fireEvent.change(screen.getByLabelText('Message'), { target: { value: 'both of us' } });
    fake.world.failing.set('files.send', 'disk.full');
    await press('Send');
    expect(staged()).toHaveLength(1);
    expect(screen.getByLabelText<HTMLTextAreaElement>('Message').value).toBe('both of us');
    fake.world.failing.clear();
    await press('Send');
    expect(screen.queryByRole('list', { name: 'Files to send' })).toBeNull();
    expect(fake.world.messages.get(talkWithBo)?.at(-1)).toMatchObject({ kind: 'file', text: 'both of us', file: { name: 'b.txt' } });
  });

  it('words beside a file that is called off while it is made ready go with the next one, and come back where there is none', async () => {
    const made = busyWorld(now);
    const { fake, model } = await openTalk(made);
    const { failing } = fake.world;
    // The first call of each name alone.
    failing.get = (name) => {
      const code = Map.prototype.get.call(failing, name) as string | undefined;
      failing.delete(name);
      return code as ReturnType<typeof failing.get>;
    };
    const send = async (...names: string[]): Promise<void> => {
      fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: names.map((name) => new File(['x'], name)) } });
      await settle();
      fireEvent.change(screen.getByLabelText('Message'), { target: { value: 'about the rail' } });
      act(() => model.drafts.getState().replyTo(talkWithBo, 'f'.repeat(32)));
      failing.set('files.send', 'transfer.over');
      await press('Send');
    };
    const field = screen.getByLabelText<HTMLTextAreaElement>('Message');
    await send('a.txt', 'b.txt');
    expect(field.value).toBe('');
    expect(fake.world.messages.get(talkWithBo)?.at(-1)).toMatchObject({ kind: 'file', text: 'about the rail', replyTo: 'f'.repeat(32), file: { name: 'b.txt' } });
    await send('c.txt');
    expect([field.value, model.drafts.getState().drafts[talkWithBo]?.replyTo]).toEqual(['about the rail', 'f'.repeat(32)]);
    expect(screen.queryByRole('list', { name: 'Files to send' })).toBeNull();
  });

  it('calling a file off while it is made ready leaves the focus where one writes', async () => {
    const made = busyWorld(now);
    const transfer = makeTransfer({ transferId: id('getting ready'), messageId: idOf('not yet'), conversationId: talkWithBo, name: 'film.mkv', direction: 'out', size: 1_000_000, done: 100_000, state: 'preparing', held: false, addedAt: now });
    made.transfers = [transfer];
    const { fake } = await openTalk(made);
    act(() => fake.emit({ type: 'transfer.progress', ...transfer }));
    const button = screen.getByRole('button', { name: 'Cancel film.mkv' });
    act(() => button.focus());
    await press('Cancel film.mkv');
    expect(screen.queryByRole('button', { name: 'Cancel film.mkv' })).toBeNull();
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
  });

  it('of several files the one that was changed is named; of one alone it is known which', async () => {
    const { fake } = await openTalk(busyWorld(now));
    const drop = async (...names: string[]): Promise<void> => {
      fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: names.map((name) => new File(['x'], name)) } });
      await settle();
    };
    await drop('a.txt', 'b.txt');
    fake.world.failing.set('files.send', 'file.changed');
    await press('Send');
    expect(screen.getByText(/^a\.txt: That file was changed/)).toBeTruthy();
    await press('Do not send a.txt');
    await press('Send');
    expect(screen.getByText(/^That file was changed/)).toBeTruthy();
    await drop('c.txt');
    fake.world.failing.set('files.send', 'contact.not-permitted');
    await press('Send');
    // What no file has to do with is not told of one.
    expect(screen.queryByText(/b\.txt:/)).toBeNull();
  });

  it('of pictures that are about to go it is said what is left out of them and what stays; and of those that go as they are that, too', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    fake.world.chosen = [{ token: 'a'.repeat(32), name: 'notes.txt', size: 1, shown: 'file' }];
    await press('Attach files');
    expect(screen.queryByText(/Place, time and camera/)).toBeNull();
    fake.world.chosen = [{ token: 'b'.repeat(32), name: 'sea.jpg', size: 1, shown: 'image' }];
    await press('Attach files');
    expect(screen.getByText('Place, time and camera are left out of the picture. Its name and colours stay, and so does which way up it is.')).toBeTruthy();
    expect(await axeFindings()).toEqual([]);
    act(() => model.settings.setState(({ settings }) => ({ settings: { ...settings, stripMetadata: false } })));
    expect(screen.getByText('The picture goes as it is, with place, time and camera where it says them.')).toBeTruthy();
  });

  it('of files chosen in a dialog those that cannot be sent are counted as well; a folder alone is told in words about sending', async () => {
    const made = busyWorld(now);
    const { fake } = await openTalk(made);
    fake.world.chosen = [{ token: 'a'.repeat(32), name: 'a.txt', size: 1, shown: 'file' }];
    fake.world.chosenBeside = 2;
    await press('Attach files');
    expect(within(screen.getByRole('list', { name: 'Files to send' })).getAllByRole('listitem')).toHaveLength(1);
    expect(screen.getByText(/2 files cannot be sent/)).toBeTruthy();
    fake.world.failing.set('desktop.chooseFiles', 'path.unusable');
    await press('Attach files');
    expect(screen.getByText('Nothing there can be sent: it is a folder, or your account may not read it. Pack a folder into one file first.')).toBeTruthy();
    expect(screen.queryByText(/choose another place/)).toBeNull();
  });

  it('more files than go along at once are told as that, not as empty or too large', async () => {
    await openTalk(busyWorld(now));
    const files = Array.from({ length: 53 }, (_, n) => new File(['x'], `${n}.txt`));
    fireEvent.drop(document, { dataTransfer: { types: ['Files'], files } });
    await settle();
    expect(within(screen.getByRole('list', { name: 'Files to send' })).getAllByRole('listitem')).toHaveLength(50);
    expect(screen.getByText('At most 50 files at once: 3 were left out. Send these, then add the others.')).toBeTruthy();
    expect(screen.queryByText(/cannot be sent/)).toBeNull();
  });

  it('a file alone that could not be sent puts no empty line before what was written meanwhile, and leaves what that answers', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: [new File(['x'], 'a.txt')] } });
    await settle();
    fake.world.failing.set('files.send', 'file.changed');
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    fireEvent.change(screen.getByLabelText('Message'), { target: { value: 'meanwhile' } });
    act(() => model.drafts.getState().replyTo(talkWithBo, 'f'.repeat(32)));
    await settle();
    expect(screen.getByText(/That file was changed/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLTextAreaElement>('Message').value).toBe('meanwhile');
    expect(model.drafts.getState().drafts[talkWithBo]?.replyTo).toBe('f'.repeat(32));
  });

  it('of too many of which none can be sent it is not said that these are to be sent first', async () => {
    const { fake } = await openTalk(busyWorld(now));
    fake.world.chosen = [];
    fake.world.chosenBeside = 53;
    await press('Attach files');
    expect(screen.getByText(/^Nothing there can be sent/)).toBeTruthy();
    expect(screen.queryByText(/Send these/)).toBeNull();
  });

  it('a file alone that could not be sent brings nothing back that was taken out of the field just before', async () => {
    const { fake } = await openTalk(busyWorld(now));
    const stored = (): string | undefined => fake.world.conversations.find(({ conversationId }) => conversationId === talkWithBo)?.draft?.text;
    const rest = (): Promise<unknown> => act(() => new Promise((done) => setTimeout(done, 450)));
    const field = screen.getByLabelText('Message');
    fireEvent.change(field, { target: { value: 'better not' } });
    fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: [new File(['x'], 'a.txt')] } });
    await rest();
    expect(stored()).toBe('better not');
    fireEvent.change(field, { target: { value: '' } });
    fake.world.failing.set('files.send', 'file.changed');
    fireEvent.click(screen.getByRole('button', { name: 'Send' }));
    await settle();
    await rest();
    expect(stored()).toBeUndefined();
  });

  it('what is dropped on the help that lies over a conversation is not taken into it', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    const drop = async (): Promise<void> => {
      fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: [new File(['x'], 'a.txt')] } });
      await settle();
    };
    act(() => model.ui.getState().showHelp(true));
    await drop();
    expect(fake.world.chosen).toEqual([]);
    act(() => model.ui.getState().showHelp(false));
    await drop();
    expect(fake.world.chosen.map(({ name }) => name)).toEqual(['a.txt']);
  });

  it('a question that the conversation asks by itself lies over it as well: nothing dropped and no key goes below it', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    act(() => within(screen.getByRole('feed')).getAllByRole('article').at(-1)?.focus());
    await shortcut('Delete');
    expect(screen.getByRole('dialog')).toBeTruthy();
    expect(model.ui.getState().dialog).toBeUndefined();
    fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: [new File(['x'], 'a.txt')] } });
    fireEvent.dragOver(document, { dataTransfer: { types: ['Files'], files: [] } });
    await shortcut('k', { ctrlKey: true });
    await shortcut('?', { shiftKey: true });
    await shortcut('i', { ctrlKey: true });
    expect(fake.world.chosen).toEqual([]);
    expect(document.querySelector('.drop-zone')).toBeNull();
    expect(screen.getAllByRole('dialog')).toHaveLength(1);
    expect(model.ui.getState()).toMatchObject({ dialog: undefined, detailsOpen: false });
    // Locking goes through everything.
    await shortcut('l', { ctrlKey: true });
    expect(fake.world.vault).toBe('locked');
  });

  it('whoever stands on the message of a file stays there while it comes', async () => {
    const { fake } = await openTalk(world('plan.pdf', { state: 'offered', held: false, size: 5 * 1024 * 1024 }));
    act(() => article().focus());
    for (const change of [{ state: 'running' }, { state: 'done', held: true }] as const) {
      act(() => fake.emit({ type: 'transfer.progress', ...fake.world.transfers[0]!, ...change }));
      // As many frames as the focus may be given to somebody in, and more.
      for (let frame = 0; frame < 12; frame += 1) await act(() => new Promise((done) => requestAnimationFrame(done)));
      expect(document.activeElement).toBe(article());
    }
  });

  it('of many files at once it is said how many they are and how large, and all can be taken out with one press', async () => {
    const { fake } = await openTalk(busyWorld(now));
    fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: Array.from({ length: 30 }, (_, n) => new File(['1234'], `page ${n}.txt`)) } });
    await settle();
    expect(screen.getByText(/^30 files, 120 /)).toBeTruthy();
    await press('Do not send page 3.txt');
    expect(screen.getByText(/^29 files, 116 /)).toBeTruthy();
    await press('Send none of them');
    expect(screen.queryByRole('list', { name: 'Files to send' })).toBeNull();
    expect(fake.world.chosen).toEqual([]);
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
  });

  it('the Files tab lists them, and asks before content is removed from this computer', async () => {
    const { fake, model } = await openTalk(world('plan.pdf', {}));
    act(() => model.ui.getState().showDetails('files'));
    await settle();
    const list = screen.getByRole('list', { name: 'Files' });
    fireEvent.click(within(list).getByRole('button', { name: 'Remove plan.pdf from this computer' }));
    await settle();
    await press('Remove file');
    expect(fake.world.transfers[0]?.held).toBe(false);
    expect(within(list).getByText('No longer kept on this computer')).toBeTruthy();
  });

  it('the Files tab also gives up the copy of one that was called off, which stays to be sent again, and says what that means', async () => {
    const { fake, model } = await openTalk(world('film.mkv', { state: 'cancelled', direction: 'out', cancelledBy: 'me', held: true }));
    act(() => model.ui.getState().showDetails('files'));
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'Remove film.mkv from this computer' }));
    await settle();
    expect(screen.getByRole('dialog').textContent).toContain('The file cannot be sent again from here then');
    await press('Remove file');
    expect(fake.world.transfers[0]?.held).toBe(false);
    expect(screen.queryByRole('button', { name: 'Send film.mkv again' })).toBeNull();
  });

  it('of many files the newest are listed and more on demand, those shown further up are known beside that, and what is gone goes', async () => {
    const made = world('plan.pdf', { addedAt: 1 });
    const [plan] = made.transfers;
    const many = Array.from({ length: 230 }, (_, n) => makeTransfer({ transferId: id(`many ${n}`), conversationId: talkWithBo, messageId: id(`message ${n}`), name: `file ${n}`, addedAt: now - n }));
    made.transfers = [...many, ...(plan ? [plan] : [])];
    const { fake, model } = await openTalk(made);
    const files = () => model.files.getState();
    const counts = (): number[] => [Object.keys(files().transfers).length, listedFiles(files(), talkWithBo).length];
    // The one that a message brings, and no other.
    expect(Object.keys(files().transfers)).toEqual([plan?.transferId]);
    await files().load(talkWithBo);
    expect(counts()).toEqual([101, 100]);
    await files().more(talkWithBo);
    expect(counts()).toEqual([201, 200]);
    fake.world.transfers = fake.world.transfers.filter((one) => one !== many[3] && one !== many[150]);
    act(() => fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [] }));
    await settle();
    expect(counts()).toEqual([199, 198]);
    await files().more(talkWithBo);
    await files().more(talkWithBo);
    expect(counts()).toEqual([229, 229]);
    expect(listedFiles(files(), talkWithBo).at(-1)?.transferId).toBe(plan?.transferId);
  });

  it('locking leaves nothing of files in the window', async () => {
    const { model, fake } = await openTalk(world('plan.pdf', {}));
    expect(Object.keys(model.files.getState().transfers)).toHaveLength(1);
    act(() => fake.emit({ type: 'vault.changed', state: 'locked' }));
    await settle();
    expect(model.files.getState()).toMatchObject({ transfers: {}, listedTo: {}, staged: {}, saved: [] });
  });
});
