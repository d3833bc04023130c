import { describe, expect, test, vi } from 'vitest';
import type { Address } from '../../../electron/engine/ports';
import { NetworkFacts } from '../../../electron/services/network-facts';
import { NetworkSettings } from '../../../electron/services/network-settings';
import { OwnAddresses } from '../../../electron/services/own-addresses';
import { PortMapping } from '../../../electron/services/port-mapping';
import type { Mapping, PortMapper, Preferences, PreferencesStore } from '../../../electron/services/ports';
import { settingsService } from '../../../electron/services/settings-service';
import { WatchedPreferences } from '../../../electron/services/watched-preferences';
import { defaultSettings, type Settings } from '../../../shared/model/settings';

const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';
const home: Address = { host: '192.168.1.20', port: 4800 };
const outside: Address = { host: '45.0.0.1', port: 4800 };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

interface Asked {
  readonly port: number;
  tell(mapping: Mapping): void;
  /** The router has taken it back. */
  end(): void;
  readonly ended: () => boolean;
  /** How long that is waited for, milliseconds. */
  readonly within: () => number | undefined;
}

function house(change: Partial<Settings> = {}) {
  let preferences: Preferences = { settings: { ...defaultSettings, ...change } };
  const store: PreferencesStore = {
    get: () => preferences,
    set: (next) => {
      preferences = { ...preferences, ...next };
    },
  };
  const watched = new WatchedPreferences(store);
  const asked: Asked[] = [];
  const mapper: PortMapper = {
    map: (port, onChange) => {
      let over: number | undefined;
      let end: () => void = () => {};
      const done = new Promise<void>((resolve) => {
        end = resolve;
      });
      asked.push({ port, tell: onChange, end, ended: () => over !== undefined, within: () => over });
      return (within) => {
        over = within;
        return done;
      };
    },
  };
  const chosen: unknown[] = [];
  const told: string[] = [];
  const addresses = new OwnAddresses();
  addresses.set('local', [home]);
  const facts = new NetworkFacts();
  facts.onChange(() => {
    const { state } = facts.get('portMapping');
    if (state !== (told.at(-1) ?? 'off')) told.push(state);
  });
  const mapping = new PortMapping({ mapper, addresses, network: facts, logger: silent });
  let open = true;
  let ways = 0;
  const proxy = { use: (choice: unknown) => void chosen.push(choice), state: 'untried' as const, onState: () => () => undefined };
  const network = new NetworkSettings({ preferences: watched, addresses, network: facts, proxy, mapping, isOpen: () => open, onOtherWay: () => void (ways += 1) });
  watched.onChange(() => network.apply());
  const settings = settingsService({ preferences: watched });
  return {
    asked,
    chosen,
    told,
    addresses,
    mapping,
    network,
    settings,
    facts,
    ways: () => ways,
    listening: (at: Address) => {
      facts.listensAt(at);
      network.apply();
    },
    lock: (locked: boolean) => {
      open = !locked;
      network.apply();
    },
  };
}

/** Lets promises that are done be heard. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('port mapping', () => {
  test('is asked for only when it is wanted, the vault is open and no proxy is set', async () => {
    const { asked, settings, lock, listening } = house();
    listening(home);
    await turn();
    expect(asked).toEqual([]);
    await settings.set({ portMapping: true });
    await turn();
    expect(asked.map(({ port }) => port)).toEqual([4800]);
    lock(true);
    expect(asked[0]?.ended()).toBe(true);
    asked[0]?.end();
    lock(false);
    await turn();
    expect(asked).toHaveLength(2);
    await settings.set({ proxy: 'socks5://127.0.0.1:9050' });
    expect(asked[1]?.ended()).toBe(true);
    asked[1]?.end();
    await turn();
    await settings.set({ proxy: '' });
    await turn();
    expect(asked).toHaveLength(3);
    await settings.set({ portMapping: false });
    expect(asked[2]?.ended()).toBe(true);
  });

  test('a router is given time to take it back while the program goes on, and two seconds where somebody waits', async () => {
    const { asked, mapping, lock, listening } = house({ portMapping: true });
    listening(home);
    await turn();
    mapping.networkChanged();
    expect(asked[0]?.within()).toBe(2_000);
    asked[0]?.end();
    await turn();
    lock(true);
    expect(asked[1]?.within()).toBe(20_000);
    // It has not answered yet: the program's end does not wait for the rest of that time.
    vi.useFakeTimers();
    try {
      let stopped = false;
      const stopping = mapping.stop().then(() => (stopped = true));
      await vi.advanceTimersByTimeAsync(1_999);
      expect(stopped).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect(stopped).toBe(true);
      await stopping;
    } finally {
      vi.useRealTimers();
    }
  });

  test('at the end of the program a router that holds it has two seconds', async () => {
    const { asked, mapping, listening } = house({ portMapping: true });
    listening(home);
    await turn();
    const stopping = mapping.stop();
    expect(asked[0]?.within()).toBe(2_000);
    asked[0]?.end();
    await stopping;
  });

  test.each(['127.0.0.1', '127.9.9.9', '::1'])('is not asked for while %s is listened on', async (host) => {
    const { asked, facts, listening } = house({ portMapping: true });
    listening({ host, port: 4800 });
    await turn();
    expect(asked).toEqual([]);
    expect(facts.get('portMapping')).toEqual({ state: 'off' });
  });

  test('what the router gave is told to contacts for as long as it holds', async () => {
    const { asked, addresses, facts, mapping, listening, told } = house({ portMapping: true });
    listening(home);
    await turn();
    expect(facts.get('portMapping')).toEqual({ state: 'searching' });
    asked[0]?.tell({ state: 'mapped', address: outside, method: 'upnp' });
    asked[0]?.tell({ state: 'mapped', address: outside, method: 'upnp' });
    expect(facts.get('portMapping')).toEqual({ state: 'mapped', address: '45.0.0.1:4800', method: 'upnp' });
    expect(addresses.current()).toEqual([home, outside]);
    asked[0]?.tell({ state: 'failed' });
    expect(addresses.current()).toEqual([home]);
    const end = mapping.stop();
    expect(facts.get('portMapping')).toEqual({ state: 'off' });
    asked[0]?.end();
    await end;
    expect(told).toEqual(['searching', 'mapped', 'failed', 'off']);
  });

  test('a new one waits until the old one is taken back, so that its end takes nothing away', async () => {
    const { asked, facts, listening, lock } = house({ portMapping: true });
    listening(home);
    await turn();
    lock(true);
    lock(false);
    lock(true);
    lock(false);
    await turn();
    expect(asked).toHaveLength(1);
    expect(facts.get('portMapping')).toEqual({ state: 'searching' });
    asked[0]?.end();
    await turn();
    expect(asked).toHaveLength(2);
  });

  test('on another network it is asked for again; what contacts were told holds until the answer', async () => {
    const { addresses, asked, facts, mapping, listening } = house({ portMapping: true });
    mapping.networkChanged();
    listening(home);
    await turn();
    expect(asked).toHaveLength(1);
    asked[0]?.tell({ state: 'mapped', address: outside, method: 'nat-pmp' });
    mapping.networkChanged();
    expect(asked[0]?.ended()).toBe(true);
    asked[0]?.end();
    await turn();
    expect(asked).toHaveLength(2);
    asked[1]?.tell({ state: 'searching' });
    expect(facts.get('portMapping')).toEqual({ state: 'searching' });
    expect(addresses.current()).toEqual([home, outside]);
    asked[1]?.tell({ state: 'none' });
    expect(addresses.current()).toEqual([home]);
  });
});

describe('proxy and onion address', () => {
  test('with a proxy only the onion address is told, from before anything can be dialled', async () => {
    const { addresses, chosen, facts, network, listening, settings, ways } = house({ proxy: 'socks5://[::1]:9050', onionAddress: `${onion}:4800` });
    network.apply();
    listening(home);
    expect(chosen[0]).toEqual({ host: '::1', port: 9050 });
    expect(addresses.current()).toEqual([{ host: onion, port: 4800 }]);
    expect(facts.get('proxy')).toEqual({ state: 'untried', address: '[::1]:9050' });
    await settings.set({ onionAddress: '' });
    expect(addresses.current()).toEqual([]);
    await settings.set({ proxy: '' });
    expect(addresses.current()).toEqual([home]);
    expect(chosen.at(-1)).toBe('none');
    // Everybody is looked for at once when the way is another one, and only then.
    expect(ways()).toBe(1);
  });

  test('addresses of each source come first, so that a link with three shows them all', () => {
    const addresses = new OwnAddresses();
    const more = ['192.168.1.21', '10.0.0.1', '10.0.0.2'].map((host) => ({ host, port: 4800 }));
    addresses.set('local', [home, ...more]);
    addresses.set('onion', [{ host: onion, port: 4800 }]);
    addresses.set('mapped', [outside]);
    expect(addresses.current()).toEqual([home, outside, { host: onion, port: 4800 }, ...more]);
  });

  test.each([
    { proxy: 'socks5://127.0.0.1:0' },
    { proxy: 'socks5://127.0.0.1:70000' },
    { proxy: 'socks5://1.2.3:9050' },
    { proxy: 'socks5://[1::2::3]:9050' },
    { proxy: `socks5://${onion}:9050` },
    { onionAddress: `${onion}:0` },
    { onionAddress: `${'a'.repeat(56)}.onion:80` },
  ])('%j is refused, and what was set before holds', (wrong) => {
    const { chosen, settings } = house({ proxy: 'socks5://127.0.0.1:9050' });
    expect(() => settings.set(wrong)).toThrow(expect.objectContaining({ code: 'input.invalid' }));
    expect(settings.get(undefined)).toMatchObject({ proxy: 'socks5://127.0.0.1:9050', onionAddress: '' });
    expect(chosen).toEqual([]);
  });

  test.each(['socks5://127.0.0.1:0', 'socks5://300.1.1.1:1', 'http://127.0.0.1:8080', 'nonsense'])('a file that says %s dials nothing, and can be put right', async (proxy) => {
    const { addresses, chosen, network, settings } = house({ proxy });
    network.apply();
    expect(chosen).toEqual(['unusable']);
    expect(addresses.current()).toEqual([]);
    // Anything else can still be set.
    await settings.set({ theme: 'dark' });
    expect(chosen.at(-1)).toBe('unusable');
    await settings.set({ proxy: '' });
    expect(chosen.at(-1)).toBe('none');
  });
});
