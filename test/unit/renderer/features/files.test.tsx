// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { makeTransfer } from '../../../preview/fake-files';
import { idOf, type World } from '../../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { listedFiles } from '../../../../renderer/features/files/files-store';
import { axeFindings } from '../axe';
import { openTalk, shortcut } from '../open-talk';
import { settle } from '../render-app';
import { pressAndWait } from '../by-name';

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
const article = (): HTMLElement => screen.getByTestId('message-file').closest('article') ?? document.body;

describe('files in a conversation', () => {
  it('an offered file is fetched, paused, gone on with and cancelled, each by a button that names it; how it stands is said', async () => {
    const { fake } = await openTalk(world('plan.pdf', { state: 'offered', held: false, size: 5 * 1024 * 1024 }));
    expect(article().getAttribute('aria-label')).toContain('File plan.pdf, 5 MB.');
    expect(within(article()).getByTestId('file-state').textContent).toBe('Bo Lindqvist wants to send you this');
    await pressAndWait('Fetch plan.pdf');
    act(() => fake.emit({ type: 'transfer.progress', ...fake.world.transfers[0]!, done: 2 * 1024 * 1024, rate: 1024 * 1024 }));
    const bar = within(article()).getByRole('progressbar', { name: 'Receiving plan.pdf' });
    expect(bar.getAttribute('aria-valuetext')).toBe('2 MB of 5 MB, 1 MB a second');
    await pressAndWait('Pause plan.pdf');
    expect(fake.world.transfers[0]?.state).toBe('paused');
    await pressAndWait('Resume plan.pdf');
    await pressAndWait('Cancel plan.pdf');
    expect(within(article()).getByTestId('file-state').textContent).toBe('You did not take this. Bo Lindqvist can send it again.');
    expect(await axeFindings()).toEqual([]);
  });

  it('much that was fetched is thrown away by no single press: it could not be fetched again', async () => {
    const { fake } = await openTalk(world('film.mkv', { state: 'paused', held: false, size: 2 * 1024 ** 3, done: 103 * 1024 * 1024 }));
    const state = (): string | undefined => fake.world.transfers[0]?.state;
    await pressAndWait('Cancel film.mkv');
    expect(state()).toBe('paused');
    expect(screen.getByRole('dialog', { name: 'Stop fetching “film.mkv”?' }).textContent).toContain('103 MB of 2 GB are here');
    expect(document.activeElement?.textContent).toBe('Go on');
    expect(await axeFindings()).toEqual([]);
    await pressAndWait('Go on');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(state()).toBe('paused');
    act(() => screen.getByRole('button', { name: 'Cancel film.mkv' }).focus());
    await pressAndWait('Cancel film.mkv');
    await pressAndWait('Stop fetching');
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
    await pressAndWait('Cancel film.mkv');
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
    await pressAndWait('Send plan.pdf again');
    expect(fake.world.transfers.map(({ state }) => state)).toEqual(['offered', 'cancelled']);
    expect(screen.getAllByTestId('message-file')).toHaveLength(2);
    expect(await axeFindings()).toEqual([]);
  });

  it.each([
    [{ done: 0, direction: 'in' }, 'Waits until Bo Lindqvist begins to send it', 'Comes when Bo Lindqvist is connected'],
    [{ done: 0, direction: 'in', missing: true }, 'The device of Bo Lindqvist has no copy of it any more. It comes if another one has, or once they send it again.', 'Comes when Bo Lindqvist is connected'],
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
    await pressAndWait('Show picture sea.jpg');
    expect(within(screen.getByRole('dialog')).getByRole('img', { name: 'Picture sea.jpg' })).toBeTruthy();
    expect(screen.getByText('1 of 1')).toBeTruthy();
    act(() => model.ui.getState().closeDialog());
    await settle();
    fireEvent.error(image);
    expect(within(article()).getByText('This picture cannot be shown here. It can be saved.')).toBeTruthy();
  });

  it('a picture that could not be shown is tried again once it was fetched anew, in its message and large', async () => {
    const { fake, model } = await openTalk(world('sea.jpg', { shown: 'image' }));
    const transfer = fake.world.transfers[0]!;
    const cannot = 'This picture cannot be shown here. It can be saved.';
    fireEvent.error(within(article()).getByRole('presentation'));
    act(() => model.ui.getState().openPicture(transfer.transferId));
    await settle();
    fireEvent.error(within(screen.getByRole('dialog')).getByRole('img'));
    expect(screen.getAllByText(cannot)).toHaveLength(2);
    for (const held of [false, true]) act(() => fake.emit({ type: 'transfer.progress', ...transfer, held, state: held ? 'done' : 'running' }));
    await settle();
    expect(screen.queryAllByText(cannot)).toEqual([]);
    expect(within(screen.getByRole('dialog')).getByRole('img', { name: 'Picture sea.jpg' })).toBeTruthy();
  });

  it('a large picture goes with its message', async () => {
    const { fake, model } = await openTalk(world('sea.jpg', { shown: 'image' }));
    await pressAndWait('Show picture sea.jpg');
    const messageId = fake.world.transfers[0]?.messageId ?? '';
    fake.world.transfers = [];
    act(() => fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [messageId] }));
    await settle();
    expect([model.ui.getState().dialog, screen.queryByRole('dialog')]).toEqual([undefined, null]);
  });

  it('why it failed is said in words, and it can be tried again', async () => {
    await openTalk(world('plan.pdf', { state: 'failed', failure: 'disk.full', held: false }));
    expect(within(article()).getByTestId('file-state').textContent).toContain('The disk is full');
    expect(screen.getByRole('button', { name: 'Try plan.pdf again' })).toBeTruthy();
  });

  it('one that finds no room says that it is the room for it that is missing, and can be done without', async () => {
    const { fake } = await openTalk(world('plan.pdf', { state: 'failed', failure: 'disk.full', held: false }));
    expect(within(article()).getByTestId('file-state').textContent).toBe('This did not work. The disk is full, or has not enough room for this file. Free some space and try again.');
    await pressAndWait('Cancel plan.pdf');
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
    await pressAndWait('Send plan.pdf again');
    expect(fake.world.transfers.map(({ state }) => state)).toEqual(['offered', 'failed']);
  });

  it.each([{ failure: 'contact.not-permitted', held: false }, { failure: 'file.too-large' }] as const)('one that would be refused again, or is not here any more, is not offered to be sent again: %j', async (more) => {
    await openTalk(world('plan.pdf', { state: 'failed', direction: 'out', ...more }));
    expect(screen.queryByRole('button', { name: 'Send plan.pdf again' })).toBeNull();
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
  it('the Files tab lists them, and asks before content is removed from this computer', async () => {
    const { fake, model } = await openTalk(world('plan.pdf', {}));
    act(() => model.ui.getState().showDetails('files'));
    await settle();
    const list = screen.getByRole('list', { name: 'Files' });
    fireEvent.click(within(list).getByRole('button', { name: 'Remove plan.pdf from this computer' }));
    await settle();
    await pressAndWait('Remove file');
    expect(fake.world.transfers[0]?.held).toBe(false);
    expect(within(list).getByText('No longer kept on this computer')).toBeTruthy();
  });

  it('a late answer about one file closes no question about another one', async () => {
    const made = world('plan.pdf', {});
    made.transfers = [...made.transfers, makeTransfer({ transferId: id('map.pdf'), conversationId: talkWithBo, messageId: idOf('elsewhere'), name: 'map.pdf', addedAt: now })];
    const { model } = await openTalk(made);
    act(() => model.ui.getState().showDetails('files'));
    await settle();
    let forgotten: (() => void) | undefined;
    vi.spyOn(model.client.files, 'forget').mockReturnValue(new Promise((resolve) => (forgotten = () => resolve(null))));
    await pressAndWait('Remove plan.pdf from this computer');
    await pressAndWait('Remove file');
    await shortcut('Escape');
    await pressAndWait('Remove map.pdf from this computer');
    forgotten?.();
    await settle();
    expect(screen.getByRole('dialog').textContent).toContain('map.pdf');
  });

  it('the Files tab also gives up the copy of one that was called off, which stays to be sent again, and says what that means', async () => {
    const { fake, model } = await openTalk(world('film.mkv', { state: 'cancelled', direction: 'out', cancelledBy: 'me', held: true }));
    act(() => model.ui.getState().showDetails('files'));
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'Remove film.mkv from this computer' }));
    await settle();
    expect(screen.getByRole('dialog').textContent).toContain('The file cannot be sent again from here then');
    await pressAndWait('Remove file');
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
