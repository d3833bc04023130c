// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { linkFailure } from '../../../../renderer/features/devices/link-failures';
import { english, type TextId } from '../../../../renderer/i18n/messages';
import { shortestDeviceLink } from '../../../../shared/device-link-length';
import { errorCodes } from '../../../../shared/errors';
import type { Linking } from '../../../../shared/model/device';
import { deviceLinkText } from '../../../preview/fake-devices';
import { emptyWorld, type World } from '../../../preview/fake-world';
import { scenes } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { buttonNamed, fieldNamed, openSettings, page, pressNamed, submitNamed, write } from '../open-settings';
import { fileOf } from '../file-of';
import { pressKey } from '../open-talk';
import { renderApp, settle, type Running } from '../render-app';

const passphrase = 'correct horse battery staple';
const tell = async ({ fake }: Running, linking: Linking): Promise<void> => {
  await act(async () => fake.tellLinking(linking));
  await settle();
};
const heading = (): string | null => document.querySelector('.nearby-heading')?.textContent ?? null;
const focused = (): string | undefined => document.getElementById(document.activeElement?.getAttribute('aria-labelledby') ?? '')?.textContent ?? undefined;
const compare = (side: 'existing' | 'new', deviceName: string): Linking => ({ side, stage: 'comparing', digits: '428301', deviceName });

describe('the end of a linking', () => {
  it('that was put away stays away, over a lock too; the next one is told', async () => {
    const running = await renderApp(emptyWorld());
    const told = (): string => screen.queryByRole('region', { name: 'Needs attention' })?.textContent ?? '';
    const done: Linking = { side: 'new', stage: 'done', deviceName: 'desk' };
    await tell(running, { side: 'new', stage: 'transferring', deviceName: 'desk' });
    await tell(running, done);
    expect(told()).not.toBe('');
    await pressKey(buttonNamed('Dismiss'));
    expect(told()).toBe('');
    for (const state of ['locked', 'open'] as const) {
      await act(async () => {
        running.fake.world.vault = state;
        running.fake.emit({ type: 'vault.changed', state });
      });
      await settle();
    }
    expect(told()).toBe('');
    await tell(running, { side: 'existing', stage: 'transferring', deviceName: 'laptop' });
    await tell(running, { side: 'existing', stage: 'done', deviceName: 'laptop' });
    expect(told()).toContain('laptop');
  });
});

describe('letting a new device in', () => {
  const begin = async (): Promise<Running> => {
    const running = await openSettings(emptyWorld(), 'Devices');
    await pressNamed('Link a device…');
    return running;
  };
  const dialog = (): HTMLElement => screen.getByRole('dialog', { name: 'Link a device' });

  it('link, digits, keys, history: by keyboard alone, each page read from its head', async () => {
    const running = await begin();
    expect(document.activeElement).toBe(buttonNamed('Create link'));
    expect(await axeFindings()).toEqual([]);
    await pressNamed('Create link');
    expect(screen.getByRole('img', { name: 'Link for a new device, as a QR code' })).toBeTruthy();
    expect(fieldNamed('Link for the other device').value).toBe(deviceLinkText);
    expect(page()).toContain('Valid for 10 min');
    await tell(running, compare('existing', 'laptop'));
    // Of no use any more, and gone.
    expect(document.documentElement.innerHTML).not.toContain(deviceLinkText);
    expect(running.model.devices.getState().offer).toBeUndefined();
    expect(focused()).toBe('Do both screens show this?');
    expect(dialog().textContent).toContain('laptop wants to become one of your devices.');
    expect(screen.getByTestId('meeting-digits').textContent).toContain('4 2 8, 3 0 1');
    expect(await axeFindings()).toEqual([]);
    await pressNamed('Same on both screens');
    expect(heading()).toBe('Now the other screen');
    await tell(running, { side: 'existing', stage: 'transferring', deviceName: 'laptop' });
    expect(heading()).toBe('Handing over the keys');
    await tell(running, { side: 'existing', stage: 'transferring', deviceName: 'laptop', progress: { done: 25, total: 100 } });
    expect(dialog().textContent).toContain('25%: 25 of 100 entries');
    await pressNamed('Close');
    // Back where it was begun, and it goes on.
    expect(screen.getByRole('dialog', { name: 'Settings' })).toBeTruthy();
    await pressNamed('Close');
    expect(page()).toContain('Your history is on its way to laptop. 25%');
    await tell(running, { side: 'existing', stage: 'done', deviceName: 'laptop' });
    expect(page()).toContain('laptop is one of your devices now.');
    await pressNamed('Dismiss');
    expect(document.querySelector('.bar')).toBeNull();
  });

  it('different digits end it with what happened, what is safe and what to do next', async () => {
    const running = await begin();
    await pressNamed('Create link');
    await tell(running, compare('existing', 'laptop'));
    await pressNamed('Different');
    expect(focused()).toBe('The digits differ');
    expect(dialog().textContent).toMatch(/What happened.*Somebody may stand between.*What is safe.*No key and no message was handed over.*What to do next.*Create a new link/);
    expect(await axeFindings()).toEqual([]);
    await pressNamed('Back');
    expect(buttonNamed('Create link')).toBeTruthy();
  });

  it('a refusal is told on the page; a link can be called off; a lock forgets it', async () => {
    const running = await begin();
    const { fake, model } = running;
    fake.world.failing.set('devices.link', 'device.too-many');
    await pressNamed('Create link');
    expect(dialog().textContent).toContain('You have as many devices as one person can have.');
    fake.world.failing.clear();
    await pressNamed('Create link');
    await pressNamed('Cancel');
    expect(fake.calls).toContain('devices.cancel');
    expect(buttonNamed('Create link')).toBeTruthy();
    await pressNamed('Create link');
    act(() => {
      fake.world.vault = 'locked';
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    await settle();
    expect(model.devices.getState().offer).toBeUndefined();
    expect(document.documentElement.innerHTML).not.toContain(deviceLinkText);
    // What is still told of it meanwhile reaches nobody.
    await tell(running, compare('existing', 'laptop'));
    expect(model.devices.getState().linking).toEqual({ stage: 'idle' });
  });

  it('where the link ends, or comes anew, the focus is at what is to be read then', async () => {
    const { model } = await begin();
    await pressNamed('Create link');
    const offer = document.activeElement;
    act(() => buttonNamed('Copy link').focus());
    act(() => model.devices.setState(({ offer: made }) => ({ offer: made && { ...made, expiresAt: 1 } })));
    expect(dialog().textContent).toContain('The link is no longer valid.');
    await vi.waitFor(() => expect(document.activeElement).toBe(dialog().querySelector('.nearby-page')));
    await pressNamed('Create a new link');
    expect(dialog().textContent).not.toContain('The link is no longer valid.');
    await vi.waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe(offer?.getAttribute('aria-label')));
  });

  it('a window that was reloaded finds its way back, and what was over before is no news', async () => {
    const world = scenes['link-compare']?.(Date.now());
    if (world === undefined) throw new Error('no scene');
    await renderApp(world);
    expect(page()).toContain('Six digits wait to be compared with a new device of yours.');
    await pressNamed('Show');
    expect(heading()).toBe('Do both screens show this?');
    const over = emptyWorld();
    over.devices.linking = { side: 'existing', stage: 'failed', failure: 'device.link-expired' };
    const { model } = await renderApp(over);
    expect(model.devices.getState().aside).toBe(true);
  });

  it('every code a linking can fail with has a title, and says on either side what is safe and what is next', () => {
    const text = (id: TextId): string => english[id];
    for (const code of errorCodes) {
      for (const side of ['existing', 'new'] as const) {
        const failure = linkFailure(code, side, text, 'what it is');
        expect(Object.values(failure).every((part) => typeof part === 'string' && part.length > 5), code).toBe(true);
      }
    }
    const own = errorCodes.filter((code) => code.startsWith('device.') && linkFailure(code, 'new', text, '').what !== '');
    expect(own).toEqual(expect.arrayContaining(['device.digits-differ', 'device.link-expired', 'device.link-refused', 'device.not-connected', 'device.link-garbled', 'device.link-newer']));
  });
});

describe('becoming a device of somebody who is here already', () => {
  const first = async (world: World = emptyWorld()): Promise<Running> => {
    world.vault = 'absent';
    const running = await renderApp(world);
    await pressKey(buttonNamed('I already use Keyshift on another device'));
    return running;
  };
  const fill = (link: string): void => {
    write('Link from the other device', link);
    write('Name of this device', 'laptop');
    write('Passphrase for this device', passphrase);
    write('Repeat the passphrase', passphrase);
  };

  it('an invitation is told as one, before anything is sent, and the passphrase stays', async () => {
    const { fake } = await first();
    fill('keyshift:invite/AQ');
    await submitNamed('Go on');
    expect(page()).toContain('This is an invitation to a person and no link for a new device.');
    expect(page()).toContain('Settings → Devices');
    expect(fake.calls).not.toContain('devices.join');
    expect(fieldNamed('Passphrase for this device').value).toBe(passphrase);
    expect(document.activeElement).toBe(fieldNamed('Link from the other device'));
    write('Link from the other device', deviceLinkText);
    expect(page()).not.toContain('This is an invitation to a person');
  });

  it('a pasted link that was cut off, or is of another kind, is told beside the field at once', async () => {
    await first();
    for (const [link, words] of [[deviceLinkText.slice(0, shortestDeviceLink - 1), 'or a part of it is missing'], ['keyshift:invite/AQ', 'This is an invitation to a person'], ['https://example.org', 'it begins with keyshift:.']] as const) {
      write('Link from the other device', link);
      expect(page()).toContain(words);
    }
    write('Link from the other device', deviceLinkText.slice(0, shortestDeviceLink));
    expect(page()).not.toContain('a part of it is missing');
    // Typed, it is looked at once it is to be used.
    for (const typed of ['k', 'ke']) write('Link from the other device', typed);
    expect(page()).not.toContain('This is no link for a new device');
  });

  it('a file that is read to its end only after a link was typed takes nothing of that away', async () => {
    await first();
    const late: { read?: () => void } = {};
    const secret = fileOf('key.pem', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
    const slow = Object.assign(new File(['x'], 'key.pem'), { slice: () => Object.assign(new Blob(['x']), { arrayBuffer: () => new Promise<ArrayBuffer>((resolve) => (late.read = () => void secret.arrayBuffer().then(resolve))) }) });
    fireEvent.drop(screen.getByTestId('link-field'), { dataTransfer: { files: [slow] } });
    write('Link from the other device', deviceLinkText);
    late.read?.();
    await settle();
    expect(fieldNamed('Link from the other device').value).toBe(deviceLinkText);
    expect(page()).not.toContain('This is a private key.');
    expect(page()).not.toContain('Reading');
  });

  it('a page that comes while somebody types in the help leaves them there; behind it they are at that page', async () => {
    const running = await first();
    fill(deviceLinkText);
    await submitNamed('Go on');
    act(() => running.model.ui.getState().showHelp(true));
    await settle();
    const search = document.activeElement;
    expect(search?.matches('input')).toBe(true);
    const left = vi.fn();
    search?.addEventListener('blur', left);
    await tell(running, compare('new', 'desk'));
    expect([document.activeElement === search, left.mock.calls.length]).toEqual([true, 0]);
    act(() => running.model.ui.getState().showHelp(false));
    await vi.waitFor(() => expect(focused()).toBe('Do both screens show this?'));
  });

  it('takes link, name and passphrase, which are gone once sent; then digits, keys, and the window of the app', async () => {
    const running = await first();
    const { fake, model } = running;
    expect(document.activeElement).toBe(fieldNamed('Link from the other device'));
    fieldNamed('Repeat the passphrase').focus();
    await submitNamed('Go on');
    expect(document.activeElement).toBe(fieldNamed('Link from the other device'));
    expect(page()).toContain('Paste the link, or read its code.');
    expect(page()).toContain('Enter a name for this device.');
    expect(await axeFindings()).toEqual([]);
    write('Link from the other device', deviceLinkText);
    await submitNamed('Go on');
    expect(document.activeElement).toBe(fieldNamed('Name of this device'));
    fill('https://example.org');
    await submitNamed('Go on');
    expect(page()).toContain('This is no link for a new device: it begins with keyshift:.');
    expect(fieldNamed('Passphrase for this device').value).toBe(passphrase);
    expect(fake.calls).not.toContain('devices.join');
    // An invitation begins the same, and is refused by who can read it.
    fill('keyshift:i/1/abc');
    act(() => fieldNamed('Repeat the passphrase').focus());
    await submitNamed('Go on');
    expect(page()).toContain('This is no link for a new device, or a part of it is missing.');
    expect(page()).toContain('To go on, choose the passphrase once more.');
    expect(fieldNamed('Passphrase for this device').value).toBe('');
    // Every field was closed meanwhile, and the focus nowhere.
    await vi.waitFor(() => expect(document.activeElement).toBe(fieldNamed('Link from the other device')));
    expect(fake.world.vault).toBe('absent');
    fill(deviceLinkText);
    await submitNamed('Go on');
    expect(heading()).toBe('Looking for the other device');
    expect(await axeFindings()).toEqual([]);
    await tell(running, compare('new', 'desk'));
    expect(focused()).toBe('Do both screens show this?');
    expect(await axeFindings()).toEqual([]);
    await pressNamed('Same on both screens');
    expect(heading()).toBe('Now the other screen');
    await tell(running, { side: 'new', stage: 'transferring', deviceName: 'desk' });
    expect(page()).toContain('This device gets its keys.');
    await tell(running, { side: 'new', stage: 'transferring', deviceName: 'desk', progress: { done: 1, total: 4 } });
    expect(model.session.getState().phase).toBe('open');
    expect(page()).toContain('Your history is on its way to this device. Until it is here, contacts are not connected. 25%');
    expect(document.documentElement.innerHTML).not.toContain(passphrase);
    expect(document.documentElement.innerHTML).not.toContain(deviceLinkText);
    await tell(running, { side: 'new', stage: 'done', deviceName: 'desk' });
    expect(page()).toContain('Your history is here');
  });

  it('a failure leads back to the link; nothing was made', async () => {
    const running = await first();
    fill(deviceLinkText);
    await submitNamed('Go on');
    await tell(running, { side: 'new', stage: 'failed', failure: 'device.not-connected' });
    expect(focused()).toBe('The devices did not find each other');
    expect(page()).toContain('Bring both devices into one network and keep Keyshift open and unlocked on the other one.');
    await pressNamed('Back to the link');
    fill(deviceLinkText);
    await submitNamed('Go on');
    // They had found each other: where the link leads is not to blame.
    await tell(running, { side: 'new', stage: 'failed', failure: 'device.link-lost' });
    expect(focused()).toBe('The other device is gone');
    await pressNamed('Back to the link');
    // The link is used up, the passphrase gone; what the device is called stays.
    expect(fieldNamed('Link from the other device').value).toBe('');
    expect(fieldNamed('Name of this device').value).toBe('laptop');
    expect(running.fake.world.vault).toBe('absent');
    await pressNamed('Begin with a new identity');
    expect(document.activeElement).toBe(fieldNamed('Your name'));
  });

  it('asks the main process for the camera before there is a vault, and says what a picture without a code is', async () => {
    const { fake } = await first();
    await pressNamed('Use the camera');
    await vi.waitFor(() => expect(page()).toContain('The camera was not allowed. Choose a picture of the code, or paste the link.'));
    expect(fake.calls).toContain('contacts.useCamera');
    fireEvent.drop(screen.getByTestId('link-field'), { dataTransfer: { files: [fileOf('notes.txt', 'no picture')] } });
    await vi.waitFor(() => expect(page()).toContain('Keyshift does not read this file.'));
  });
});
