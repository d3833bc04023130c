import type { KeyGeneration } from '../../../shared/model/keys';
import { startOfDay } from '../../i18n/use-times';

/** A generation in the picture; pixels at the standard size of text. */
export interface LifeBlock {
  readonly key: string;
  readonly generation: KeyGeneration;
  readonly x: number;
  readonly width: number;
}

/** The generations of one device in one direction. */
export interface LifeRow {
  readonly who: 'you' | 'peer';
  readonly instanceId: string;
  readonly blocks: readonly LifeBlock[];
}

export interface LifePicture {
  readonly width: number;
  readonly rows: readonly LifeRow[];
  /** What the axis says: a date where a day begins, a time elsewhere. */
  readonly ticks: readonly { readonly x: number; readonly at: number; readonly startsDay: boolean }[];
  /** Up to here nobody had compared who this is; 0 = compared from the start. */
  readonly uncheckedTo: number;
}

/** A block is wide enough to be pointed at (WCAG 2.5.8) and to hold its number. */
const narrowest = 28;
const widest = 112;
/** Room for a date or a time on the axis. */
const tickRoom = 64;

/**
 * Both directions over one axis. The axis is not even: between two events it is as long as the logarithm of the time
 * says, so that a minute stays visible beside a month. O(n log n) in the number of generations.
 */
export function layOutLives(generations: readonly KeyGeneration[], checkedSince: number | undefined, now: number): LifePicture {
  const rows = rowsOf(generations);
  const ends = new Map<KeyGeneration, number>();
  const moments = new Set<number>([now]);
  for (const row of rows) {
    row.forEach((generation, index) => {
      const end = Math.max(row[index + 1]?.since ?? generation.until ?? now, generation.since);
      ends.set(generation, end);
      moments.add(generation.since).add(end);
    });
  }
  const first = Math.min(...moments);
  const last = Math.max(...moments);
  if (checkedSince !== undefined && checkedSince > first && checkedSince < last) moments.add(checkedSince);

  const digits = generations.reduce((most, generation) => Math.max(most, String(generation.epoch).length), 1);
  const least = Math.max(narrowest, 10 + digits * 7.5);
  const ordered = [...moments].sort((one, other) => one - other);
  const places = new Map<number, number>();
  const ticks: { x: number; at: number; startsDay: boolean }[] = [];
  let x = 0;
  ordered.forEach((moment, index) => {
    const before = ordered[index - 1];
    if (before !== undefined) x += lengthOf(moment - before, least);
    places.set(moment, x);
    const lastTick = ticks.at(-1);
    // The same minute twice would tell nothing.
    if (lastTick !== undefined && (x - lastTick.x < tickRoom || (!lastTick.startsDay && isSameMinute(lastTick.at, moment)))) return;
    ticks.push({ x, at: moment, startsDay: lastTick === undefined || startOfDay(lastTick.at) !== startOfDay(moment) });
  });
  const placeOf = (moment: number): number => places.get(moment) ?? 0;
  // Two keys of one millisecond, or the newest of a moment ago: still a block.
  const width = Math.max(x, least);

  return {
    width: width + least,
    ticks,
    uncheckedTo: checkedSince === undefined || checkedSince >= last ? width + least : checkedSince <= first ? 0 : placeOf(checkedSince),
    rows: rows.map((row) => ({
      who: row[0]?.who ?? 'you',
      instanceId: row[0]?.instanceId ?? '',
      blocks: row.map((generation, index) => {
        const from = placeOf(generation.since);
        // The one in use reaches a little beyond now: it goes on.
        const goesOn = generation.until === undefined && index === row.length - 1;
        const until = placeOf(ends.get(generation) ?? now) + (goesOn ? least : 0);
        return { key: keyOf(generation), generation, x: from, width: Math.max(until - from, least) };
      }),
    })),
  };
}

export function keyOf({ who, instanceId, epoch }: KeyGeneration): string {
  return `${who}-${instanceId}-${epoch}`;
}

/** One row for each device, the own direction first, in the order they appeared. */
function rowsOf(generations: readonly KeyGeneration[]): KeyGeneration[][] {
  const rows = new Map<string, KeyGeneration[]>();
  for (const generation of [...generations].sort((one, other) => one.since - other.since || one.epoch - other.epoch)) {
    const row = rows.get(`${generation.who}${generation.instanceId}`) ?? [];
    row.push(generation);
    rows.set(`${generation.who}${generation.instanceId}`, row);
  }
  const all = [...rows.values()];
  return [...all.filter((row) => row[0]?.who === 'you'), ...all.filter((row) => row[0]?.who === 'peer')];
}

function isSameMinute(one: number, other: number): boolean {
  return Math.floor(one / 60_000) === Math.floor(other / 60_000);
}

function lengthOf(milliseconds: number, least: number): number {
  const byTime = 9 * Math.log2(1 + milliseconds / 60_000);
  return Math.round(Math.min(widest, Math.max(least, byTime)));
}

/** The block of another row that stands nearest, for moving up and down. */
export function nearest(row: LifeRow | undefined, to: LifeBlock): LifeBlock | undefined {
  const middle = to.x + to.width / 2;
  let best: LifeBlock | undefined;
  let distance = Infinity;
  for (const block of row?.blocks ?? []) {
    const away = Math.max(block.x - middle, middle - (block.x + block.width), 0);
    if (away < distance) [best, distance] = [block, away];
  }
  return best;
}
