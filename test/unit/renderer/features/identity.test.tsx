// @vitest-environment jsdom
import { act, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import { emptyWorld, type World } from '../../../preview/fake-world';
import { fakeFingerprint } from '../../../preview/fake-identity';
import { axeFindings } from '../axe';
import { alertIn, buttonNamed, choose, dialog, fieldNamed, openSettings, page, pressNamed, scene, submitNamed, write } from '../open-settings';
import { renderApp, settle, type Running } from '../render-app';

const open = (world: World): Promise<Running> => openSettings(world, 'Identity');
const dialogs = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[role=dialog]')];
const tabPanel = (): HTMLElement => document.querySelector<HTMLElement>('[role=tabpanel]') ?? document.body;
const isThere = (name: string): boolean => [...document.querySelectorAll('button')].some((button) => button.textContent === name);

describe('own identity key', () => {
  it('S5-13 S5-24: tells the key in use, since when and when the next comes; renewing asks nothing, and the old one stands in the history', async () => {
    const { fake, model } = await open(scene('identity'));
    expect(page()).toContain('6, in use since');
    expect(page()).toContain('By itself on');
    expect(page()).toContain('2 contacts may know no later one yet.');
    expect(await axeFindings()).toEqual([]);
    await pressNamed('Renew now');
    expect(fake.calls).toContain('identity.rotate');
    expect(screen.getByText('You have a new identity key, number 7. Contacts follow by themselves.')).toBeTruthy();
    expect(screen.getByText('Key number 7').closest('li')?.textContent).toContain('in use');
    expect(screen.getByText('Key number 6').closest('li')?.textContent).not.toContain('in use');
    expect(model.identity.getState().renewing).toBe(false);
  });

  it('the button that shows all keys goes with that, and the focus stays at what it led to', async () => {
    await open(scene('identity'));
    for (let frame = 0; frame < 12; frame += 1) await new Promise((done) => requestAnimationFrame(done));
    // What a dialog does in a browser as soon as the focus in it is lost.
    const button = buttonNamed('All 6 keys');
    const head = new MutationObserver(() => {
      if (button.isConnected) return;
      buttonNamed('Close').focus();
      head.disconnect();
    });
    head.observe(document.body, { childList: true, subtree: true });
    await pressNamed('All 6 keys');
    expect(screen.getByText('Key number 1')).toBeTruthy();
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-labelledby')).toBe('identity-history'));
  });

  it('refused, renewing says why, and the key in use stays', async () => {
    const { fake } = await open(emptyWorld());
    for (const [code, words] of [
      ['keys.too-often', 'You made as many new keys as one day allows'],
      ['key.not-here', 'This device does not hold your identity key.'],
      ['internal', 'Something unexpected happened.'],
    ] as const) {
      fake.world.failing.set('identity.rotate', code);
      await pressNamed('Renew now');
      expect(alertIn(tabPanel())).toContain(words);
    }
    expect(fake.world.identity.ownKeys).toHaveLength(1);
  });

  it('where another device holds the key, the page says so and promises no sheet that nobody printed; what needs the key is not offered', async () => {
    await open(scene('identity-elsewhere'));
    expect(page()).toContain('On the device that holds your identity key');
    expect(page()).not.toContain('The recovery key is on your sheet');
    expect(page()).toContain('if none was printed, it is on another device of yours that holds or held your identity key');
    for (const name of ['Change your name…', 'Renew now', 'Export private key…']) expect(buttonNamed(name).hasAttribute('disabled'), name).toBe(true);
    for (const name of ['Export public key…', 'Import private key…', 'Recover with the code…']) expect(buttonNamed(name).hasAttribute('disabled'), name).toBe(false);
    expect(await axeFindings()).toEqual([]);
  });

  it('A73: of two bars about the own key the graver one stands there alone, and the other once that was put away', async () => {
    const world = scene('identity-taken');
    world.identity.renewedElsewhere = { epoch: 6, fingerprint: fakeFingerprint(66), seenAt: Date.now() };
    await renderApp(world);
    expect(page()).toContain('Someone else renewed your identity key.');
    expect(page()).not.toContain('Another device has your identity key');
    await pressNamed('Dismiss');
    expect(page()).toContain('Another device has your identity key, and did not get it from this one.');
  });

  it('A73: where another device took the key, a bar leads to the page, which says what to do, until the person says whose doing it was', async () => {
    const { fake } = await renderApp(scene('identity-taken'));
    expect(page()).toContain('Another device has your identity key, and did not get it from this one. If that was not you, act now.');
    await pressNamed('What to do');
    expect(alertIn(tabPanel())).toContain('laptop has your identity key');
    expect(alertIn(tabPanel())).toContain('take your identity back with the code of your recovery kit');
    expect(page()).toContain('save the kit, print it');
    expect(await axeFindings()).toEqual([]);
    await pressNamed('That was me');
    expect(fake.world.identity.keyTaken).toBeUndefined();
    expect(alertIn(tabPanel())).toBeUndefined();
    expect(isThere('What to do')).toBe(false);
    expect(page()).toContain('All is well: your identity key is where you took it.');
    expect(tabPanel().contains(document.activeElement)).toBe(true);
  });

  it('A73: the device that took it is told apart from another of its name, as a thief may give theirs that of an own one', async () => {
    const world = scene('identity-taken');
    world.devices.list = world.devices.list.map((one) => ({ ...one, name: 'laptop' }));
    await open(world);
    expect(alertIn(tabPanel())).toMatch(/laptop \((known here since|number) .+\) has your identity key/u);
  });

  it('A73: a device that came onto the list without the identity key being given to it is told of as added', async () => {
    const world = scene('identity-taken');
    world.devices.list = world.devices.list.map((one) => ({ ...one, roles: [] }));
    await open(world);
    expect(alertIn(tabPanel())).toContain('laptop came onto the list of your devices by your identity key');
  });

  it('A73: whoever has no recovery key is told what is left', async () => {
    const world = scene('identity-taken');
    world.identity.recovery = 'none';
    await open(world);
    expect(alertIn(tabPanel())).toContain('you have no recovery key that would take this one back');
  });

  it('S5-22: the time between two keys can be chosen, and what follows from it is told at once', async () => {
    const { fake, model } = await open(emptyWorld());
    await model.identity.getState().setSchedule(0);
    await settle();
    expect(fake.world.settings.rotateIdentityDays).toBe(0);
    expect(page()).toContain('When you renew it');
    await turn('Keep your check marks when contacts renew');
    expect(fake.world.settings.keepCheck).toBe(false);
    expect(page()).toContain('Whoever renews has to be compared again');
  });

  it('a history that cannot be read says so and stops nothing else', async () => {
    await open(emptyWorld({ failing: new Map([['identity.keyHistory', 'internal']]) }));
    expect(alertIn(tabPanel())).toContain('Something unexpected happened.');
    expect(buttonNamed('Renew now')).toBeTruthy();
  });

  it('numbers that a recovery left out are told where the keys are listed, with why', async () => {
    const world = scene('identity');
    world.identity.ownKeys = world.identity.ownKeys.filter(({ epoch }) => epoch !== 4).map((key) => (key.epoch === 6 ? { ...key, epoch: 24 } : key));
    await open(world);
    const words = (epoch: number): string => screen.getByText(`Key number ${epoch}`).closest('li')?.textContent ?? '';
    expect(words(24)).toContain('Numbers 6 to 23 were left out: keys made elsewhere meanwhile may have them.');
    expect(words(5)).toContain('Number 4 was left out: a key made elsewhere meanwhile may have it.');
    expect(words(3)).not.toContain('left out');
  });

  it('A71 A79: a key that somebody else made is shown with what ends it, and said aloud; gone once it is settled', async () => {
    const { fake } = await open(scene('identity-stolen'));
    const shown = () => alertIn(tabPanel());
    expect(shown()).toContain('Someone else renewed your identity key');
    expect(shown()).toContain('code of your recovery kit');
    expect(screen.getAllByText(/Someone else renewed your identity key/).length).toBeGreaterThan(1);
    fake.world.identity.renewedElsewhere = undefined;
    fake.emit({ type: 'identity.changed' });
    await settle();
    expect(tabPanel().textContent).not.toContain('Someone else renewed');
  });

  it('A71 A79: a key that somebody else made stands under the title until it was read, with the way to what ends it', async () => {
    const { fake } = await renderApp(scene('identity-stolen'));
    const bars = (): HTMLElement => screen.getByRole('region', { name: 'Needs attention' });
    expect(bars().textContent).toContain('Someone else renewed your identity key');
    expect(await axeFindings()).toEqual([]);
    await pressNamed('What to do');
    expect(alertIn(tabPanel())).toContain('Someone else renewed your identity key');
    await pressNamed('Close');
    expect(bars().textContent).toContain('Someone else renewed your identity key');
    await pressNamed('Dismiss');
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
    // Another one is told anew, and what is settled is gone.
    fake.world.identity.renewedElsewhere = { epoch: 7, fingerprint: fakeFingerprint(67), seenAt: Date.now() };
    fake.emit({ type: 'identity.changed' });
    await settle();
    expect(bars().textContent).toContain('Someone else renewed your identity key');
    fake.world.identity.renewedElsewhere = undefined;
    fake.emit({ type: 'identity.changed' });
    await settle();
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
  });

  it('an imported key: no new ones until the person says that no other device uses it', async () => {
    const { fake } = await open(scene('identity-imported'));
    expect(screen.getByText(/Your key came from a file/)).toBeTruthy();
    expect(buttonNamed('Renew now').hasAttribute('disabled')).toBe(true);
    await pressNamed('No other device uses this key');
    expect(fake.world.identity.unconfirmed).toBe(false);
    expect(screen.queryByText(/Your key came from a file/)).toBeNull();
    expect(buttonNamed('Renew now').hasAttribute('disabled')).toBe(false);
  });
});

describe('the own name', () => {
  it('left as it is, it is none of a new key, and nobody is told so', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('Change your name…');
    await submitNamed('Use this name');
    expect(fake.calls).not.toContain('identity.rename');
    expect(dialogs()).toHaveLength(1);
    expect(page()).not.toContain('You have a new name');
  });

  it('what was said of one that was refused is not said of the next', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('Change your name…');
    fake.world.failing.set('identity.rename', 'input.invalid');
    write('What should people call you?', 'Ada the first');
    await submitNamed('Use this name');
    expect(fieldNamed('What should people call you?').getAttribute('aria-invalid')).toBe('true');
    write('What should people call you?', 'Ada');
    expect(fieldNamed('What should people call you?').getAttribute('aria-invalid')).toBeNull();
    write('What should people call you?', ' ');
    act(() => buttonNamed('Use this name').focus());
    await submitNamed('Use this name');
    expect(document.activeElement).toBe(fieldNamed('What should people call you?'));
  });
});

describe('an answer about the own keys that comes once one is elsewhere', () => {
  it.each([
    ['Renew now', 'rotate', 'Reading or writing the disk failed.'],
    ['Save recovery kit…', 'saveRecoveryKit', 'Reading or writing the disk failed.'],
  ] as const)('%s: that it failed is told there', async (button, call, words) => {
    const { model } = await open(emptyWorld());
    let refuse = (_thrown: Error): void => undefined;
    vi.spyOn(model.client.identity, call).mockReturnValue(new Promise<never>((_done, reject) => (refuse = reject)));
    await pressNamed(button);
    act(() => model.ui.getState().closeDialog());
    refuse(new KeyshiftError('disk.failed', ''));
    await settle();
    expect(page()).toContain(words);
  });

  it('so is where the recovery kit lies', async () => {
    const { model } = await open(emptyWorld());
    let answer = (_saved: { path: string }): void => undefined;
    vi.spyOn(model.client.identity, 'saveRecoveryKit').mockReturnValue(new Promise((done) => (answer = done)));
    await pressNamed('Save recovery kit…');
    act(() => model.ui.getState().closeDialog());
    answer({ path: '/media/stick/kit.pdf' });
    await settle();
    expect(page()).toContain('Saved as /media/stick/kit.pdf. Print it');
  });
});

describe('forgetting old keys', () => {
  it('S5-20 A84: names who would be stranded before anything is erased, and erases only when told to', async () => {
    const { fake } = await open(scene('identity'));
    await pressNamed('Forget old keys…');
    expect(within(dialog()).getByText('Forget 3 old keys?')).toBeTruthy();
    expect(within(dialog()).getByText('3 contacts lose touch with you:')).toBeTruthy();
    expect([...dialog().querySelectorAll('.stranded li')].map((item) => item.textContent)).toEqual(expect.arrayContaining([expect.stringContaining('Carla Reyes'), expect.stringContaining('Maximiliane')]));
    expect(document.activeElement?.textContent).toBe('Keep them');
    await pressNamed('Keep them');
    expect(fake.world.identity.ownKeys.filter((key) => key.held)).toHaveLength(4);
    await pressNamed('Forget old keys…');
    await pressNamed('Forget old keys');
    expect(fake.world.identity.ownKeys.filter((key) => key.held).map((key) => key.epoch)).toEqual([6]);
    // The button that led here is gone.
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-labelledby')).toBe('identity-history'));
    expect(page()).toContain('There is no old key on this device.');
    // Nor does it come back by itself as soon as there is one again.
    await pressNamed('Renew now');
    expect(page()).toContain('Forget old keys…');
    expect(dialogs()).toHaveLength(1);
  });

  it('S5-20: only those retired long ago strand fewer, and that is asked for anew', async () => {
    const { fake } = await open(scene('identity'));
    await pressNamed('Forget old keys…');
    await choose('Retired over 90 days ago (1)');
    expect(within(dialog()).getByText('Forget the old key?')).toBeTruthy();
    expect(within(dialog()).getByText('One contact loses touch with you:')).toBeTruthy();
    await pressNamed('Forget old keys');
    expect(fake.world.identity.ownKeys.filter((key) => key.held).map((key) => key.epoch)).toEqual([6, 5, 4]);
  });

  it('S5-20: all but the last one, for who missed just the last renewal', async () => {
    const { fake } = await open(scene('identity'));
    await pressNamed('Forget old keys…');
    await choose('All but the last (2)');
    expect(within(dialog()).getByText('Forget 2 old keys?')).toBeTruthy();
    await pressNamed('Forget old keys');
    expect(fake.world.identity.ownKeys.filter((key) => key.held).map((key) => key.epoch)).toEqual([6, 5]);
  });

  it('S5-20: as long as it is not known who is stranded, nothing can be erased', async () => {
    const world = scene('identity');
    world.failing.set('identity.forgetOldKeys', 'disk.failed');
    const { fake } = await open(world);
    await pressNamed('Forget old keys…');
    expect(alertIn(dialog())).toContain('Reading or writing the disk failed.');
    expect(buttonNamed('Forget old keys').hasAttribute('disabled')).toBe(true);
    expect(fake.world.identity.ownKeys.filter((key) => key.held)).toHaveLength(4);
  });
});

describe('recovery kit', () => {
  it('S5-22: is saved, and leaves the device only after the loss was named', async () => {
    const { fake } = await open(emptyWorld());
    await pressNamed('I have printed it…');
    expect(dialog().textContent).toContain('If there is no sheet yet, keep the recovery key here');
    await pressNamed('Keep it here');
    await pressNamed('Save recovery kit…');
    expect(page()).toContain('Saved as /media/stick/chosen.pdf.');
    await pressNamed('I have printed it…');
    expect(dialog().textContent).not.toContain('If there is no sheet yet');
    expect(dialog().textContent).toContain('It cannot be shown or printed again.');
    expect(document.activeElement?.textContent).toBe('Keep it here');
    expect(fake.world.identity.recovery).toBe('kept');
    await pressNamed('Take it off this device');
    expect(fake.world.identity.recovery).toBe('away');
    expect(isThere('Save recovery kit…')).toBe(false);
    expect(page()).not.toContain('Saved as');
  });

  it('giving the file up says nothing, and a kit that is not there any more says why', async () => {
    const world = emptyWorld();
    world.identity.chosenFile = undefined;
    const { fake } = await open(world);
    await pressNamed('Save recovery kit…');
    expect(alertIn(tabPanel())).toBeUndefined();
    fake.world.failing.set('identity.saveRecoveryKit', 'recovery.none');
    await pressNamed('Save recovery kit…');
    expect(alertIn(tabPanel())).toContain('There is no recovery key here to print.');
  });

  it('A73: the code takes the identity back; a wrong one changes nothing and stays in its field, unread until shown', async () => {
    const { fake } = await open(scene('identity'));
    await pressNamed('Recover with the code…');
    // Above another dialog, too, one may type at once.
    expect(document.activeElement).toBe(fieldNamed('Recovery code'));
    expect(dialog().textContent).toContain('All earlier keys are revoked and erased here.');
    await submitNamed('Take identity back');
    expect(page()).toContain('Enter the code of your sheet.');
    write('Recovery code', 'slip-of-the-pen');
    await submitNamed('Take identity back');
    // By its own checksum: nothing is said of whose it would be, nor where the slip is.
    expect(page()).toContain('This is no whole recovery code: a character is wrong, missing or too many, or two are swapped.');
    expect(page()).not.toContain('of this identity.');
    write('Recovery code', 'KEEP-THIS-SHEEP');
    await submitNamed('Take identity back');
    expect(page()).toContain('That is not the recovery code of this identity.');
    expect(fieldNamed('Recovery code').type).toBe('password');
    expect(fieldNamed('Recovery code').value).toBe('KEEP-THIS-SHEEP');
    expect(fake.world.identity.ownKeys[0]?.epoch).toBe(6);
    write('Recovery code', 'KEEP-THIS-SHEET');
    await submitNamed('Take identity back');
    expect(dialogs()).toHaveLength(1);
    expect(page()).toContain('Your identity has a new key, number 7.');
    expect(fake.world.identity.ownKeys.filter((key) => key.held)).toHaveLength(1);
  });

  it('S4-32 A73: asks which other devices go on, none before it is said; the rest is suspended', async () => {
    const { fake } = await open(scene('devices-elsewhere'));
    const others = fake.world.devices.list.filter(({ current, state }) => !current && state === 'active');
    expect(others.length).toBeGreaterThan(1);
    await pressNamed('Recover with the code…');
    const switches = () => [...dialog().querySelectorAll<HTMLInputElement>('[role=group] [role=switch]')];
    expect(switches().map(({ checked }) => checked)).toEqual(others.map(() => false));
    expect(dialog().textContent).toContain('laptop, where the identity key was');
    const kept = others.find(({ roles }) => !roles.includes('certifier'));
    switches()[others.findIndex((each) => each === kept)]?.click();
    await settle();
    write('Recovery code', 'KEEP-THIS-SHEET');
    await submitNamed('Take identity back');
    const states = fake.world.devices.list.filter(({ instanceId }) => others.some((each) => each.instanceId === instanceId)).map(({ instanceId, state }) => [instanceId, state]);
    expect(states).toEqual(others.map(({ instanceId }) => [instanceId, instanceId === kept?.instanceId ? 'active' : 'suspended']));
  });

  it('without one nothing is offered', async () => {
    await open(scene('identity-bare'));
    expect(page()).toContain('This identity has no recovery key.');
    expect(isThere('Recover with the code…')).toBe(false);
  });
});

async function turn(words: string): Promise<void> {
  screen.getByLabelText(words, { selector: 'input[role=switch]' }).click();
  await settle();
}
