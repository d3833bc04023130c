// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { makeTransfer } from '../../../preview/fake-files';
import { idOf } from '../../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { openTalk, shortcut } from '../open-talk';
import { settle } from '../render-app';
import { pressAndWait } from '../by-name';

const now = Date.UTC(2026, 4, 6, 12);

describe('files that are sent from a conversation', () => {
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
    await pressAndWait('Do not send Pasted text.txt');
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
    await pressAndWait('Send');
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
    await pressAndWait('Do not send a.txt');
    expect(fake.world.chosen.map(({ name }) => name)).toEqual(['b.txt']);
    fireEvent.change(screen.getByLabelText('Message'), { target: { value: 'both of us' } });
    fake.world.failing.set('files.send', 'disk.full');
    await pressAndWait('Send');
    expect(staged()).toHaveLength(1);
    expect(screen.getByLabelText<HTMLTextAreaElement>('Message').value).toBe('both of us');
    fake.world.failing.clear();
    await pressAndWait('Send');
    expect(screen.queryByRole('list', { name: 'Files to send' })).toBeNull();
    expect(fake.world.messages.get(talkWithBo)?.at(-1)).toMatchObject({ kind: 'file', text: 'both of us', file: { name: 'b.txt' } });
  });

  it('files that are taken only after somebody went elsewhere leave them there', async () => {
    const { model } = await openTalk(busyWorld(now));
    let taken: (() => void) | undefined;
    vi.spyOn(model.client, 'takeFiles').mockReturnValue(new Promise((resolve) => (taken = () => resolve([{ token: 'a'.repeat(32), name: 'film.mkv', size: 5, shown: 'file' }]))));
    fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: [new File(['x'], 'film.mkv')] } });
    const elsewhere = within(screen.getByRole('navigation', { name: 'Conversations' })).getByRole('textbox');
    act(() => elsewhere.focus());
    taken?.();
    await settle();
    expect(screen.getByRole('list', { name: 'Files to send' }).textContent).toContain('film.mkv');
    expect(document.activeElement).toBe(elsewhere);
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
      await pressAndWait('Send');
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
    const transfer = makeTransfer({ transferId: idOf('getting ready'), messageId: idOf('not yet'), conversationId: talkWithBo, name: 'film.mkv', direction: 'out', size: 1_000_000, done: 100_000, state: 'preparing', held: false, addedAt: now });
    made.transfers = [transfer];
    const { fake } = await openTalk(made);
    act(() => fake.emit({ type: 'transfer.progress', ...transfer }));
    const button = screen.getByRole('button', { name: 'Cancel film.mkv' });
    act(() => button.focus());
    await pressAndWait('Cancel film.mkv');
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
    await pressAndWait('Send');
    expect(screen.getByText(/^a\.txt: That file was changed/)).toBeTruthy();
    await pressAndWait('Do not send a.txt');
    await pressAndWait('Send');
    expect(screen.getByText(/^That file was changed/)).toBeTruthy();
    await drop('c.txt');
    fake.world.failing.set('files.send', 'contact.not-permitted');
    await pressAndWait('Send');
    // What no file has to do with is not told of one.
    expect(screen.queryByText(/b\.txt:/)).toBeNull();
  });

  it('of pictures that are about to go it is said what is left out of them and what stays; and of those that go as they are that, too', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    fake.world.chosen = [{ token: 'a'.repeat(32), name: 'notes.txt', size: 1, shown: 'file' }];
    await pressAndWait('Attach files');
    expect(screen.queryByText(/Place, time and camera/)).toBeNull();
    fake.world.chosen = [{ token: 'b'.repeat(32), name: 'sea.jpg', size: 1, shown: 'image', cleanable: true }];
    await pressAndWait('Attach files');
    expect(screen.getByText('Place, time and camera are left out of the picture. Its name and colours stay, and so does which way up it is.')).toBeTruthy();
    expect(await axeFindings()).toEqual([]);
    act(() => model.settings.setState(({ settings }) => ({ settings: { ...settings, stripMetadata: false } })));
    expect(screen.getByText('The picture goes as it is, with place, time and camera where it says them.')).toBeTruthy();
    // Also of one that is not shown here, as phones make them.
    fake.world.chosen = [{ token: 'c'.repeat(32), name: 'sea.heic', size: 1, shown: 'file', cleanable: true }];
    await pressAndWait('Attach files');
    expect(screen.getByText('The pictures go as they are, with place, time and camera where they say them.')).toBeTruthy();
    // One of which it cannot be left out is counted apart.
    fake.world.chosen = [{ token: 'd'.repeat(32), name: 'odd.heic', size: 1, shown: 'file', cleanable: false }];
    await pressAndWait('Attach files');
    expect(screen.queryByText(/cannot be taken/)).toBeNull();
    act(() => model.settings.setState(({ settings }) => ({ settings: { ...settings, stripMetadata: true } })));
    expect(screen.getByText('Place, time and camera are left out of the pictures. Their names and colours stay, and so does which way up they are.')).toBeTruthy();
    expect(screen.getByText('Out of one picture place, time and camera cannot be taken: it goes as it is.')).toBeTruthy();
  });

  it('of files chosen in a dialog those that cannot be sent are counted as well; a folder alone is told in words about sending', async () => {
    const made = busyWorld(now);
    const { fake } = await openTalk(made);
    fake.world.chosen = [{ token: 'a'.repeat(32), name: 'a.txt', size: 1, shown: 'file' }];
    fake.world.chosenBeside = 2;
    await pressAndWait('Attach files');
    expect(within(screen.getByRole('list', { name: 'Files to send' })).getAllByRole('listitem')).toHaveLength(1);
    expect(screen.getByText(/2 files cannot be sent/)).toBeTruthy();
    fake.world.failing.set('desktop.chooseFiles', 'path.unusable');
    await pressAndWait('Attach files');
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
    await pressAndWait('Attach files');
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

  it('of many files at once it is said how many they are and how large, and all can be taken out with one press', async () => {
    const { fake } = await openTalk(busyWorld(now));
    fireEvent.drop(document, { dataTransfer: { types: ['Files'], files: Array.from({ length: 30 }, (_, n) => new File(['1234'], `page ${n}.txt`)) } });
    await settle();
    expect(screen.getByText(/^30 files, 120 /)).toBeTruthy();
    await pressAndWait('Do not send page 3.txt');
    expect(screen.getByText(/^29 files, 116 /)).toBeTruthy();
    await pressAndWait('Send none of them');
    expect(screen.queryByRole('list', { name: 'Files to send' })).toBeNull();
    expect(fake.world.chosen).toEqual([]);
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
  });
});
