// @vitest-environment jsdom
import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { troublesOf } from '../../../../renderer/features/network/network-bars';
import type { NetworkStatus } from '../../../../shared/model/network';
import { busyWorld } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { openTalk, pressKey, shortcut } from '../open-talk';
import { renderApp, settle } from '../render-app';

const now = Date.now();
const bars = (): HTMLElement => screen.getByRole('region', { name: 'Needs attention' });
const tell = async (task: () => void): Promise<void> => {
  act(task);
  await settle();
};

describe('bars under the title', () => {
  it('there are none while nothing needs attention', async () => {
    await renderApp(busyWorld(now));
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
  });

  it('a taken port: which is used, that people on the network still find you; put away it stays away, over a lock too', async () => {
    const { fake } = await openTalk(busyWorld(now, { network: { moved: { from: 47110, to: 47111 } } }));
    expect(bars().textContent).toBe('Port 47110 is taken by another program. Keyshift is using 47111; people on your network can still find you.');
    expect(await axeFindings()).toEqual([]);
    await pressKey(within(bars()).getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' })));
    for (const state of ['locked', 'open'] as const) {
      await tell(() => {
        fake.world.vault = state;
        fake.emit({ type: 'vault.changed', state });
      });
    }
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
    await tell(() => fake.tellNetwork({ moved: { from: 47110, to: 47112 } }));
    expect(bars().textContent).toContain('47112');
  });

  it('does not promise to be found where finding is off', async () => {
    const world = busyWorld(now, { network: { moved: { from: 47110, to: 47111 } } });
    world.settings = { ...world.settings, findOnNetwork: false };
    await renderApp(world);
    expect(bars().textContent).toBe('Port 47110 is taken by another program. Keyshift is using 47111; contacts learn it as you connect.');
  });

  it('no network: comes and goes with it, is said aloud, and is news again after it was put away', async () => {
    const { fake } = await renderApp(busyWorld(now));
    await tell(() => fake.tellNetwork({ announced: [] }));
    expect(screen.getAllByText(/This computer has no network/)).toHaveLength(2);
    await pressKey(within(bars()).getByRole('button', { name: 'Dismiss' }));
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
    await tell(() => fake.tellNetwork({ announced: ['192.168.1.20:47110'] }));
    await tell(() => fake.tellNetwork({ announced: [] }));
    expect(bars().textContent).toContain('This computer has no network');
    await tell(() => fake.tellNetwork({ announced: ['192.168.1.20:47110'] }));
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
  });

  it.each([
    [9 * 60_000, 'Your clock is 9 min ahead of your contacts’. Keys may look expired'],
    [-1_096 * 86_400_000, 'Your clock is 1,096 days behind your contacts’, so nobody connects.'],
  ])('a clock that differs by %s ms is told with what comes of it', async (clockAhead, words) => {
    await renderApp(busyWorld(now, { network: { clockAhead } }));
    expect(bars().textContent).toContain(words);
  });

  it('a clock by which nobody connects any more is news to who put away that it was minutes wrong', async () => {
    const { fake } = await renderApp(busyWorld(now, { network: { clockAhead: -9 * 60_000 } }));
    await pressKey(within(bars()).getByRole('button', { name: 'Dismiss' }));
    await tell(() => fake.tellNetwork({ clockAhead: -10 * 60_000 }));
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
    await tell(() => fake.tellNetwork({ clockAhead: -1_096 * 86_400_000 }));
    expect(bars().textContent).toContain('so nobody connects');
    await pressKey(within(bars()).getByRole('button', { name: 'Dismiss' }));
    await tell(() => fake.tellNetwork({ clockAhead: 10 * 60_000 }));
    expect(bars().textContent).toContain('ahead of your contacts');
  });

  it.each([
    ['disk-full', 'The disk is full: what others write to you cannot be stored. It waits with them and comes once there is room.'],
    ['disk-failed', 'The disk takes nothing: what others write to you cannot be stored'],
    ['folder-gone', 'The folder of this profile is not there any more: what others write to you cannot be stored'],
  ] as const)('a disk that takes nothing (%s) is told for as long as that lasts: who wrote only looks away', async (untaken, words) => {
    const { fake } = await renderApp(busyWorld(now, { network: { untaken } }));
    expect(bars().textContent).toContain(words);
    expect(within(bars()).queryByRole('button')).toBeNull();
    expect(await axeFindings()).toEqual([]);
    await tell(() => fake.tellNetwork({ untaken: undefined }));
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
  });

  it('a silent proxy: something must be done, so it cannot be put away; F6 and Enter lead to the settings', async () => {
    const world = busyWorld(now, { network: { proxy: { state: 'failed', address: '127.0.0.1:9050' } } });
    world.settings = { ...world.settings, proxy: 'socks5://127.0.0.1:9050' };
    await openTalk(world);
    expect(bars().textContent).toContain('The proxy 127.0.0.1:9050 does not answer. Nothing is sent around it');
    expect(within(bars()).queryByRole('button', { name: 'Dismiss' })).toBeNull();
    for (let step = 0; step < 3 && !bars().contains(document.activeElement); step += 1) await shortcut('F6');
    const action = within(bars()).getByRole('button', { name: 'Network settings' });
    expect(document.activeElement).toBe(action);
    await pressKey(action);
    expect(screen.getByRole('tab', { name: 'Network' }).getAttribute('aria-selected')).toBe('true');
  });
});

describe('what is trouble', () => {
  const fine: NetworkStatus = { listening: ['0.0.0.0:1'], announced: ['192.0.2.1:1'], sessions: [] };
  it.each([
    ['nothing known yet', undefined, '', []],
    ['all is well', fine, '', []],
    ['an older main process that tells no addresses', { listening: ['0.0.0.0:1'], sessions: [] }, '', []],
    ['listening nowhere is no lack of network', { ...fine, listening: [], announced: [] }, '', []],
    ['nothing announced behind a proxy is meant so', { ...fine, announced: [] }, 'socks5://127.0.0.1:9050', []],
    ['no network', { ...fine, announced: [] }, '', ['offline']],
    ['a proxy and a port', { ...fine, announced: [], moved: { from: 1, to: 2 }, proxy: { state: 'failed' } }, 'socks5://127.0.0.1:9050', ['proxy', 'moved']],
  ] as const)('%s', (_what, status, proxy, kinds) => {
    expect(troublesOf(status as NetworkStatus | undefined, proxy).map(({ kind }) => kind)).toEqual(kinds);
  });
});
