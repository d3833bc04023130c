import { readdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { getHeapCodeStatistics } from 'node:v8';
import type { Series } from './flat';

/** What this process holds at one moment. */
export interface Held {
  /** Without machine code and bytecode, which V8 makes of whatever is used often, for days, and which nothing in the program keeps. */
  readonly heap: number;
  readonly outside: number;
  readonly rss: number;
  readonly descriptors: number;
  readonly sockets: number;
  readonly timers: number;
}

interface Inside {
  _getActiveHandles(): readonly unknown[];
}

/** The process module as it is, of which the typings say less. */
const inside = process as unknown as Inside;

export function openSockets(): Socket[] {
  return inside._getActiveHandles().filter((handle): handle is Socket => handle instanceof Socket);
}

/** After everything that nobody needs is gone. `timers`: those on the packed clock. */
export async function hold(timers: number): Promise<Held> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const { code_and_metadata_size: machine, bytecode_and_metadata_size: bytecode } = getHeapCodeStatistics();
  return {
    heap: heapUsed - machine - bytecode,
    outside: external,
    rss,
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    sockets: openSockets().length,
    timers: timers + process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
  };
}

const mebibyte = 1_048_576;

/** With fewer points a run is so short that what is used for the first time still shows. */
const manyPoints = 16;

/** What may come on top over a whole run: the heap by a share of itself, handles by what one connection more for each device is. */
export function seriesOf(points: readonly Held[], devices: number): Series[] {
  const row = (what: keyof Held, unit: string, allowance: number): Series => ({ what, unit, allowance, values: points.map((point) => point[what]) });
  const base = points[points.length >> 1];
  const times = points.length < manyPoints ? 4 : 1;
  return [
    row('heap', 'bytes', times * Math.max(1.5 * mebibyte, 0.05 * (base?.heap ?? 0))),
    row('outside', 'bytes', times * Math.max(2 * mebibyte, 0.1 * (base?.outside ?? 0))),
    row('rss', 'bytes', Math.max(24 * mebibyte, 0.12 * (base?.rss ?? 0))),
    row('descriptors', '', 2 * devices),
    row('sockets', '', 2 * devices),
    row('timers', '', 6 * devices),
  ];
}
