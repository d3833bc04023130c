// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import { english } from '../../../../renderer/i18n/messages';
import { pseudo } from '../../../../renderer/i18n/pseudo';
import { busyWorld } from '../../../preview/scenes';
import { emptyWorld, type World } from '../../../preview/fake-world';
import { axeFindings } from '../axe';
import { pressKey, shortcut } from '../open-talk';
import { renderApp, settle, type Running } from '../render-app';

const onion = `${'abcdefgh'.repeat(7)}.onion:47110`;

async function openNetwork(world: World = emptyWorld()): Promise<Running> {
  const running = await renderApp(world);
  await shortcut(',', { ctrlKey: true });
  await chooseTab('Network');
  return running;
}
async function chooseTab(name: string): Promise<void> {
  fireEvent.click(screen.getByRole('tab', { name }));
  await settle();
}
const field = (name: string): HTMLInputElement => screen.getByLabelText<HTMLInputElement>(name, { selector: 'input' });
const proxy = (): HTMLInputElement => field('Proxy (SOCKS5)');
const write = (input: HTMLInputElement, value: string): void => void fireEvent.change(input, { target: { value } });
/** A switch or a button that submits: what the browser makes of a key is a click. */
const press = async (target: HTMLElement): Promise<void> => {
  fireEvent.click(target);
  await settle();
};
const save = (): Promise<void> => press(screen.getByRole('button', { name: 'Save' }));
const page = (): string => screen.getByRole('tabpanel', { name: 'Network' }).textContent ?? '';
const tell = async (task: () => void): Promise<void> => {
  act(task);
  await settle();
};

describe('finding contacts on this network', () => {
  it('says what others there see, what it found, and what off means', async () => {
    const { fake } = await openNetwork(busyWorld(Date.now()));
    expect(page()).toContain('They do not see who you are or whom you know');
    expect(page()).toContain('One device of a contact is here right now.');
    await press(screen.getByRole('switch', { name: 'Find contacts on this network' }));
    expect(fake.world.settings.findOnNetwork).toBe(false);
    expect(page()).toContain('Nobody there is told that you use Keyshift.');
    expect(page()).not.toContain('right now');
    expect(await axeFindings()).toEqual([]);
  });

  it('says when the network does not let it', async () => {
    await openNetwork(emptyWorld({ network: { lan: { state: 'failed', seen: 0 } } }));
    expect(page()).toContain('This network does not let devices find each other.');
  });
});

describe('letting the router pass connections on', () => {
  it('is off until wanted, and tells each state as it comes', async () => {
    const { fake } = await openNetwork();
    expect(screen.getByRole<HTMLInputElement>('switch', { name: 'Let the router pass connections on' }).checked).toBe(false);
    await press(screen.getByRole('switch', { name: 'Let the router pass connections on' }));
    expect(fake.world.settings.portMapping).toBe(true);
    expect(page()).toContain('Asking the router…');
    for (const [portMapping, words] of [
      [{ state: 'mapped', address: '198.51.100.9:47110', method: 'upnp' }, 'Reachable from outside at 198.51.100.9:47110.'],
      [{ state: 'none' }, 'No router here offers this.'],
      [{ state: 'failed' }, 'The router refused.'],
    ] as const) {
      await tell(() => fake.tellNetwork({ portMapping }));
      expect(page()).toContain(words);
    }
  });

  it('on, and nothing comes of it because only this computer is listened to: it says so', async () => {
    const { fake } = await openNetwork(emptyWorld({ network: { listening: ['127.0.0.1:4800'], portMapping: { state: 'off' } } }));
    expect(page()).not.toContain('nothing to pass on');
    await press(screen.getByRole('switch', { name: 'Let the router pass connections on' }));
    await tell(() => fake.tellNetwork({ portMapping: { state: 'off' } }));
    expect(page()).toContain('There is nothing to pass on');
    await tell(() => fake.tellNetwork({ listening: ['127.0.0.1:4800', '0.0.0.0:4801'] }));
    expect(page()).not.toContain('nothing to pass on');
  });
});

describe('the proxy', () => {
  it('what is no proxy has its sentence at the field, which has the focus; nothing is saved and nothing lost', async () => {
    const { fake } = await openNetwork();
    for (const [typed, words] of [
      ['http://127.0.0.1:8080', 'Only SOCKS5 proxies can be used.'],
      ['me:word@127.0.0.1:1080', 'A proxy that asks for a name and a password cannot be used.'],
      ['127.0.0.1', 'The port is missing: add it after a colon'],
      ['127.0.0.1:70000', 'A port is a number from 1 to 65535.'],
      ['::1:9050', 'Write an IPv6 address in brackets'],
      ['my proxy:9050', 'That is not a host'],
    ] as const) {
      write(proxy(), typed);
      await save();
      expect(proxy().getAttribute('aria-invalid')).toBe('true');
      expect(page()).toContain(words);
      expect(document.activeElement).toBe(proxy());
      expect(proxy().value).toBe(typed);
      write(proxy(), '127.0.0.1:9050');
      expect(page()).not.toContain(words);
    }
    expect(fake.calls).not.toContain('settings.set');
  });

  it('nothing is called wrong while it is being typed for the first time', async () => {
    await openNetwork();
    write(proxy(), '127');
    expect(proxy().getAttribute('aria-invalid')).toBeNull();
  });

  it('Tor is one press; then its state is told, and it can be taken away', async () => {
    const { fake } = await openNetwork();
    expect(page()).toContain('Your contacts do not see your address');
    await pressKey(screen.getByRole('button', { name: 'Use Tor on this computer (127.0.0.1:9050)' }));
    expect(fake.world.settings.proxy).toBe('socks5://127.0.0.1:9050');
    expect(proxy().value).toBe('127.0.0.1:9050');
    expect(document.activeElement).toBe(proxy());
    expect(screen.getByText('All connections go through 127.0.0.1:9050 from now on.')).toBeTruthy();
    expect(page()).toContain('Not tried yet. The next connection tells.');
    expect(page()).toContain('Off while a proxy is set.');
    await tell(() => fake.tellNetwork({ proxy: { state: 'working', address: '127.0.0.1:9050' } }));
    expect(page()).toContain('The proxy works.');
    await tell(() => fake.tellNetwork({ proxy: { state: 'failed', address: '127.0.0.1:9050' } }));
    expect(page()).toContain('The proxy does not answer. Is Tor, or the proxy program, running?');
    expect(await axeFindings()).toEqual([]);
    fake.world.network = {};
    await pressKey(screen.getByRole('button', { name: 'Remove' }));
    expect(fake.world.settings.proxy).toBe('');
    expect(screen.getByText('No proxy is used any more.')).toBeTruthy();
    expect(document.activeElement).toBe(proxy());
  });

  it('Enter in the field saves; a failure of saving keeps what was typed', async () => {
    const { fake } = await openNetwork();
    fake.world.failing.set('settings.set', 'disk.full');
    write(proxy(), 'localhost:1080');
    fireEvent.submit(proxy().form ?? proxy());
    await settle();
    expect(screen.getByRole('alert').textContent).toMatch(/The disk is full/);
    expect(proxy().value).toBe('localhost:1080');
    fake.world.failing.clear();
    fireEvent.submit(proxy().form ?? proxy());
    await settle();
    expect(fake.world.settings.proxy).toBe('socks5://localhost:1080');
    expect(page()).not.toContain('Not saved yet.');
  });
});

describe('what is typed and not saved', () => {
  it('is still there after another tab, after closing, and after a lock; closing says so', async () => {
    const { fake } = await openNetwork();
    write(proxy(), 'proxy.example');
    expect(page()).toContain('Not saved yet.');
    await chooseTab('Appearance');
    await chooseTab('Network');
    expect(proxy().value).toBe('proxy.example');
    // What had the focus went with the tab: the dialog takes it in the next frame.
    await vi.waitFor(() => expect(document.activeElement).not.toBe(document.body));
    await shortcut('Escape');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByText(/is not saved yet\. It is still there when you come back\./)).toBeTruthy();
    await tell(() => {
      fake.world.vault = 'locked';
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    await tell(() => {
      fake.world.vault = 'open';
      fake.emit({ type: 'vault.changed', state: 'open' });
    });
    await shortcut(',', { ctrlKey: true });
    await chooseTab('Network');
    expect(proxy().value).toBe('proxy.example');
    expect(fake.calls).not.toContain('settings.set');
    await pressKey(screen.getByRole('button', { name: 'Undo' }));
    expect(proxy().value).toBe('');
    expect(page()).not.toContain('Not saved yet.');
    await shortcut('Escape');
    expect(screen.queryByText(/is not saved yet/)).toBeNull();
  });

  it('is still there when what was saved just before it is, or is refused', async () => {
    const { model } = await openNetwork();
    const { set } = model.client.settings;
    let end = (): void => undefined;
    const asked = vi.spyOn(model.client.settings, 'set').mockImplementation((change) => new Promise((resolve, reject) => (end = () => void set(change).then(resolve, reject))));
    write(proxy(), 'proxy.example:9050');
    await save();
    write(proxy(), 'other.example:9050');
    await tell(() => end());
    expect(proxy().value).toBe('other.example:9050');
    expect(page()).toContain('Not saved yet.');
    asked.mockImplementation(() => new Promise((_resolve, reject) => (end = () => reject(new KeyshiftError('input.invalid', '')))));
    await save();
    write(proxy(), 'third.example:9050');
    await tell(() => end());
    expect(proxy().value).toBe('third.example:9050');
    expect(proxy().getAttribute('aria-invalid')).not.toBe('true');
  });

  it('stays under the hands of who types it as the address of another field is saved, or refused', async () => {
    const { model } = await openNetwork();
    const { set } = model.client.settings;
    let end = (): void => undefined;
    const asked = vi.spyOn(model.client.settings, 'set').mockImplementation((change) => new Promise((resolve, reject) => (end = () => void set(change).then(resolve, reject))));
    const saveByKey = async (): Promise<void> => {
      act(() => screen.getByRole('button', { name: 'Save' }).focus());
      await save();
    };
    write(proxy(), 'proxy.example:9050');
    await saveByKey();
    act(() => field('Your onion address').focus());
    await tell(() => end());
    expect(document.activeElement).toBe(field('Your onion address'));
    asked.mockImplementation(() => new Promise((_resolve, reject) => (end = () => reject(new KeyshiftError('disk.full', '')))));
    write(proxy(), 'other.example:9050');
    await saveByKey();
    act(() => field('Your onion address').focus());
    await tell(() => end());
    expect(document.activeElement).toBe(field('Your onion address'));
  });
});

describe('the onion address', () => {
  it('what is none is not saved, and says why', async () => {
    const { fake } = await openNetwork();
    for (const [typed, words] of [
      ['duckduckgogg42xj.onion:80', 'of the old kind'],
      ['example.org:80', 'An onion address ends in .onion'],
      [onion.slice(1), 'has 56 letters and digits'],
      [onion.replace(':47110', ''), 'The port is missing'],
    ] as const) {
      write(field('Your onion address'), typed);
      await save();
      expect(page()).toContain(words);
    }
    expect(fake.world.settings.onionAddress).toBe('');
  });

  it('one that is refused because its letters do not add up says so at the field, and stays', async () => {
    const { fake } = await openNetwork();
    fake.world.failing.set('settings.set', 'input.invalid');
    write(field('Your onion address'), onion);
    await save();
    expect(page()).toContain('There is a typo in this onion address');
    expect(document.activeElement).toBe(field('Your onion address'));
    expect(field('Your onion address').getAttribute('aria-invalid')).toBe('true');
    expect(field('Your onion address').value).toBe(onion);
    expect(screen.queryByRole('alert')).toBeNull();
    write(field('Your onion address'), `${onion}1`);
    expect(page()).not.toContain('There is a typo');
    write(field('Your onion address'), onion);
    await save();
    await press(screen.getByRole('button', { name: 'Undo' }));
    expect(field('Your onion address').value).toBe('');
    expect(page()).not.toContain('There is a typo');
  });

  it('is saved and taken away, and the lines for Tor can be copied', async () => {
    const copied: string[] = [];
    Object.assign(navigator, { clipboard: { writeText: async (text: string) => void copied.push(text) } });
    const { fake } = await openNetwork();
    write(field('Your onion address'), onion);
    await save();
    expect(fake.world.settings.onionAddress).toBe(onion);
    await pressKey(screen.getByRole('button', { name: 'How to set one up' }));
    await pressKey(screen.getByRole('button', { name: 'Copy the lines' }));
    expect(copied).toEqual(['HiddenServiceDir /var/lib/tor/keyshift/\nHiddenServicePort 47110 127.0.0.1:47110']);
    await pressKey(screen.getByRole('button', { name: 'Remove' }));
    expect(fake.world.settings.onionAddress).toBe('');
  });
});

describe('the made-up language', () => {
  it('finds no word of the page untranslated', async () => {
    const world = emptyWorld();
    world.settings = { ...world.settings, language: 'pseudo', proxy: 'socks5://127.0.0.1:9050', portMapping: true };
    await renderApp(world);
    await shortcut(',', { ctrlKey: true });
    await chooseTab(pseudo(english['settings.tab.network']));
    const panel = screen.getByRole('tabpanel');
    const plain = [...panel.querySelectorAll('p, li, h3, label, button')].map((one) => one.textContent ?? '').filter((text) => text.trim() !== '' && !text.includes('⟦'));
    expect(plain).toEqual([]);
    expect(within(panel).getAllByRole('switch')).toHaveLength(2);
  });
});

describe('bad questions about the own keys', () => {
  it('S5-11: are one line for those who look, with how many and whence, and no word elsewhere', async () => {
    const { fake } = await openNetwork(emptyWorld({ network: { turnedAway: { count: 100_000, since: Date.now(), from: '203.0.113.9' } } }));
    expect(page().match(/turned away/gu)).toHaveLength(1);
    expect(page()).toMatch(/Since \d\d?:\d\d.*, 100,000 questions about your keys were turned away, the last from 203\.0\.113\.9\. Nobody learned anything/u);
    expect(document.body.textContent.match(/turned away/gu)).toHaveLength(1);
    expect(await axeFindings()).toEqual([]);
    fake.world.network = {};
    await tell(() => fake.emit({ type: 'network.changed' }));
    expect(page()).not.toContain('turned away');
  });
});
