import { expect, onTestFinished, vi } from 'vitest';
import { createPortMapper } from '../../electron/network/port-mapper';
import type { Mapping } from '../../electron/services/ports';
import { fakeRouter, found, type FakeRouter, type FakeRouterOptions } from './fake-router';

export async function router(options: FakeRouterOptions): Promise<FakeRouter> {
  const made = await fakeRouter(options);
  onTestFinished(() => made.close());
  return made;
}

/** Maps port 4800 there, and everything that was told. */
export function mapAt({ search }: Pick<FakeRouter, 'search'>, times: FakeRouter['search'] = {}): { told: Mapping[]; stop: (within?: number) => Promise<void> } {
  const told: Mapping[] = [];
  const faults: unknown[] = [];
  const end = createPortMapper((error) => faults.push(error), { ...search, ...times }).map(4800, (mapping) => told.push(mapping));
  const stop = (within = 2_000): Promise<void> => end(within);
  onTestFinished(() => stop());
  onTestFinished(() => expect(faults).toEqual([]));
  return { told, stop };
}

export async function outcome(told: readonly Mapping[]): Promise<Mapping> {
  await vi.waitFor(() => expect(told.length).toBeGreaterThan(1), { timeout: 15_000, interval: 10 });
  expect(told[0]).toEqual({ state: 'searching' });
  const [, second] = told;
  if (!second) throw new Error('nothing was told');
  return second;
}

/** As patient as the product: a router that answers is to be heard on a machine that is busy, too. */
export const patiently = { patience: 1 };

export const upnp = (options: FakeRouterOptions = {}): FakeRouterOptions => ({
  location: (port) => found(port),
  order: (action) => (action === 'GetExternalIPAddress' ? { NewExternalIPAddress: '45.0.0.1' } : {}),
  ...options,
});
