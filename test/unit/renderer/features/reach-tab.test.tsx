// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { reach as words } from '../../../../renderer/i18n/en/reach';
import { reachAdvice, tryOutcome, type ReachReport } from '../../../../shared/model/network';
import { signOfLifeMs } from '../../../../shared/sign-of-life';
import { unreachable } from '../../../preview/network-scenes';
import { bo, busyWorld, carla } from '../../../preview/scenes';
import type { World } from '../../../preview/fake-world';
import { axeFindings } from '../axe';
import { openTalk, pressKey } from '../open-talk';
import { settle, type Running } from '../render-app';

const now = Date.now();
/** However long it takes until a test looks. */
vi.useFakeTimers({ now, toFake: ['Date'] });
afterAll(() => void vi.useRealTimers());
const copied: string[] = [];
Object.assign(navigator, { clipboard: { writeText: async (text: string) => void copied.push(text) } });
afterEach(() => copied.splice(0));

async function openReach(world: World, name: RegExp): Promise<Running> {
  // What was written plays no part here, and looking through it all for each role takes its time.
  world.messages.clear();
  const running = await openTalk(world, name);
  act(() => running.model.ui.getState().showDetails('reach'));
  await settle();
  return running;
}
const carlaAway = (change: Partial<ReachReport> = {}): World => busyWorld(now, { reports: new Map([[carla.contactId, { ...unreachable(now), ...change }]]) });
const panel = (): HTMLElement => screen.getByRole('tabpanel', { name: 'Reach' });
const sentence = (): string => screen.getByTestId('reach-sentence').textContent ?? '';
const tell = async (task: () => void): Promise<void> => {
  act(task);
  await settle();
};

describe('the sentence', () => {
  it('connected directly: since when, and that messages arrive at once; nothing to try', async () => {
    const { fake } = await openReach(busyWorld(now, { reports: new Map([[bo.contactId, { since: now }]]) }), /^Bo/);
    expect(sentence()).toMatch(/^Connected directly since \d\d?:\d\d/);
    expect(panel().textContent).toContain('Messages arrive at once');
    expect(screen.queryByRole('button', { name: 'Try now' })).toBeNull();
    expect(screen.queryByText('What you can do')).toBeNull();
    await pressKey(screen.getByRole('button', { name: 'Check the connection' }));
    expect(fake.calls).toContain('network.tryNow');
    expect(screen.getByRole('button', { name: /^Asking for a sign of life…/ })).toBeTruthy();
    expect(await axeFindings()).toEqual([]);
  });

  it('on the same network, and through Tor, in the header and in the list too', async () => {
    const world = busyWorld(now);
    const session = { contactId: bo.contactId, instanceId: 'a'.repeat(32), since: now, resumed: true, handedOver: false } as const;
    world.network = { sessions: [{ ...session, via: 'onion' }] };
    const { fake } = await openReach(world, /^Bo/);
    expect(screen.getByRole('button', { name: 'Reach: Through Tor' })).toBeTruthy();
    expect(screen.getByRole('button', { name: /^Bo Lindqvist.*Reach: Through Tor$/ })).toBeTruthy();
    expect(sentence()).toMatch(/^Connected through Tor since/);
    expect(panel().textContent).toContain('It picked up where the last connection ended');
    await tell(() => fake.tellNetwork({ sessions: [{ ...session, resumed: false, via: 'lan' }] }));
    expect(screen.getByRole('button', { name: 'Reach: On your network' })).toBeTruthy();
    expect(panel().textContent).not.toContain('picked up');
  });

  it('S4-24: that it was handed over, and whose device that was', async () => {
    const world = busyWorld(now);
    const session = { contactId: bo.contactId, instanceId: 'a'.repeat(32), since: now, resumed: true, handedOver: true, via: 'direct' } as const;
    world.network = { sessions: [{ ...session, handedOverBy: 'own' }] };
    const { fake } = await openReach(world, /^Bo/);
    expect(panel().textContent).toContain('It was taken over from another device of yours, without connecting anew. Bo Lindqvist noticed nothing.');
    await tell(() => fake.tellNetwork({ sessions: [{ ...session, handedOverBy: 'peer' }] }));
    expect(panel().textContent).toContain('Bo Lindqvist continued on another device, without connecting anew.');
    expect(panel().textContent).not.toContain('of yours');
  });

  it('not reachable since when, when it is tried next, and how often it was', async () => {
    await openReach(carlaAway(), /^Carla/);
    expect(sentence()).toMatch(/^Carla Reyes has not been reachable since /);
    expect(panel().textContent).toMatch(/Next try in 4 min.*14 tries so far reached nobody\./);
  });

  it('that one contact’s clock differs, there and nowhere else', async () => {
    await openReach(busyWorld(now, { reports: new Map([[bo.contactId, { since: now, clockAhead: -9 * 60_000 }]]) }), /^Bo/);
    expect(panel().textContent).toContain('Your clock is 9 min behind the one Bo Lindqvist uses. One of the two is wrong');
    expect(screen.queryByText(/compared with|your contacts’/)).toBeNull();
  });

  it('the connection is there before the report of it: no time of the other state is told', async () => {
    await openReach(busyWorld(now, { reports: new Map([[bo.contactId, { connected: false, since: now - 3_600_000 }]]) }), /^Bo/);
    expect(sentence()).toBe('Connected directly.');
  });

  it('never reached since the vault was opened', async () => {
    await openReach(busyWorld(now), /^Carla/);
    expect(sentence()).toBe('Carla Reyes was not reached yet since you opened Keyshift.');
  });

  it('of somebody blocked nothing is tried or advised', async () => {
    const world = carlaAway();
    world.contacts = world.contacts.map((one) => (one.contactId === carla.contactId ? { ...one, reach: 'blocked' } : one));
    await openReach(world, /^Carla/);
    expect(panel().textContent).toContain('You have blocked Carla Reyes');
    expect(screen.queryByRole('button', { name: 'Try now' })).toBeNull();
    expect(screen.queryByRole('list', { name: 'What was tried' })).toBeNull();
  });

  it('of a contact that has ended it says so and why, and promises nothing', async () => {
    const world = carlaAway();
    world.contacts = world.contacts.map((one) => (one.contactId === carla.contactId ? { ...one, ended: 'contact.ended' as const } : one));
    await openReach(world, /^Carla/);
    expect(screen.getByRole('button', { name: 'Reach: Ended' })).toBeTruthy();
    expect(panel().textContent).toContain('This contact has ended. This contact will not be answered any more. Ask for a new invitation.');
    expect(panel().textContent).not.toContain('leaves when');
    for (const name of ['Try now', 'Save as file']) expect(screen.queryByRole('button', { name })).toBeNull();
    expect(screen.queryByRole('list', { name: 'What was tried' })).toBeNull();
  });

  it('A56: a connection that was not picked up is a calm line that asks for nothing', async () => {
    await openReach(busyWorld(now, { reports: new Map([[bo.contactId, { since: now, resumeRefusedAt: now }]]) }), /^Bo/);
    const line = screen.getByText(/did not pick up the last connection \(\d\d?:\d\d.*\).*Nothing to do\./);
    expect(line.closest('[role="alert"]')).toBeNull();
    // Who took up somebody else's connection leaves no other trace than this.
    expect(line.textContent).toMatch(/again and again.*somebody may be using a copy.*new passphrase/);
  });

  it('A56: a refusal before a connection that picked up where one ended is not told beside it', async () => {
    const session = { contactId: bo.contactId, instanceId: 'a'.repeat(32), since: now, resumed: true, handedOver: false, via: 'direct' } as const;
    const { fake } = await openReach(busyWorld(now, { reports: new Map([[bo.contactId, { since: now, resumeRefusedAt: now - 60_000 }]]) }), /^Bo/);
    await tell(() => fake.tellNetwork({ sessions: [session] }));
    expect(panel().textContent).toContain('It picked up where the last connection ended');
    expect(panel().textContent).not.toContain('did not pick up');
    await tell(() => fake.tellNetwork({ sessions: [{ ...session, resumed: false }] }));
    expect(panel().textContent).toContain('did not pick up the last connection');
  });
});

describe('trying now', () => {
  it('by keyboard: tries, says so, and shows what came of it', async () => {
    const { fake } = await openReach(carlaAway(), /^Carla/);
    await pressKey(screen.getByRole('button', { name: 'Try now' }));
    expect(fake.calls).toContain('network.tryNow');
    expect(panel().textContent).toContain('Trying now…');
    expect(screen.getByText('Trying to reach Carla Reyes.')).toBeTruthy();
    const again = screen.getByRole('button', { name: 'Try now' });
    expect(again.getAttribute('aria-disabled')).toBe('true');
    await tell(() => fake.tellReach(carla.contactId, { trying: false, connected: true, reach: 'direct', since: now, advice: [], tries: [{ address: '192.0.2.4:47110', via: 'direct', at: now, outcome: 'connected' }] }));
    expect(sentence()).toMatch(/^Connected directly since/);
    expect(within(screen.getByRole('list', { name: 'What was tried' })).getByText(/^Connected, /)).toBeTruthy();
    expect(screen.getByText('Connected to Carla Reyes.')).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole('tab', { name: 'Reach' }));
  });

  it('of a connection that is doubted it is said that it works, once it had its time to end; one that ends meanwhile says that instead', async () => {
    const { fake } = await openReach(busyWorld(now, { reports: new Map([[bo.contactId, { since: now }]]) }), /^Bo/);
    vi.useFakeTimers({ now, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    try {
      const works = 'Bo Lindqvist gave a sign of life: the connection works.';
      const check = async (): Promise<void> => {
        const asked = fake.calls.filter((call) => call === 'network.tryNow').length;
        fireEvent.click(screen.getByRole('button', { name: 'Check the connection' }));
        await act(async () => vi.advanceTimersByTime(signOfLifeMs));
        expect(fake.calls.filter((call) => call === 'network.tryNow')).toHaveLength(asked + 1);
        expect(screen.getByRole('button', { name: /^Asking for a sign of life…/ }).getAttribute('aria-disabled')).toBe('true');
        expect(screen.queryByText(works)).toBeNull();
      };
      await check();
      await act(async () => vi.advanceTimersByTime(600));
      expect(screen.getByText(works)).toBeTruthy();
      await act(async () => vi.advanceTimersByTime(10_000));
      expect(screen.queryByText(works)).toBeNull();

      await check();
      await act(async () => fake.tellReach(bo.contactId, { trying: true, connected: false, reach: 'waiting', since: now }));
      await act(async () => vi.advanceTimersByTime(600));
      expect(screen.queryByText(works)).toBeNull();
    } finally {
      vi.useFakeTimers({ now, toFake: ['Date'] });
    }
  });

  it('a refusal is told', async () => {
    const world = carlaAway();
    world.failing.set('network.tryNow', 'contact.ended');
    await openReach(world, /^Carla/);
    await pressKey(screen.getByRole('button', { name: 'Try now' }));
    expect(screen.getByText(/This contact will not be answered any more/)).toBeTruthy();
  });

  it('nothing is asked for by the clock, and nothing of people who are not looked at', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { fake } = await openReach(carlaAway(), /^Carla/);
      fake.calls.length = 0;
      act(() => void vi.advanceTimersByTime(120_000));
      await settle();
      expect(fake.calls.filter((call) => call.startsWith('network.'))).toEqual([]);
      await tell(() => fake.emit({ type: 'session.changed', contactId: bo.contactId, connected: true }));
      expect(fake.calls.filter((call) => call === 'network.reach')).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('what was tried', () => {
  it('A45: a list with each address, its kind, its answer in words and when', async () => {
    await openReach(carlaAway(), /^Carla/);
    const items = within(screen.getByRole('list', { name: 'What was tried' })).getAllByRole('listitem');
    expect(items).toHaveLength(6);
    expect(items[0]?.textContent).toMatch(/^192\.168\.1\.44:47110, On your network: No answer in time, \d\d?:\d\d/);
    expect(items[3]?.textContent).toMatch(/Somebody else answered, \d+ \w+|Somebody else answered, \w+ \d+/);
    expect(items[4]?.textContent).toMatch(/Through Tor: This needs Tor, and no proxy is set/);
    expect(items[5]?.textContent).toBe('10.0.0.7:47110, On your network: Not tried yet');
    expect(await axeFindings()).toEqual([]);
  });

  it('every answer has words of its own', () => {
    const said = tryOutcome.options.map((outcome) => words[`reach.outcome.${outcome}`]);
    expect(new Set(said).size).toBe(tryOutcome.options.length);
  });
});

describe('what can be done', () => {
  it('every advice is a sentence with one action, named by its sentence', async () => {
    await openReach(busyWorld(now, { network: { announced: ['192.0.2.1:47110'] }, reports: new Map([[carla.contactId, { advice: [...reachAdvice.options] }]]) }), /^Carla/);
    const items = within(screen.getByRole('list', { name: 'What you can do' })).getAllByRole('listitem');
    expect(items).toHaveLength(reachAdvice.options.length);
    for (const item of items) {
      const action = within(item).getByRole('button');
      expect(item.querySelector('p')?.textContent).toMatch(/\.$/);
      expect(action.getAttribute('aria-describedby')).toBe(item.querySelector('p')?.id);
    }
    // Carrying by hand stands there once.
    expect(screen.getAllByRole('button', { name: 'Save as file' }).filter((one) => panel().contains(one))).toHaveLength(1);
    expect(await axeFindings()).toEqual([]);
  });

  it('the note to send carries the announced addresses', async () => {
    const world = carlaAway({ advice: ['ask-to-open'] });
    world.network = { announced: ['192.0.2.1:47110', 'me.example:47110'] };
    await openReach(world, /^Carla/);
    await pressKey(screen.getByRole('button', { name: 'Copy a note to send' }));
    expect(copied).toEqual(['Please open Keyshift: I am trying to reach you. You find me at 192.0.2.1:47110, me.example:47110.']);
  });

  it('leads to the network settings, to those of the identity, and to an invitation', async () => {
    await openReach(carlaAway({ advice: ['set-proxy', 'own-key', 'moved'] }), /^Carla/);
    await pressKey(screen.getByRole('button', { name: 'Network settings' }));
    expect(screen.getByRole('tab', { name: 'Network' }).getAttribute('aria-selected')).toBe('true');
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await settle();
    await pressKey(screen.getByRole('button', { name: 'Identity settings' }));
    expect(screen.getByRole('tab', { name: 'Identity' }).getAttribute('aria-selected')).toBe('true');
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape' });
    await settle();
    await pressKey(screen.getByRole('button', { name: 'Invite again' }));
    expect(screen.getByRole('dialog', { name: 'Invite someone' })).toBeTruthy();
  });
});

describe('what nobody has to read', () => {
  it('is folded while a connection stands; where it ends it opens by itself, and stays so', async () => {
    const { fake } = await openReach(busyWorld(now, { reports: new Map([[bo.contactId, { since: now }]]) }), /^Bo/);
    const isOpen = (): boolean => screen.queryByRole('list', { name: 'Where you can be reached' }) !== null;
    expect(isOpen()).toBe(false);
    await tell(() => fake.tellReach(bo.contactId, { connected: false, reach: 'waiting', since: now }));
    expect(isOpen()).toBe(true);
    await tell(() => fake.tellReach(bo.contactId, { connected: true, reach: 'direct', since: now }));
    expect(isOpen()).toBe(true);
  });
});

describe('where this device is reached', () => {
  it('each announced address can be copied; what the router and Tor do is said, and that the port moved', async () => {
    const onion = `${'a'.repeat(56)}.onion:47110`;
    const world = busyWorld(now, {
      network: { announced: ['192.168.1.20:47111', '198.51.100.9:47110', onion], portMapping: { state: 'mapped', address: '198.51.100.9:47110' }, moved: { from: 47110, to: 47111 } },
    });
    await openReach(world, /^Bo/);
    await pressKey(screen.getByRole('button', { name: 'More about the connection' }));
    const items = within(screen.getByRole('list', { name: 'Where you can be reached' })).getAllByRole('listitem');
    expect(items.map((item) => item.textContent)).toEqual(['192.168.1.20:47111', '198.51.100.9:47110Through your router', `${onion}Through Tor`]);
    await pressKey(screen.getByRole('button', { name: 'Copy 198.51.100.9:47110' }));
    expect(copied).toEqual(['198.51.100.9:47110']);
    expect(panel().textContent).toContain('Port 47110 was taken by another program, so it is 47111 this time.');
  });

  it('says why there is none: hidden by a proxy, no network, not listening', async () => {
    const world = busyWorld(now, { network: { announced: [] } });
    world.settings = { ...world.settings, proxy: 'socks5://127.0.0.1:9050' };
    const { fake, model } = await openReach(world, /^Bo/);
    await pressKey(screen.getByRole('button', { name: 'More about the connection' }));
    expect(panel().textContent).toContain('Your address is hidden because a proxy is set.');
    await tell(() => void model.settings.getState().change({ proxy: '' }));
    expect(panel().textContent).toContain('Nowhere right now: this computer has no network.');
    await tell(() => fake.tellNetwork({ listening: [] }));
    expect(panel().textContent).toContain('This device is not listening for connections.');
  });
});
