// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { longestDeviceName } from '../../../../renderer/features/devices/device-words';
import { KeyshiftError } from '../../../../shared/errors';
import { maxDeviceName } from '../../../../shared/model/device';
import { laptop } from '../../../preview/device-scenes';
import { ownInstance, type World } from '../../../preview/fake-world';
import { idOf } from '../../../preview/ids';
import { scenes } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { buttonNamed, openSettings, page, pressNamed, submitNamed, write } from '../open-settings';
import { openTalk, pressKey } from '../open-talk';
import { settle, type Running } from '../render-app';

const now = Date.now();
const scene = (name: string): World => {
  const made = scenes[name]?.(now);
  if (made === undefined) throw new Error(`no scene ${name}`);
  return made;
};
const open = (world: World): Promise<Running> => openSettings(world, 'Devices');
const items = (): HTMLElement[] => screen.queryAllByTestId('own-device');
const item = (name: string): HTMLElement => items().find((one) => one.textContent?.includes(name)) ?? document.body;
const seldom: readonly string[] = ['Make it an archive', 'No longer an archive', 'Give it the identity key…'];
/** The newest button of this name that stands with one device. */
const press = async (name: string, device: string): Promise<void> => {
  // What is seldom done is folded.
  if (seldom.includes(name) && item(device).querySelector('.disclosure-button[aria-expanded=true]') === null) await pressNamed(`More about ${device}`);
  const found = [...item(device).querySelectorAll('button')].find((one) => one.textContent === name);
  if (found === undefined) throw new Error(`no ${name} for ${device}`);
  found.dataset['under'] = 'test';
  found.setAttribute('aria-label', `${name} ${device}`);
  await pressNamed(`${name} ${device}`);
};
const stateOf = (world: World, instanceId: string): string | undefined => world.devices.list.find((one) => one.instanceId === instanceId)?.state;

describe('Settings → Devices', () => {
  it('lists them, this one first and the removed last, each with what it may do, when it was there and what it lacks', async () => {
    await open(scene('devices'));
    expect(items().map((one) => one.querySelector('bdi')?.textContent)).toEqual(['desk', 'laptop', 'Rechner im Büro der vereinigten Nordwestküste, zweiter Stock', 'old netbook', 'phone [U+202E]gnp']);
    expect(item('desk').textContent).toMatch(/This device.*Holds your identity key/);
    expect(item('laptop').textContent).toMatch(/Connected now\.214 entries are on their way to it\./);
    expect(item('Rechner').textContent).toMatch(/Last connected .+\.It lacks 1,204 entries, and gets them when both are on\./);
    expect(item('old netbook').textContent).toMatch(/Suspended.*Contacts do not listen to it/);
    expect([...item('phone').querySelectorAll('button')].map((one) => one.textContent)).toEqual(['Copy the line', 'It was done']);
    expect(item('phone').textContent).toContain('the mailbox at tls://mail.example.org:4222 still knows it');
    expect([...item('desk').querySelectorAll('[role=group] button')].map((one) => one.textContent)).toEqual(['Rename…']);
    await pressNamed('More about desk');
    expect([...item('desk').querySelectorAll('[role=group] button')].map((one) => one.textContent)).toEqual(['Rename…', 'Make it an archive']);
    expect(await axeFindings()).toEqual([]);
  });

  it('tells those of one name apart: by when they came, where that is the same by their number, and the rest by their names alone', async () => {
    await open(scene('devices-namesakes'));
    const lines = items().map((one) => one.querySelector('.field-hint')?.textContent ?? '');
    expect(lines[1]).toMatch(/^Known here since \S.+\d.*\.$/);
    expect(lines.slice(2, 4)).toEqual(['desk b', 'desk c'].map((one) => `Its number begins with ${idOf(one).slice(0, 8)}.`));
    expect(lines[4]).not.toMatch(/Known here|number/);
    const groups = items().map((one) => one.querySelector('[role=group]')?.getAttribute('aria-label'));
    expect(groups).toEqual(['desk (this device)', expect.stringMatching(/^desk \(known here since \S.+\d.*\)$/), `desk (number ${idOf('desk b').slice(0, 8)}…)`, `desk (number ${idOf('desk c').slice(0, 8)}…)`, 'laptop']);
    const remove = [...(items()[2]?.querySelectorAll('button') ?? [])].find((one) => one.textContent === 'Remove…');
    if (remove === undefined) throw new Error('cannot be removed');
    await pressKey(remove);
    expect(screen.getByRole('dialog', { name: `Remove desk (number ${idOf('desk b').slice(0, 8)}…)?` })).toBeTruthy();
    expect(await axeFindings()).toEqual([]);
  });

  it('S4-31: says of this device what it never got, also where nobody knows how much', async () => {
    for (const [incomplete, words] of [[{ entries: 1_204 }, 'up to 1,204 entries'], [{}, 'nobody knows how much']] as const) {
      const world = scene('devices');
      world.devices.list = world.devices.list.map((one) => (one.current ? { ...one, incomplete } : one));
      await open(world);
      expect(item('desk').textContent).toContain(words);
      expect(item('laptop').textContent).not.toContain('never got');
      cleanup();
    }
  });

  it('renames one; an empty name is refused before anything is asked', async () => {
    expect(longestDeviceName).toBe(maxDeviceName);
    const { fake } = await open(scene('devices'));
    await press('Rename…', 'laptop');
    write('Name of the device', '  ');
    await submitNamed('Rename');
    expect(page()).toContain('Enter a name.');
    expect(fake.calls).not.toContain('devices.rename');
    fake.world.failing.set('devices.rename', 'disk.failed');
    write('Name of the device', ' travels ');
    await submitNamed('Rename');
    expect(page()).toContain('Reading or writing the disk failed.');
    write('Name of the device', ' travel ');
    expect(page()).not.toContain('Reading or writing the disk failed.');
    fake.world.failing.clear();
    await submitNamed('Rename');
    expect(items().map((one) => one.querySelector('bdi')?.textContent)).toContain('travel');
    expect(screen.queryByRole('dialog', { name: /^Rename/ })).toBeNull();
  });

  it('S4-30: makes one an archive and says what that is; only where the identity key is', async () => {
    const { fake } = await open(scene('devices'));
    await press('Make it an archive', 'laptop');
    expect(page()).toContain('laptop is an archive now');
    expect(item('laptop').textContent).toContain('Archive: it keeps everything, and takes over no conversation');
    fake.world.failing.set('devices.setArchive', 'device.not-certifier');
    await press('No longer an archive', 'laptop');
    expect(page()).toContain('Only the device that holds your identity key can do this.');
    expect(item('laptop').textContent).toContain('Archive: it keeps everything');
    fake.world.failing.clear();
    await press('No longer an archive', 'laptop');
    expect(item('laptop').textContent).not.toContain('Archive');
  });

  it('S4-08: sessions are shared through an archive only where there is another one, and when that is switched on', async () => {
    const world = scene('devices');
    const { fake } = await open(world);
    expect(screen.queryByRole('switch', { name: /share connections/ })).toBeNull();
    await act(async () => fake.tellDevices(world.devices.list.map((one) => (one.instanceId === laptop ? { ...one, roles: ['archive'] } : one))));
    await settle();
    const share = screen.getByRole('switch', { name: /Let your devices share connections through .*laptop/ });
    await act(async () => fireEvent.click(share));
    await settle();
    expect(fake.world.settings.shareSessions).toBe('repository');
    expect(page()).toMatch(/Where your connections stand is kept on .*laptop/);
    expect(await axeFindings()).toEqual([]);
    await act(async () => fake.tellDevices(fake.world.devices.list.map((one) => ({ ...one, roles: one.current ? ['archive'] : [] }))));
    await settle();
    expect(screen.queryByRole('switch', { name: /share connections/ })).toBeNull();
  });

  it('A65: removing names the device, what is lost and what its mailbox still lets it fetch, has the focus on keeping it, and does nothing until told to', async () => {
    const { fake } = await open(scene('devices'));
    await press('Remove…', 'laptop');
    const dialog = screen.getByRole('dialog', { name: 'Remove laptop?' });
    expect(dialog.textContent).toContain('214 entries it still lacks will not reach it.');
    expect(dialog.textContent).toContain('Every key it knew is replaced');
    expect(dialog.textContent).toContain('If it fetches from your mailbox, its operator has to be told: this page then says what to type.');
    expect(document.activeElement).toBe(buttonNamed('Keep laptop'));
    expect(await axeFindings()).toEqual([]);
    await pressNamed('Keep laptop');
    expect(fake.calls).not.toContain('devices.remove');
    await press('Remove…', 'laptop');
    fake.world.failing.set('devices.remove', 'device.not-certifier');
    await pressNamed('Remove laptop');
    expect(page()).toContain('Only the device that holds your identity key can do this.');
    expect(stateOf(fake.world, laptop)).toBe('active');
    fake.world.failing.clear();
    await pressNamed('Remove laptop');
    expect(stateOf(fake.world, laptop)).toBe('retired');
    expect(item('laptop').textContent).toContain('Removed');
    // The button that was pressed is gone with what it was for.
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-labelledby')).toBe('devices-heading'));
  });

  it('suspends and allows again without a question where both can be done here', async () => {
    const { fake } = await open(scene('devices'));
    await press('Suspend', 'laptop');
    expect(stateOf(fake.world, laptop)).toBe('suspended');
    expect(page()).toContain('laptop is suspended.');
    await press('Allow again', 'laptop');
    expect(stateOf(fake.world, laptop)).toBe('active');
  });

  it('of several things that can be done with a device only what was pressed is said to be under way', async () => {
    const { model } = await open(scene('devices'));
    vi.spyOn(model.client.devices, 'setArchive').mockReturnValue(new Promise<never>(() => undefined));
    await press('Make it an archive', 'laptop');
    expect([...item('laptop').querySelectorAll('[role=group] [role=status]')].map(({ textContent }) => textContent)).toEqual(['Make it an archive']);
    expect([...item('laptop').querySelectorAll<HTMLButtonElement>('[role=group] button')].filter(({ disabled }) => disabled).map(({ textContent }) => textContent)).toEqual(['Suspend']);
  });

  it('gives the identity key away; from then on only what needs none can be done here, and it says where the rest is', async () => {
    const { fake } = await open(scene('devices'));
    await press('Give it the identity key…', 'laptop');
    fake.world.failing.set('devices.moveCertifier', 'device.not-connected');
    await pressNamed('Give it to laptop');
    expect(page()).toContain('The other device must be on and connected for this.');
    fake.world.failing.clear();
    await pressNamed('Give it to laptop');
    expect(page()).toContain('Your identity key is on laptop. Devices are renamed, allowed again and removed there.');
    expect([...item('laptop').querySelectorAll('[role=group] button')].map((one) => one.textContent)).toEqual(['Suspend…']);
    await press('Suspend…', 'laptop');
    expect(page()).toContain('From here you cannot undo it');
    await pressNamed('Leave it as it is');
    expect(stateOf(fake.world, laptop)).toBe('active');
    await press('Suspend…', 'laptop');
    await pressNamed('Suspend laptop');
    expect(stateOf(fake.world, laptop)).toBe('suspended');
    // Allowed again there, it is not asked once more here.
    await act(async () => fake.tellDevices(fake.world.devices.list.map((one) => (one.instanceId === laptop ? { ...one, state: 'active' as const } : one))));
    await settle();
    expect(item('laptop').textContent).toContain('Suspend…');
    expect(page()).not.toContain('From here you cannot undo it');
  });
});

describe('a device that another one wants let in', () => {
  const asking = (): World => {
    const world = scene('devices');
    world.devices.requests = [{ requestId: 'a'.repeat(32), deviceName: 'watch', by: laptop, byName: 'laptop', expiresAt: now + 240_000 }];
    return world;
  };

  it('S4-26 A65: is told in a bar, shown with who asks, and let in only when allowed here', async () => {
    const { fake } = await openTalk(asking());
    expect(page()).toContain('laptop wants to let watch in as a device of yours. Nothing happens unless you allow it.');
    await pressNamed('Look at it');
    expect(page()).toContain('laptop asks to let watch in.');
    expect(document.querySelector('.bars')?.textContent).not.toContain('watch');
    expect(await axeFindings()).toEqual([]);
    expect(fake.calls).not.toContain('devices.answer');
    await pressNamed('Allow watch');
    expect(item('watch').textContent).toContain('watch');
    expect(screen.queryAllByTestId('device-request')).toEqual([]);
    expect(page()).toContain('watch is let in.');
  });

  it('S4-26 A65: refused, it says what that may mean', async () => {
    const { fake } = await open(asking());
    const before = fake.world.devices.list.length;
    await pressNamed('Refuse');
    expect(page()).toContain('suspend laptop: it may be in other hands.');
    expect(fake.world.devices.list).toHaveLength(before);
    expect(screen.queryAllByTestId('device-request')).toEqual([]);
    // The button went with the question.
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-labelledby')).toBe('devices-heading'));
  });

  it('S4-26: while it is answered, the button that was pressed keeps the focus, and only what was answered is said', async () => {
    const { model } = await open(asking());
    let refuse = (_thrown: Error): void => undefined;
    vi.spyOn(model.client.devices, 'answer').mockReturnValue(new Promise<never>((_done, reject) => (refuse = reject)));
    await pressNamed('Refuse');
    const request = screen.getByTestId('device-request');
    expect([buttonNamed('Refuse').hasAttribute('disabled'), document.activeElement === buttonNamed('Refuse')]).toEqual([false, true]);
    expect([...request.querySelectorAll('[role=status]')].map(({ textContent }) => textContent)).toEqual(['Refuse']);
    refuse(new KeyshiftError('disk.failed', ''));
    await settle();
    expect(buttonNamed('Allow watch').hasAttribute('disabled')).toBe(false);
  });

  it('S4-26: the one that asks says where the person has to go', async () => {
    const { fake } = await openTalk(scene('devices-elsewhere'));
    await act(async () => fake.tellLinking({ side: 'existing', stage: 'transferring', deviceName: 'watch', asks: 'laptop' }));
    await settle();
    expect(page()).toContain('The new device has to be allowed on laptop.');
  });
});

describe('a device that is none of the person any more', () => {
  it.each([
    ['device-suspended', 'Another device of yours has suspended this one.', 'This device is suspended, so nothing can be written here.'],
    ['device-removed', 'This device was removed: it is not one of yours any more.', 'This device was removed, so nothing can be written here.'],
  ] as const)('%s: says so for as long as it lasts, and takes no message; what is stored stays readable', async (name, bar, foot) => {
    await openTalk(scene(name));
    expect(page()).toContain(bar);
    expect(page()).toContain(foot);
    expect(page()).toContain('See you at five?');
    expect(document.querySelector('[data-pane=conversation] textarea')).toBeNull();
    expect(document.querySelector('.bars [aria-label="Dismiss"]')).toBeNull();
    expect(await axeFindings()).toEqual([]);
  });

  it('is told the moment it is heard', async () => {
    const { fake } = await openTalk(scene('devices'));
    expect(document.querySelector('[data-pane=conversation] textarea')).not.toBeNull();
    const linked = 'Your history is here, and this device connects like your others.';
    await act(async () => fake.tellLinking({ side: 'new', stage: 'done', deviceName: 'desk' }));
    await settle();
    expect(page()).toContain(linked);
    await act(async () => fake.tellDevices(fake.world.devices.list.map((one) => (one.instanceId === ownInstance ? { ...one, state: 'retired' } : one))));
    await settle();
    expect(page()).toContain('This device was removed');
    expect(page()).toContain('take it back with the recovery kit, under Settings → Identity');
    expect(page()).not.toContain(linked);
  });
});

describe('devices in the conversation', () => {
  const told = (): (string | null)[] => screen.queryAllByTestId('device-line').map((one) => one.querySelector('span')?.textContent ?? null);

  it('S4-24: says who joined on either side, and that the conversation was continued elsewhere', async () => {
    const world = scene('devices-talk');
    await openTalk(world);
    expect(told()).toEqual([
      'Your laptop joined this conversation. Bo Lindqvist does not need to check it again.',
      'Bo Lindqvist now also uses “phone”, confirmed by the key of Bo Lindqvist.',
      'Bo Lindqvist continued on “phone”. Nothing was interrupted.',
    ]);
  });

  it('S4-32: says that a conversation goes on which only a device that does not count any more had ended', async () => {
    const world = scene('devices-talk');
    const by = world.devices.list.find(({ name }) => name === 'old netbook')?.instanceId ?? '';
    const bo = world.contacts.find(({ name }) => name.startsWith('Bo '))?.contactId;
    world.conversations = world.conversations.map((one) => (one.contactId === bo ? { ...one, returned: { at: now, by } } : one));
    await openTalk(world);
    expect(told().at(-1)).toBe('Your old netbook alone had ended this conversation. It does not count any more, so the conversation goes on.');
  });

  it('S4-24: says whose device it was where both have several, and names theirs where that is known', async () => {
    const world = scene('devices-talk');
    const sessions = world.network?.sessions ?? [];
    const { fake } = await openTalk(world);
    const tell = (handedOverBy: 'own' | 'peer') => act(async () => fake.tellNetwork({ sessions: sessions.map((one) => ({ ...one, handedOverBy })) }));
    await tell('own');
    expect(told().at(-1)).toBe('This device took over the conversation from another one of yours. Bo Lindqvist noticed nothing.');
    world.people.devices.clear();
    await tell('peer');
    expect(told().at(-1)).toMatch(/^Bo Lindqvist continued on (“phone”|another device)\. Nothing was interrupted\.$/);
  });

  it('on the device that joined it tells of itself, and not of those it found', async () => {
    const world = scene('devices');
    const at = now - 2 * 3_600_000;
    world.devices.list = world.devices.list.map((one) => (one.current ? one : { ...one, addedAt: at }));
    // What was written before was written elsewhere.
    for (const [id, list] of world.messages) world.messages.set(id, list.map((one) => (one.direction === 'out' && one.sentAt < at ? { ...one, instanceId: laptop } : one)));
    await openTalk(world);
    expect(told()).toEqual(['Your desk joined this conversation. Bo Lindqvist does not need to check it again.']);
  });
});
