// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { emptyWorld, makeContact } from '../../../preview/fake-world';
import { bo, busyWorld, scenes, talkWithBo } from '../../../preview/scenes';
import { fileOf } from '../file-of';
import { renderApp, settle } from '../render-app';
import { chooseBo, press, type } from '../by-name';

const now = Date.UTC(2026, 4, 6, 12);

describe('meeting', () => {
  it('an invitation is one link, made on demand', async () => {
    const { fake } = await renderApp(emptyWorld());
    press('Invite someone');
    expect(fake.calls).not.toContain('contacts.createInvitation');
    press('Create link');
    await settle();
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Invitation link' });
    expect(field.value).toMatch(/^keyshift:/);
    expect(field.readOnly).toBe(true);
    expect(screen.getByRole('img', { name: 'The invitation as a QR code' })).toBeTruthy();
  });

  it('an invitation that ran out while it was shown makes way for another one, and the focus stays in the dialog', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: Date.now() });
    try {
      await renderApp(emptyWorld({ now: () => Date.now() }));
      press('Invite someone');
      press('Create link');
      await settle();
      act(() => void vi.advanceTimersByTime(86_400_000 - 60_000));
      expect(screen.getByRole('textbox', { name: 'Invitation link' })).toBeTruthy();
      act(() => void vi.advanceTimersByTime(61_000));
      await settle();
      expect(screen.queryByRole('textbox', { name: 'Invitation link' })).toBeNull();
      expect(screen.getByText('This link has expired. Create a new one.')).toBeTruthy();
      expect(screen.getByRole('button', { name: 'Create another link' })).toBeTruthy();
      // The dialog takes it back in a frame of its own, which comes when the machine has time for it.
      await vi.waitFor(() => expect(screen.getByRole('dialog').contains(document.activeElement)).toBe(true));
    } finally {
      vi.useRealTimers();
    }
  });

  it('who comes in by it appears in the list without a conversation and is said', async () => {
    const { fake } = await renderApp(emptyWorld());
    act(() => {
      const comer = makeContact('Bo');
      fake.world.contacts = [comer];
      fake.emit({ type: 'contact.changed', contactId: comer.contactId });
    });
    await settle();
    expect(screen.getByText('Bo is now in your contacts.')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: /^Bo/ }));
    await settle();
    expect(fake.calls).toContain('conversations.open');
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
  });

  it('accepting opens the conversation at once and writing is allowed', async () => {
    const { fake } = await renderApp(emptyWorld());
    press('Open an invitation');
    type('Invitation link', 'keyshift:i/1/good');
    press('Accept invitation');
    await settle();
    type('Message', 'hello');
    fireEvent.keyDown(screen.getByRole('textbox', { name: 'Message' }), { key: 'Enter' });
    await settle();
    expect(screen.getByTestId('delivery-state').textContent).toBe('Leaves when Inviter accepts');
    expect(screen.getByText(/Waiting for Inviter to answer\./)).toBeTruthy();
    expect([...fake.world.messages.values()].flat().map((message) => message.text)).toEqual(['hello']);
  });

  it('an invitation that runs out while it is looked at says so by itself', async () => {
    await renderApp(emptyWorld({ now: () => Date.now() }));
    press('Open an invitation');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    type('Invitation link', `keyshift:invite/until-${Date.now() + 90_000}`);
    await act(() => vi.advanceTimersByTimeAsync(89_000));
    expect(screen.getByText(/valid until/)).toBeTruthy();
    expect(screen.queryByText(/has expired/)).toBeNull();
    await act(() => vi.advanceTimersByTimeAsync(1_100));
    expect(screen.getByText(/^This invitation has expired\. Ask for a new one, /)).toBeTruthy();
    expect(screen.queryByText(/valid until/)).toBeNull();
  });

  it('an invitation that runs out while the computer sleeps is judged anew soon after', async () => {
    const { fake } = await renderApp(emptyWorld());
    press('Open an invitation');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    type('Invitation link', 'keyshift:invite/good');
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    const asked = (): number => fake.calls.filter((call) => call === 'contacts.readInvitation').length;
    expect(asked()).toBe(1);
    // No timer counts that, and the clock has gone on.
    vi.setSystemTime(Date.now() + 7 * 3_600_000);
    await act(() => vi.advanceTimersByTimeAsync(61_000));
    expect(asked()).toBe(2);
  });

  it('what is pasted or dropped says whose key it is and until when, before anybody is asked; what is pasted is judged at once, what is typed once it is whole', async () => {
    const { fake } = await renderApp(emptyWorld());
    press('Open an invitation');
    for (const typed of ['k', 'ke', 'key']) type('Invitation link', typed);
    await waitFor(() => expect(fake.calls).toContain('contacts.readInvitation'));
    await settle();
    expect(screen.queryByText(/This is not an invitation/)).toBeNull();
    type('Invitation link', 'eyshift:invite/AQ');
    expect(await screen.findByText(/This is not an invitation, or a part of it is missing/)).toBeTruthy();
    type('Invitation link', 'eyshift:invite/A');
    expect(screen.queryByText(/This is not an invitation/)).toBeNull();
    type('Invitation link', 'keyshift:expired');
    expect(await screen.findByText(/has expired/)).toBeTruthy();
    fireEvent.drop(screen.getByTestId('link-field'), { dataTransfer: { files: [fileOf('Keyshift invitation.keyshift-invite', 'keyshift:invite/of-a-file')] } });
    expect((await screen.findByText(/^From the key [a-z2-7]{4}( [a-z2-7]{4}){3} …, valid until /)).textContent).toContain('The name comes with the first connection.');
    const field = screen.getByLabelText<HTMLTextAreaElement>('Invitation link');
    expect(field.value).toBe('keyshift:invite/of-a-file');
    // Read, it is only to be accepted; one that is no use is beside its fault, and whoever types stays there.
    expect(document.activeElement?.textContent).toBe('Accept invitation');
    act(() => field.focus());
    fireEvent.drop(screen.getByTestId('link-field'), { dataTransfer: { files: [fileOf('old.keyshift-invite', 'keyshift:expired')] } });
    expect(await screen.findByText(/has expired/)).toBeTruthy();
    type('Invitation link', 'keyshift:invite/typed');
    expect(await screen.findByText(/^From the key/)).toBeTruthy();
    expect(document.activeElement).toBe(field);
    expect(fake.calls).not.toContain('contacts.acceptInvitation');
    expect(fake.world.contacts).toEqual([]);
  });

  it.each([
    ['garbage', /This is not an invitation/],
    ['keyshift:expired', /has expired/],
    ['keyshift:own', /your own invitation/],
    ['keyshift:altered', /was changed on its way/],
  ])('%s gets its own sentence and makes no contact', async (link, words) => {
    const { fake } = await renderApp(emptyWorld());
    press('Open an invitation');
    type('Invitation link', link);
    press('Accept invitation');
    await settle();
    expect(screen.getByText(words)).toBeTruthy();
    expect(fake.world.contacts).toEqual([]);
  });

  it.each([
    ['keyshift:link/AQ', 'a link alone'],
    ['For my phone: <keyshift:link/AQ>', 'one among other words'],
  ])('a link for an own new device is told as one as soon as it is pasted, and where it belongs: %s', async (link) => {
    const { fake } = await renderApp(emptyWorld());
    press('Open an invitation');
    type('Invitation link', link);
    expect((await screen.findByText(/This is a link for a new device of your own/)).textContent).toContain('“I already use Keyshift on another device”');
    press('Accept invitation');
    await settle();
    expect(screen.getByText(/This is a link for a new device of your own/)).toBeTruthy();
    expect(screen.queryByText(/This is not an invitation/)).toBeNull();
    expect(fake.world.contacts).toEqual([]);
  });

  it.each([
    ['keyshift:invite/AQ', /This is an invitation and no card\. Open it under “Open an invitation”\./],
    ['Come: keyshift:invite-long/AQ', /This is an invitation and no card/],
    ['keyshift:link/AQ', /This is a link for a new device of your own/],
    ['garbage', /a Keyshift card, or one certificate in PEM or DER/],
  ])('where a card is asked for, %s is told as what it is', async (pasted, words) => {
    const { fake } = await renderApp(emptyWorld());
    press('Add by card or key');
    type('Card or certificate', pasted);
    await vi.waitFor(() => expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Send request' }).disabled).toBe(false));
    press('Send request');
    await settle();
    expect(screen.getByText(words)).toBeTruthy();
    expect(fake.world.contacts).toEqual([]);
  });

  it('a request is accepted or declined', async () => {
    const scene = scenes['requests'];
    if (scene === undefined) throw new Error('no scene');
    const { fake } = await renderApp(scene(now));
    press('Accept');
    await settle();
    expect(fake.world.requests).toEqual([]);
    expect(screen.getByRole('button', { name: /^Wren Abbott/ })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Decline' })).toBeNull();
    // Its buttons are gone: the focus is not.
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
  });

  it('whoever knows nobody yet and is asked by somebody finds all other ways to people beside the request', async () => {
    const { requests } = scenes['requests']?.(now) ?? emptyWorld();
    await renderApp(emptyWorld({ requests }));
    const list = within(screen.getByRole('navigation', { name: 'Conversations' }));
    expect(list.getByRole('button', { name: 'Accept' })).toBeTruthy();
    for (const name of ['Invite someone', 'Open an invitation', 'Find people near me']) expect(list.getByRole('button', { name })).toBeTruthy();
  });

  it('a request that is declined leaves the focus somewhere, and says so', async () => {
    const scene = scenes['requests'];
    if (scene === undefined) throw new Error('no scene');
    const { fake } = await renderApp(scene(now));
    screen.getByRole('button', { name: 'Decline' }).focus();
    press('Decline');
    await settle();
    press('Decline the request');
    await settle();
    expect(fake.world.requests).toEqual([]);
    expect(screen.getByText('Request declined.')).toBeTruthy();
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
  });

  it('the first word of somebody who is new is spoken with their name', async () => {
    const { fake, model } = await renderApp(emptyWorld());
    const { contacts, conversations } = busyWorld(now);
    Object.assign(fake.world, { contacts, conversations });
    act(() => fake.receive(talkWithBo, 'hello from me') && undefined);
    await settle();
    expect(model.ui.getState().announcement.text).toBe('Bo Lindqvist: hello from me');
  });

  it('a card that lacks its last line is told as cut off as soon as it is pasted; while it is typed nothing is', async () => {
    const { fake } = await renderApp(emptyWorld());
    press('Add by card or key');
    const card = '-----BEGIN KEYSHIFT CARD-----\nAAAA\n-----END KEYSHIFT CARD-----\n';
    for (const part of [card.slice(0, -8), card.slice(8), 'AAAA']) {
      type('Card or certificate', part);
      expect(screen.getByText(/a Keyshift card, or one certificate in PEM or DER/)).toBeTruthy();
    }
    type('Card or certificate', 'AAA');
    expect(screen.queryByText(/a Keyshift card, or one certificate/)).toBeNull();
    type('Card or certificate', `> ${card}`);
    expect(screen.queryByText(/a Keyshift card, or one certificate/)).toBeNull();
    type('Card or certificate', 'See keyshift:invite/AQ');
    expect(screen.getByText(/This is an invitation and no card/)).toBeTruthy();
    expect(fake.calls).not.toContain('contacts.importKey');
  });

  it('S5-23: the file of a card is taken as well as its text, and one that is too large is not read', async () => {
    const { fake } = await renderApp(emptyWorld());
    press('Add by card or key');
    await settle();
    const place = document.querySelector('[role=dialog] .drop-place');
    if (place === null) throw new Error('nowhere to drop');
    fireEvent.drop(place, { dataTransfer: { files: [droppedFile(new Uint8Array(3 * 1_048_576), 'film.mkv')] } });
    await settle();
    expect(screen.getByText('That file is too large to be this. Nothing was read.')).toBeTruthy();
    const card = '-----BEGIN KEYSHIFT CARD-----\nAAAA\n-----END KEYSHIFT CARD-----\n';
    fireEvent.drop(place, { dataTransfer: { files: [droppedFile(new TextEncoder().encode(card), 'bo.keyshift-card')] } });
    await settle();
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Card or certificate' }).value).toBe(card);
    // Whose key it is, and what to compare it with, before anybody is asked anything, however fast it is pressed.
    press('Send request');
    await settle();
    expect(await screen.findByText(/^From somebody who calls themselves Card holder\. Compare before you send/)).toBeTruthy();
    expect(screen.getByText(/^0123 4567 89ab cdef( [0-9a-f]{4}){12}$/)).toBeTruthy();
    expect(fake.calls).not.toContain('contacts.importKey');
    press('Send request');
    await settle();
    expect(fake.calls).toContain('contacts.importKey');
    expect(screen.getByText('Request sent. You can write already.')).toBeTruthy();
    // Declined at once: both would stand there.
    fake.world.contacts = fake.world.contacts.map((one) => (one.name === 'Card holder' ? { ...one, ended: 'request.declined' as const } : one));
    act(() => fake.emit({ type: 'contact.changed', contactId: fake.world.contacts.at(-1)?.contactId ?? '' }));
    await settle();
    expect(screen.getByText(/Your request was declined/)).toBeTruthy();
    expect(screen.queryByText('Request sent. You can write already.')).toBeNull();
  });

  it('a private key is refused and does not stay on the screen', async () => {
    await renderApp(emptyWorld());
    press('Add by card or key');
    type('Card or certificate', '-----BEGIN PRIVATE KEY----- AAAA');
    await settle();
    expect(screen.getByText(/This is a private key/)).toBeTruthy();
    expect(document.body.textContent).not.toContain('BEGIN PRIVATE');
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Card or certificate' }).value).toBe('');
    // Nor where an invitation is asked for.
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await settle();
    press('Open an invitation');
    type('Invitation link', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA');
    await settle();
    expect(screen.getByText(/This is a private key/)).toBeTruthy();
    expect(document.body.textContent).not.toContain('PRIVATE KEY');
  });
});

describe('details', () => {
  it('shows 60 digits in 12 groups and marks the person as checked', async () => {
    const { fake } = await renderApp(busyWorld(now, { contacts: [makeContact('Bo Lindqvist')] }));
    await chooseBo();
    press('Details');
    await settle();
    expect(screen.getByTestId('safety-number').textContent?.trim().split(' ').map((group) => group.length)).toEqual(Array.from({ length: 12 }, () => 5));
    press('Mark as checked');
    await settle();
    expect(fake.world.contacts[0]?.checked).toBe(true);
    expect(screen.getByRole('button', { name: 'Who: Checked by you' })).toBeTruthy();
  });

  it('renews the key and says which generation it is', async () => {
    await renderApp(busyWorld(now));
    await chooseBo();
    fireEvent.click(screen.getByTestId('key-badge'));
    await settle();
    expect(screen.getByRole('tab', { name: 'Keys' }).getAttribute('aria-selected')).toBe('true');
    press('Renew now');
    await settle();
    expect(screen.getByText('Your key for Bo Lindqvist is renewed: generation 8.')).toBeTruthy();
    expect(screen.getAllByText('Generation 8').length).toBeGreaterThan(0);
  });

  it('blocks and unblocks, and the composer makes way', async () => {
    await renderApp(busyWorld(now));
    await chooseBo();
    press('Details');
    await settle();
    press('Block');
    await settle();
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
    fireEvent.click(screen.getAllByRole('button', { name: 'Unblock' })[0] ?? document.body);
    await settle();
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
  });

  it('an ended contact says why and takes no message', async () => {
    const ended = makeContact('Bo Lindqvist', { pending: true, ended: 'invitation.used', reach: 'waiting' });
    await renderApp(emptyWorld({ contacts: [ended] }));
    await chooseBo();
    expect(screen.getByText(/Somebody has used this invitation already/)).toBeTruthy();
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
  });
});

describe('settings', () => {
  it('a theme is set on the document and kept by the main process; the system theme leaves it to the style sheet', async () => {
    const { fake } = await renderApp(busyWorld(now));
    press('Settings');
    fireEvent.click(screen.getByRole('radio', { name: 'Dark' }));
    await waitFor(() => expect(document.documentElement.dataset['theme']).toBe('dark'));
    expect(fake.world.settings.theme).toBe('dark');
    fireEvent.click(within(screen.getByRole('radiogroup', { name: 'Theme' })).getByRole('radio', { name: 'As the system' }));
    await waitFor(() => expect(document.documentElement.dataset['theme']).toBeUndefined());
  });

  it('the trial runtime carries a standing banner', async () => {
    await renderApp(busyWorld(now, { about: { ...emptyWorld().about, trial: true } }));
    expect(screen.getByText(/outdated Electron/)).toBeTruthy();
    expect(bo.name).toBe('Bo Lindqvist');
  });
});

function droppedFile(bytes: Uint8Array<ArrayBuffer>, name: string): File {
  return Object.assign(new File([bytes], name), { arrayBuffer: () => Promise.resolve(bytes.buffer) });
}
