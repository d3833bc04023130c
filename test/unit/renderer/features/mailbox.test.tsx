// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import type { World } from '../../../preview/fake-world';
import { emptyWorld } from '../../../preview/fake-world';
import { scenes } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { buttonNamed, fieldNamed, openSettings, page, pressNamed, submitNamed, write } from '../open-settings';
import { fileOf } from '../file-of';
import { openTalk, shortcut } from '../open-talk';
import { renderApp, settle, type Running } from '../render-app';

const registration = 'keyshift-mailbox:1:secret-of-this-device';
const scene = (name: string): World => {
  const made = scenes[name]?.(Date.now());
  if (made === undefined) throw new Error(`no scene ${name}`);
  return made;
};
const open = (world: World): Promise<Running> => openSettings(world, 'Mailbox');

describe('Settings → Mailbox', () => {
  it('says what one is to whoever never heard of it, and gives the key for the operator', async () => {
    const { fake } = await open(emptyWorld());
    expect(page()).toContain('You do not need one');
    expect(page()).toContain('Keyshift brings none and knows none.');
    expect(fieldNamed('Key of this device for the operator').value).toBe(fake.world.devices.mailbox.deviceKey);
    const copied = vi.fn(() => Promise.resolve());
    Object.assign(navigator, { clipboard: { writeText: copied } });
    await pressNamed('Copy key');
    expect(copied).toHaveBeenCalledWith(fake.world.devices.mailbox.deviceKey);
    expect(await axeFindings()).toEqual([]);
  });

  it('takes a registration as text or as a file, refuses a wrong one in its own words, and keeps none on screen', async () => {
    const { fake, model } = await open(emptyWorld());
    for (const [text, words] of [
      ['garbled', 'This is no registration of a mailbox'],
      [`${fake.world.devices.mailbox.deviceKey}\n`, 'This is the key of this device, which goes to the operator.'],
      ['for another: other', 'This registration was made for another device.'],
      ['long expired', 'This registration is no longer valid.'],
    ] as const) {
      write('Registration', text);
      await submitNamed('Use this mailbox');
      expect(page()).toContain(words);
      expect(fake.world.devices.mailbox.state).toBe('off');
    }
    fireEvent.drop(fieldNamed('Registration'), { dataTransfer: { files: [fileOf('for-desk.txt', registration)] } });
    await vi.waitFor(() => expect(page()).toContain('Read from for-desk.txt.'));
    const field = fieldNamed('Registration');
    act(() => field.focus());
    // What a dialog does in a browser as soon as the focus in it is lost.
    const head = new MutationObserver(() => {
      if (field.isConnected || document.activeElement !== document.body) return;
      buttonNamed('Close').focus();
      head.disconnect();
    });
    head.observe(document.body, { childList: true, subtree: true });
    await submitNamed('Use this mailbox');
    expect(page()).toContain('The mailbox is set up.');
    expect(page()).toContain('Connected. What is left for you there arrives at once.');
    expect(page()).toContain('tls://mail.example.org:4222');
    expect(document.documentElement.innerHTML).not.toContain(registration);
    expect(JSON.stringify(model.mailbox.getState())).not.toContain('secret');
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-labelledby')).toBe('mailbox-heading'));
  });

  it('another mailbox in the place of the one there is: the focus stays in the form, whose button has nothing to send any more', async () => {
    await open(scene('mailbox-trouble'));
    await pressNamed('New registration, or another mailbox');
    write('Registration', registration);
    buttonNamed('Use this mailbox').focus();
    await submitNamed('Use this mailbox');
    expect(page()).toContain('The mailbox is set up.');
    expect(document.activeElement).toBe(fieldNamed('Registration'));
  });

  it('an answer that comes late leaves whoever is elsewhere in the settings there', async () => {
    const { model } = await open(scene('mailbox-trouble'));
    await pressNamed('New registration, or another mailbox');
    const late: { refuse?: () => void } = {};
    vi.spyOn(model.client.mailbox, 'register').mockReturnValue(new Promise((_done, refuse) => (late.refuse = () => refuse(new Error('late')))));
    write('Registration', registration);
    buttonNamed('Use this mailbox').focus();
    await submitNamed('Use this mailbox');
    act(() => buttonNamed('Close').focus());
    late.refuse?.();
    await settle();
    expect(document.activeElement).toBe(buttonNamed('Close'));
  });

  it.each([
    ['taken', undefined, 'The mailbox is set up.'],
    ['refused', new KeyshiftError('mailbox.registration-garbled', ''), 'This is no registration of a mailbox'],
  ] as const)('%s late, a registration leaves what stands in its field by then, and says so wherever one is', async (_how, thrown, words) => {
    const { model } = await open(scene('mailbox-trouble'));
    await pressNamed('New registration, or another mailbox');
    const ends: ((error?: Error) => void)[] = [];
    vi.spyOn(model.client.mailbox, 'register').mockImplementation(() => new Promise((done, refuse) => ends.push((error) => (error === undefined ? done(null) : refuse(error)))));
    write('Registration', registration);
    await submitNamed('Use this mailbox');
    write('Registration', 'another one');
    ends[0]?.(thrown);
    await settle();
    expect(page()).toContain(words);
    expect(fieldNamed('Registration').value).toBe('another one');
    expect(fieldNamed('Registration').getAttribute('aria-invalid')).toBeNull();
    act(() => model.ui.getState().dismissAll());
    await submitNamed('Use this mailbox');
    act(() => model.ui.getState().showSettings('look'));
    ends[1]?.(thrown);
    await settle();
    expect(page()).toContain(words);
  });

  it('says what is wrong, and follows what is told', async () => {
    const { fake } = await open(scene('mailbox-trouble'));
    expect(page()).toContain('The mailbox refuses this device.');
    expect(page()).toContain('Ask the operator for a new registration.');
    expect(page()).toMatch(/The registration ends .+ Ask the operator for a new one/);
    expect(page()).toContain('None left');
    expect(await axeFindings()).toEqual([]);
    const { failure: _mended, ...rest } = fake.world.devices.mailbox;
    fake.world.devices.mailbox = rest;
    await act(async () => fake.tellMailbox({ state: 'connecting' }));
    await settle();
    expect(page()).toContain('It does not answer yet; messages go directly meanwhile, or wait.');
    expect(screen.getByRole('tabpanel', { name: 'Mailbox' }).textContent).not.toContain('Ask its operator');
  });

  it('S4-35: shows what its operator has to be told, to be copied, until that is done; a word of the person alone is called one', async () => {
    const { fake } = await open(scene('mailbox-revoke'));
    const groups = (): HTMLElement[] => screen.getAllByTestId('to-revoke');
    const [first, second, third] = groups();
    if (!first || !second || !third) throw new Error('three of them');
    const { command } = fake.world.devices.mailbox.toRevoke[0] ?? { command: '' };
    expect(command).toMatch(/^npm run mailbox -- revoke U[A-Z2-7]{55}$/);
    expect(within(first).getByRole<HTMLTextAreaElement>('textbox', { name: 'What the operator types' }).value).toBe(command);
    expect([first, second, third].map(({ textContent }) => [/notices when it is done/, /cannot see from here/, /could not check it/].map((words) => words.test(textContent ?? '')))).toEqual([[true, false, false], [false, true, false], [false, false, true]]);
    expect(await axeFindings()).toEqual([]);
    const copied = vi.fn(() => Promise.resolve());
    Object.assign(navigator, { clipboard: { writeText: copied } });
    fireEvent.click(within(first).getByRole('button', { name: 'Copy the line' }));
    await settle();
    expect(copied).toHaveBeenCalledWith(command);
    expect(within(third).queryByRole('button', { name: 'It was done' })).toBeNull();
    act(() => within(second).getByRole('button', { name: 'It was done' }).focus());
    fireEvent.click(within(second).getByRole('button', { name: 'It was done' }));
    await settle();
    expect(fake.calls).toContain('mailbox.confirmRevoked');
    // The button is gone with what it said.
    await waitFor(() => expect(document.activeElement).toBe(second));
    expect(groups()).toHaveLength(3);
    expect(groups()[1]?.textContent).toContain('you said that it was done');
    await act(async () => fake.tellMailbox({ toRevoke: [] }));
    await settle();
    expect(screen.queryByTestId('to-revoke')).toBeNull();
  });

  it('leaving is asked, because the way back leads by the operator', async () => {
    const { fake } = await open(scene('mailbox-on'));
    await pressNamed('Leave this mailbox…');
    expect(screen.getByRole('dialog', { name: 'Leave the mailbox tls://mail.example.org:4222?' })).toBeTruthy();
    expect(document.activeElement).toBe(buttonNamed('Keep the mailbox'));
    await pressNamed('Keep the mailbox');
    expect(fake.calls).not.toContain('mailbox.leave');
    await pressNamed('Leave this mailbox…');
    await pressNamed('Leave mailbox');
    expect(fake.world.devices.mailbox.state).toBe('off');
    expect(page()).toContain('No mailbox is set up.');
    // Nobody asks it again of the next one.
    write('Registration', registration);
    await submitNamed('Use this mailbox');
    expect(page()).toContain('The mailbox is set up.');
    expect(screen.queryByRole('dialog', { name: /^Leave the mailbox/ })).toBeNull();
  });
});

describe('sharing sessions through it', () => {
  it('S4-16: is off until it is switched on, says what it costs, and is not offered without a mailbox', async () => {
    const { fake } = await open(scene('mailbox-on'));
    expect(fake.world.settings.shareSessions).toBe('ask');
    expect(page()).toContain('Another device of yours goes on with a connection to a contact while the device that had it is on.');
    const share = screen.getByRole('switch', { name: 'Let your devices share connections through it' });
    await act(async () => fireEvent.click(share));
    await settle();
    expect(fake.world.settings.shareSessions).toBe('repository');
    expect(page()).toContain('What you send waits until the mailbox knows of it, a second at most.');
    expect(await axeFindings()).toEqual([]);
    await act(async () => fireEvent.click(share));
    await settle();
    expect(fake.world.settings.shareSessions).toBe('ask');
    await pressNamed('Leave this mailbox…');
    await pressNamed('Leave mailbox');
    expect(screen.queryByRole('switch', { name: 'Let your devices share connections through it' })).toBeNull();
  });
});

describe('a mailbox that is not reached', () => {
  it('may be silent, or what answers is not it: neither is said for the other', async () => {
    const world = scene('mailbox-on');
    Object.assign(world.devices.mailbox, { state: 'connecting', failure: 'mailbox.unreachable' });
    await open(world);
    expect(page()).toContain('The mailbox does not answer now, or what answers cannot prove to be it.');
  });
});

describe('trouble with the own mailbox', () => {
  it('is said where nobody looks at it, once it is told of: it turns this device away, or the registration ends', async () => {
    const world = scene('mailbox-on');
    const { fake } = await renderApp(world);
    const bars = (): string => document.querySelector('.bars')?.textContent ?? '';
    expect(bars()).not.toContain('turns this device away');
    const tell = async (change: object): Promise<void> => {
      Object.assign(fake.world.devices.mailbox, change);
      await act(async () => fake.emit({ type: 'mailbox.changed' }));
      await settle();
    };
    await tell({ state: 'refused', failure: 'mailbox.refused' });
    expect(bars()).toContain('Your mailbox turns this device away: what is left there for you does not come in.');
    await pressNamed('Dismiss');
    expect(bars()).not.toContain('turns this device away');
    // Put away it is for this time; the next one is news.
    await tell({ state: 'connected', failure: undefined });
    await tell({ state: 'refused', failure: 'mailbox.refused' });
    await pressNamed('Your mailbox');
    expect(screen.getByRole('tabpanel', { name: 'Mailbox' }).textContent).toContain('The mailbox refuses this device.');
    await pressNamed('Close');
    await tell({ state: 'connected', failure: undefined, expiresAt: Date.now() + 3 * 86_400_000 });
    expect(bars()).not.toContain('turns this device away');
    expect(bars()).toContain('The registration with your mailbox ends: ');
  });
});

describe('a page that begins anew', () => {
  it('asks how the own mailbox is: one that turns this device away tells nothing twice', async () => {
    await renderApp(scene('mailbox-trouble'));
    await waitFor(() => expect(document.querySelector('.bars')?.textContent).toContain('Your mailbox turns this device away'));
  });

  it('asks nothing of a mailbox that nobody has', async () => {
    const { model } = await renderApp(scene('devices-talk'));
    expect(model.mailbox.getState().status).toBeUndefined();
  });

  it.each([
    [3, 'The registration with your mailbox ends: '],
    [-1, 'The registration with your mailbox has ended: '],
  ])('says of a registration whose last day is %i days from now what is so', async (days, words) => {
    const world = scene('mailbox-on');
    Object.assign(world.devices.mailbox, { state: 'connecting', expiresAt: Date.now() + days * 86_400_000 });
    await renderApp(world);
    await waitFor(() => expect(document.querySelector('.bars')?.textContent).toContain(words));
  });
});

describe('the way of a message', () => {
  it('names what it waits for and which way it went, and that the contact is reached by a mailbox', async () => {
    await openTalk(scene('devices-talk'), /^Carla Reyes/);
    const states = screen.getAllByTestId('delivery-state').map((one) => one.textContent);
    expect(states).toEqual(['Stored, waiting for Carla Reyes’s device to fetch it', 'With another device of yours, which passes it on to Carla Reyes']);
    expect(page()).toContain('What you write is left in the mailbox of Carla Reyes until it is fetched.');
    const last = screen.getAllByRole('article').at(-2);
    act(() => last?.focus());
    await shortcut('Enter');
    expect(screen.getByTestId('message-details').textContent).toContain('WayLeft in the mailbox of Carla Reyes');
  });

  it.each([
    ['full', 'the mailbox of Carla Reyes is full.'],
    ['unreachable', 'neither is the mailbox of Carla Reyes.'],
    ['refused', 'the mailbox of Carla Reyes takes nothing from you any more.'],
  ] as const)('a mailbox that takes nothing (%s) is not said to keep what is written, above the field and under Reach', async (mailboxTrouble, words) => {
    const world = scene('devices-talk');
    const carla = world.contacts.find(({ reach }) => reach === 'mailbox');
    if (carla === undefined) throw new Error('nobody has a mailbox');
    const message = [...world.messages.values()].flat().find(({ way }) => way === 'mailbox');
    if (message === undefined) throw new Error('no message');
    world.reports.set(carla.contactId, { mailboxTrouble });
    const { fake, model } = await openTalk(world, /^Carla Reyes/);
    const above = (): string => document.querySelector('.composer-line')?.textContent ?? '';
    expect(above()).toContain(words);
    expect(page()).not.toContain('is left in the mailbox');
    fireEvent.click(screen.getByRole('button', { name: 'Reach: Mailbox' }));
    await settle();
    expect(screen.getByRole('tabpanel', { name: 'Reach' }).textContent).toContain(words);
    expect(page()).not.toContain('Messages wait in a mailbox until');
    // What is not left there says so; it does not wait for both to be online alone.
    const { conversationId, messageId } = message;
    await act(async () => fake.emit({ type: 'message.state', conversationId, messageId, state: 'queued', waitingFor: 'connection' }));
    expect(screen.getAllByTestId('delivery-state')[0]?.textContent).toBe('Not in the mailbox of Carla Reyes yet');
    // It takes again, as an event of the network tells.
    fake.world.reports.set(carla.contactId, {});
    await act(async () => fake.emit({ type: 'network.changed' }));
    await settle();
    expect(above()).toContain('is left in the mailbox of Carla Reyes');
    expect(model.ui.getState().selection?.contactId).toBe(carla.contactId);
  });

  it('that a mailbox takes nothing is said above the field as it begins and as it ends, also where nobody looks at the reach', async () => {
    const world = scene('devices-talk');
    const carla = world.contacts.find(({ reach }) => reach === 'mailbox');
    if (carla === undefined) throw new Error('nobody has a mailbox');
    const { fake } = await openTalk(world, /^Carla Reyes/);
    const above = (): string => document.querySelector('.composer-line')?.textContent ?? '';
    expect(above()).toContain('is left in the mailbox of Carla Reyes');
    fake.world.reports.set(carla.contactId, { mailboxTrouble: 'refused' });
    await act(async () => fake.emit({ type: 'network.changed' }));
    await settle();
    expect(above()).toContain('the mailbox of Carla Reyes takes nothing from you any more.');
    fake.world.reports.set(carla.contactId, {});
    await act(async () => fake.emit({ type: 'network.changed' }));
    await settle();
    expect(above()).toContain('is left in the mailbox of Carla Reyes');
  });

  it('an event brings another way, and keeps it where it says none', async () => {
    const { fake } = await openTalk(scene('devices-talk'), /^Carla Reyes/);
    const message = [...fake.world.messages.values()].flat().find(({ way }) => way === 'mailbox');
    if (message === undefined) throw new Error('no message');
    const { conversationId, messageId } = message;
    const shown = (): string => screen.getAllByTestId('delivery-state')[0]?.textContent ?? '';
    await act(async () => fake.emit({ type: 'message.state', conversationId, messageId, state: 'sent', waitingFor: 'pickup', way: 'device' }));
    expect(shown()).toBe('With another device of yours, which passes it on to Carla Reyes');
    await act(async () => fake.emit({ type: 'message.state', conversationId, messageId, state: 'sent', waitingFor: 'pickup' }));
    expect(shown()).toBe('With another device of yours, which passes it on to Carla Reyes');
    await act(async () => fake.emit({ type: 'message.state', conversationId, messageId, state: 'delivered' }));
    expect(shown()).toBe('Delivered');
  });
});
