// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import { emptyWorld, makeContact } from '../../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { page, pressNamed, submitNamed } from '../open-settings';
import { renderApp, settle } from '../render-app';
import { chooseBo, press, type } from '../by-name';

const now = Date.UTC(2026, 4, 6, 12);

describe('first start', () => {
  it('makes keys from a name and a passphrase typed twice', async () => {
    const { fake } = await renderApp(emptyWorld({ vault: 'absent' }));
    // Each eye says whose text it shows.
    expect(screen.getAllByRole('button', { name: /^Show: / }).map((eye) => eye.getAttribute('aria-label'))).toEqual(['Show: Passphrase', 'Show: Repeat passphrase']);
    type('Your name', 'Ada');
    type('Passphrase', 'four unrelated words here');
    type('Repeat passphrase', 'four unrelated words here');
    press('Create my keys');
    await settle();
    expect(fake.world.vault).toBe('open');
    expect(screen.getByText('Nobody here yet.')).toBeTruthy();
    // The field that had the focus is gone: the first step has it, and when somebody comes, that person.
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Invite someone' })));
    fake.world.contacts = [makeContact('Zoe')];
    fake.emit({ type: 'contact.changed', contactId: fake.world.contacts[0]?.contactId ?? '' });
    await settle();
    await waitFor(() => expect(document.activeElement?.textContent).toContain('Zoe'));
  });

  it.each([
    ['', 'four unrelated words', 'four unrelated words', 'Enter a name of up to 64 characters.'],
    ['Ada', 'short', 'short', 'Use at least 8 characters.'],
    ['Ada', 'four unrelated words', 'four unrelated wards', 'The two passphrases differ.'],
  ])('name %j, passphrase %j, again %j: nothing is made and the field says why', async (name, passphrase, again, words) => {
    const { fake } = await renderApp(emptyWorld({ vault: 'absent' }));
    type('Your name', name);
    type('Passphrase', passphrase);
    type('Repeat passphrase', again);
    screen.getByRole('button', { name: 'Create my keys' }).focus();
    press('Create my keys');
    await settle();
    expect(screen.getByText(words)).toBeTruthy();
    // The first field that is wrong has the focus: who cannot see the screen hears of it.
    expect(document.activeElement?.getAttribute('aria-invalid')).toBe('true');
    expect(fake.calls).not.toContain('vault.create');
    expect(fake.world.vault).toBe('absent');
  });

  it('where it fails the passphrase is asked for again, at its field: all of them were closed meanwhile', async () => {
    const { fake } = await renderApp(emptyWorld({ vault: 'absent' }));
    fake.world.failing.set('vault.create', 'internal');
    type('Your name', 'Ada');
    type('Passphrase', 'four unrelated words');
    type('Repeat passphrase', 'four unrelated words');
    act(() => screen.getByLabelText('Repeat passphrase').focus());
    press('Create my keys');
    await settle();
    expect(screen.getByRole('alert').textContent).toContain('Something unexpected happened.');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Passphrase')));
  });

  /** As a browser tells of each sign that is typed. */
  const judged = (passphrase: string): void => void fireEvent.input(screen.getByLabelText('Passphrase'), { target: { value: passphrase } });

  it('says once that a passphrase is too short, and what is typed after that is judged in words again', async () => {
    await renderApp(emptyWorld({ vault: 'absent' }));
    type('Your name', 'Ada');
    judged('short');
    expect(screen.getByText('Too short: at least 8 characters')).toBeTruthy();
    press('Create my keys');
    await settle();
    expect(screen.getAllByText(/at least 8 characters/)).toHaveLength(1);
    judged('four unrelated words here');
    expect(screen.queryByText(/at least 8 characters/)).toBeNull();
    expect(screen.getByText('Strong')).toBeTruthy();
  });

  it('of what has no room in a name no sign is cut in its middle, typed, pasted or composed', async () => {
    await renderApp(emptyWorld({ vault: 'absent' }));
    const [name, family] = ['a'.repeat(50), '👨‍👩‍👧‍👦'];
    const typed = vi.fn(() => true);
    Object.assign(document, { execCommand: typed });
    onTestFinished(() => void Reflect.deleteProperty(document, 'execCommand'));
    const field = screen.getByLabelText<HTMLInputElement>('Your name');
    const isLeftToTheBrowser = (data: string): boolean => fireEvent(field, new InputEvent('beforeinput', { data, bubbles: true, cancelable: true }));
    type('Your name', name);
    field.setSelectionRange(50, 50);
    expect([family, 'b'.repeat(20), `bcd${family}bc`].map(isLeftToTheBrowser)).toEqual([true, true, true]);
    expect(typed).not.toHaveBeenCalled();
    expect([`${family}${family}`, `${'b'.repeat(12)}${family}`].map(isLeftToTheBrowser)).toEqual([false, false]);
    expect(typed.mock.calls).toEqual([['insertText', false, family], ['insertText', false, 'b'.repeat(12)]]);
    // As the browser cuts what was composed, at the end and in the middle.
    for (const [at, data, cut, shown] of [[50, `${family}${family}`, `${name}${family}${family}`.slice(0, 64), `${name}${family}`], [10, family, `${'a'.repeat(10)}${family.slice(0, 4)}${name}`, `${'a'.repeat(10)}${name}`]] as const) {
      type('Your name', at === 50 ? name : `${'a'.repeat(10)}${name}`);
      field.setSelectionRange(at, at);
      fireEvent.compositionStart(field);
      type('Your name', cut);
      field.setSelectionRange(at + data.length, at + data.length);
      fireEvent.compositionEnd(field, { data });
      await settle();
      expect(field.value).toBe(shown);
    }
  });

  it('says that nobody can reset the passphrase', async () => {
    await renderApp(emptyWorld({ vault: 'absent' }));
    expect(screen.getByText(/Nobody can reset this passphrase/)).toBeTruthy();
  });
});

describe('locked', () => {
  it('a wrong passphrase changes nothing, the right one opens', async () => {
    await renderApp(busyWorld(now, { vault: 'locked' }));
    type('Passphrase', 'wrong');
    press('Unlock');
    await settle();
    expect(screen.getByText(/That is not the passphrase/)).toBeTruthy();
    type('Passphrase', 'correct horse battery');
    press('Unlock');
    await settle();
    expect(screen.getByRole('navigation', { name: 'Conversations' })).toBeTruthy();
    await waitFor(() => expect(document.activeElement?.textContent).toContain('Bo Lindqvist'));
  });

  it('whoever forgot the passphrase comes to a new profile, in which a backup or another device brings back what this one holds; a passphrase that is half typed opens nothing by that', async () => {
    const profiles = [{ profileId: 'main', name: 'Main', current: true }];
    const { fake } = await renderApp(busyWorld(now, { vault: 'locked', profiles }));
    expect(page()).not.toContain('Forgot the passphrase?');
    type('Passphrase', 'wrong');
    press('Unlock');
    await settle();
    await pressNamed('Forgot the passphrase?');
    expect(page()).toContain('choose “Restore from a backup” or “I already use Keyshift on another device” there');
    expect(await axeFindings()).toEqual([]);
    type('Passphrase', 'correct horse battery');
    type('Name of the profile', 'Again');
    await submitNamed('Create and open');
    expect(fake.world.profiles).toEqual([{ profileId: 'main', name: 'Main', current: false }, expect.objectContaining({ name: 'Again', current: true })]);
    expect(fake.world.vault).toBe('locked');
  });

  it('where the data is damaged there is a way on: a new profile, and the help begins where it says so', async () => {
    const profiles = [{ profileId: 'main', name: 'Main', current: true }];
    const { fake, model } = await renderApp(emptyWorld({ vault: 'locked', profiles, failing: new Map([['vault.status', 'vault.damaged']]) }));
    const speak = (language: 'de' | 'en') => act(() => model.settings.getState().change({ language }));
    await speak('de');
    // Its words are fetched, and take their time where others run beside it.
    await waitFor(() => expect(page()).toContain('Hilfe'));
    await pressNamed('Hilfe');
    await waitFor(() => expect(document.activeElement?.textContent).toBe('Wenn etwas nicht stimmt'));
    await pressNamed('Schließen');
    await speak('en');
    await pressNamed('Help');
    await waitFor(() => expect(document.activeElement?.textContent).toBe('When something is wrong'));
    await pressNamed('Close');
    await pressNamed('New profile…');
    type('Name of the profile', 'Again');
    await submitNamed('Create and open');
    expect(fake.world.profiles.find(({ current }) => current)?.name).toBe('Again');
  });

  it.each([
    ['vault.damaged', 'The stored data is damaged'],
    ['vault.newer', 'This data belongs to a newer Keyshift'],
    ['disk.full', 'The disk is full'],
    ['disk.failed', 'The disk did not answer'],
    ['profile.in-use', 'This profile is already open'],
    ['profile.unreadable', 'The profile folder cannot be used'],
    ['self-test.failed', 'The cryptography check failed'],
  ] as const)('%s fills the screen, whether found at the start or on unlocking', async (code, title) => {
    const { fake } = await renderApp(emptyWorld({ vault: 'locked', failing: new Map([['vault.unlock', code]]) }));
    type('Passphrase', 'correct horse battery');
    press('Unlock');
    await settle();
    expect(screen.getByRole('heading', { name: title })).toBeTruthy();
    expect(screen.getByText(`Code for help: ${code}`)).toBeTruthy();
    expect(screen.queryByRole('textbox')).toBeNull();
    fake.world.failing.clear();
    press('Try again');
    await settle();
    expect(screen.getByRole('button', { name: 'Unlock' })).toBeTruthy();
  });

  it('hardening 17: locking leaves no word of a message, a name or a draft in the document or in the stores', async () => {
    const { fake, model } = await renderApp(busyWorld(now));
    await chooseBo();
    type('Message', 'a draft nobody shall see');
    act(() => fake.receive(talkWithBo, 'just arrived and secret') && undefined);
    await settle();
    expect(document.documentElement.textContent).toContain('just arrived and secret');
    press('Lock');
    await settle();
    const left = document.documentElement.innerHTML;
    for (const word of ['See you at five', 'just arrived', 'Lindqvist', 'Ada Marlow', 'a draft']) expect(left).not.toContain(word);
    expect(model.messages.getState().threads).toEqual({});
    expect(model.contacts.getState().contacts).toEqual([]);
    expect(model.conversations.getState().conversations).toEqual([]);
    expect(model.drafts.getState().drafts).toEqual({});
    expect(model.keys.getState().statuses).toEqual({});
    expect(model.identity.getState().identity).toBeUndefined();
    expect(model.ui.getState().announcement.text).toBe('');
  });

  it('a link that was opened waits behind it, which is said, and nothing of it', async () => {
    const { fake } = await renderApp(busyWorld(now, { vault: 'locked' }));
    expect(document.body.textContent).not.toContain('A link waits');
    fake.world.link = 'keyshift:invite/AAAA';
    act(() => fake.emit({ type: 'desktop.link' }));
    await settle();
    expect(screen.getByText('A link waits. It is shown after unlocking.').closest('[role="status"]')).toBeTruthy();
    expect(document.documentElement.innerHTML).not.toContain('AAAA');
    type('Passphrase', 'correct horse battery');
    press('Unlock');
    await settle();
    expect(screen.getByLabelText<HTMLTextAreaElement>('Invitation link').value).toBe('keyshift:invite/AAAA');
  });

  it('a link that was shown and not answered when the vault was locked waits again; one that was put away does not', async () => {
    const { fake } = await renderApp(busyWorld(now, { vault: 'locked', link: 'keyshift:invite/AAAA' }));
    const unlock = async (): Promise<void> => {
      type('Passphrase', 'correct horse battery');
      press('Unlock');
      await settle();
    };
    const lock = async (): Promise<void> => {
      act(() => {
        fake.world.vault = 'locked';
        fake.emit({ type: 'vault.changed', state: 'locked' });
      });
      await settle();
    };
    await unlock();
    await lock();
    expect(screen.getByText('A link waits. It is shown after unlocking.')).toBeTruthy();
    expect(document.documentElement.innerHTML).not.toContain('AAAA');
    await unlock();
    expect(screen.getByLabelText<HTMLTextAreaElement>('Invitation link').value).toBe('keyshift:invite/AAAA');
    press('Cancel');
    await lock();
    expect(screen.queryByText('A link waits. It is shown after unlocking.')).toBeNull();
  });

  it.each([
    ['was accepted', undefined, false],
    ['was refused, as the vault was locked', 'vault.locked', true],
  ] as const)('a link that was being accepted when the vault was locked: where it %s it waits: %s, %s', async (_what, code, waits) => {
    const { fake, model } = await renderApp(busyWorld(now, { link: 'keyshift:invite/AAAA' }));
    await settle();
    let answer: { resolve: (accepted: { contactId: string }) => void; reject: (error: Error) => void } | undefined;
    vi.spyOn(model.client.contacts, 'acceptInvitation').mockReturnValue(new Promise((resolve, reject) => (answer = { resolve, reject })));
    press('Accept invitation');
    await settle();
    act(() => {
      fake.world.vault = 'locked';
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    await settle();
    expect(fake.world.link).toBeUndefined();
    if (code === undefined) answer?.resolve({ contactId: 'a'.repeat(32) });
    else answer?.reject(new KeyshiftError(code, 'locked'));
    await settle();
    expect(fake.world.link).toBe(waits ? 'keyshift:invite/AAAA' : undefined);
    expect(screen.queryByText('A link waits. It is shown after unlocking.') !== null).toBe(waits);
  });

  it.each([
    ['when the vault was open again', true],
    ['when the person had put it away', false],
  ] as const)('a link that is refused %s is shown again: %s', async (_when, again) => {
    const { fake, model } = await renderApp(busyWorld(now, { link: 'keyshift:invite/AAAA' }));
    await settle();
    let refuse: ((error: Error) => void) | undefined;
    vi.spyOn(model.client.contacts, 'acceptInvitation').mockReturnValue(new Promise((_resolve, reject) => (refuse = reject)));
    press('Accept invitation');
    await settle();
    if (!again) press('Cancel');
    act(() => {
      fake.world.vault = 'locked';
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    await settle();
    type('Passphrase', 'correct horse battery');
    press('Unlock');
    await settle();
    refuse?.(new KeyshiftError('invitation.used', 'used'));
    await settle();
    expect(screen.queryByLabelText<HTMLTextAreaElement>('Invitation link')?.value).toBe(again ? 'keyshift:invite/AAAA' : undefined);
  });

  it('a link that was put away on its way, and is accepted all the same, closes nothing that was opened since and leads nowhere', async () => {
    const { model } = await renderApp(busyWorld(now, { link: 'keyshift:invite/AAAA' }));
    await settle();
    const { contactId } = model.contacts.getState().contacts.find(({ name }) => name.startsWith('Carla')) ?? {};
    let accept: ((accepted: { contactId: string }) => void) | undefined;
    vi.spyOn(model.client.contacts, 'acceptInvitation').mockReturnValue(new Promise((resolve) => (accept = resolve)));
    press('Accept invitation');
    await settle();
    press('Cancel');
    press('Invite someone');
    await settle();
    accept?.({ contactId: contactId ?? '' });
    await settle();
    expect(within(screen.getByRole('dialog')).getByRole('button', { name: 'Create link' })).toBeTruthy();
    expect(screen.queryByRole('main', { name: /Carla/ })).toBeNull();
  });

  it('the end of a link that was put away says nothing of the next one that is on its way', async () => {
    const { fake, model } = await renderApp(busyWorld(now, { link: 'keyshift:invite/AAAA' }));
    await settle();
    const refuse: ((error: Error) => void)[] = [];
    vi.spyOn(model.client.contacts, 'acceptInvitation').mockImplementation(() => new Promise((_resolve, reject) => void refuse.push(reject)));
    press('Accept invitation');
    await settle();
    press('Cancel');
    fake.world.link = 'keyshift:invite/BBBB';
    act(() => fake.emit({ type: 'desktop.link' }));
    await settle();
    press('Accept invitation');
    await settle();
    refuse[0]?.(new KeyshiftError('invitation.used', 'used'));
    await settle();
    act(() => {
      fake.world.vault = 'locked';
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    await settle();
    expect(fake.world.link).toBeUndefined();
  });

  it('a link that is refused while the vault stays open stays in its dialog, and does not wait anew', async () => {
    const { fake, model } = await renderApp(busyWorld(now, { link: 'keyshift:invite/AAAA' }));
    await settle();
    vi.spyOn(model.client.contacts, 'acceptInvitation').mockRejectedValue(new KeyshiftError('invitation.used', 'used'));
    press('Accept invitation');
    await settle();
    expect([fake.world.link, fake.calls.includes('desktop.keepLink')]).toEqual([undefined, false]);
    expect(within(screen.getByRole('dialog')).getByRole('button', { name: 'Accept invitation' })).toBeTruthy();
  });

  it('a link of no known kind is told as that, by its beginning, and asks nothing', async () => {
    const { fake } = await renderApp(busyWorld(now));
    fake.world.unreadLink = 'keyshift:call/AAAA';
    act(() => fake.emit({ type: 'desktop.link' }));
    await settle();
    expect(screen.getByText(/neither an invitation nor a link for a new device: keyshift:call\/AAAA\./)).toBeTruthy();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('one that was just taken as the vault was locked is told of after unlocking', async () => {
    const { fake, model } = await renderApp(busyWorld(now));
    let answer: (() => void) | undefined;
    vi.spyOn(model.client.desktop, 'takeLink').mockReturnValueOnce(new Promise((resolve) => (answer = () => resolve({ unread: 'keyshift:call/AAAA' }))));
    act(() => fake.emit({ type: 'desktop.link' }));
    act(() => {
      fake.world.vault = 'locked';
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    await settle();
    answer?.();
    await settle();
    expect(screen.getByText('A link waits. It is shown after unlocking.')).toBeTruthy();
    expect(document.body.textContent).not.toContain('AAAA');
    type('Passphrase', 'correct horse battery');
    press('Unlock');
    await settle();
    expect(screen.getByText(/neither an invitation nor a link for a new device: keyshift:call\/AAAA\./)).toBeTruthy();
  });

  it('a lock from outside does the same, and events after it bring nothing back', async () => {
    const { fake, model } = await renderApp(busyWorld(now));
    await chooseBo();
    act(() => {
      fake.world.vault = 'locked';
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    await settle();
    expect(screen.getByRole('button', { name: 'Unlock' })).toBeTruthy();
    act(() => fake.emit({ type: 'contact.request', requestId: 'a'.repeat(32), peerId: 'b'.repeat(52), name: 'Eve', via: 'card' }));
    await settle();
    expect(model.contacts.getState().requests).toEqual([]);
    expect(document.body.textContent).not.toContain('Eve');
  });
});
