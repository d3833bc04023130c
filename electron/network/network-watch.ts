import type { Clock } from '../engine/ports';
import { type InterfaceAddress, leadsAnywhere, readInterfaces } from './addresses';

/** How often the interfaces are looked at, in milliseconds. */
const intervalMs = 5_000;
/** A look that comes this much later than planned, by either clock, means that the machine slept. */
const sleepMs = 10_000;

export type NetworkChange = 'addresses' | 'wake';

export interface NetworkWatchParts {
  readonly clock: Clock;
  readonly read?: () => readonly InterfaceAddress[];
  readonly intervalMs?: number;
}

/**
 * Looks at this machine's addresses from time to time, and at its clocks: what both systems' ways of telling have in common,
 * with no privileges and no native code. Looks only while somebody listens. A wall clock that was set looks like
 * sleep and costs as much as one.
 */
export function createNetworkWatch({ clock, read = readInterfaces, intervalMs: interval = intervalMs }: NetworkWatchParts): {
  onChange(handler: (reason: NetworkChange) => void): () => void;
} {
  const handlers = new Set<(reason: NetworkChange) => void>();
  let cancel: (() => void) | undefined;
  let known = '';
  let looked = { wall: 0, monotonic: 0 };

  const see = (): string => JSON.stringify(read().filter(leadsAnywhere).map(({ interfaceName, address }) => `${interfaceName} ${address}`).sort());
  const note = (): void => {
    looked = { wall: clock.now(), monotonic: clock.monotonic() };
    cancel = clock.setTimer(interval, look);
  };
  const look = (): void => {
    const byWall = clock.now() - looked.wall;
    const isSetBack = byWall < -sleepMs;
    const passed = Math.max(byWall, clock.monotonic() - looked.monotonic);
    const before = known;
    known = see();
    note();
    // Sleep tells more: connections may be dead although every address is the same.
    const reason = passed >= interval + sleepMs || isSetBack ? 'wake' : known === before ? undefined : 'addresses';
    if (reason !== undefined) for (const handler of handlers) handler(reason);
  };

  return {
    onChange(handler) {
      if (handlers.size === 0) {
        known = see();
        note();
      }
      handlers.add(handler);
      return () => {
        handlers.delete(handler);
        if (handlers.size > 0) return;
        cancel?.();
        cancel = undefined;
      };
    },
  };
}
