/** One quantity, measured at fixed points of a run. */
export interface Series {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** Growth over the whole run that counts as nothing: caches fill, and figures of the system scatter. */
  readonly allowance: number;
}

export interface Verdict {
  readonly what: string;
  readonly flat: boolean;
  /** By the slope over the whole run. */
  readonly growth: number;
  /** Chance of so much order upwards in what does not grow. */
  readonly chance: number;
  readonly first: number;
  readonly last: number;
}

/** Points at the beginning that do not count: everything is loaded and every cache is filled for the first time then. */
export const warmUp = (points: number): number => Math.ceil(points / 4);

const rare = 0.01;

/**
 * Grows, and so is not flat, what does both: it rises more often than chance allows (test of Mann and Kendall, one-sided), and its slope (of
 * Theil and Sen, which no outlier moves) makes more than the allowance over the run. The first of both tells growth from noise, the
 * second growth that matters from growth that does not.
 */
export function judge({ what, values, allowance }: Series): Verdict {
  const counted = values.slice(warmUp(values.length));
  if (counted.length < 6) throw new Error(`${what}: ${counted.length} points say nothing`);
  const growth = slope(counted) * (counted.length - 1);
  const chance = orderByChance(counted);
  return { what, growth, chance, flat: !(chance < rare && growth > allowance), first: counted[0] ?? 0, last: counted.at(-1) ?? 0 };
}

function slope(values: readonly number[]): number {
  const slopes: number[] = [];
  for (const [at, value] of values.entries()) for (let later = at + 1; later < values.length; later += 1) slopes.push(((values[later] ?? 0) - value) / (later - at));
  slopes.sort((a, b) => a - b);
  const middle = slopes.length >> 1;
  return slopes.length % 2 === 1 ? (slopes[middle] ?? 0) : ((slopes[middle - 1] ?? 0) + (slopes[middle] ?? 0)) / 2;
}

function orderByChance(values: readonly number[]): number {
  const n = values.length;
  let sum = 0;
  const ties = new Map<number, number>();
  for (const [at, value] of values.entries()) {
    ties.set(value, (ties.get(value) ?? 0) + 1);
    for (let later = at + 1; later < n; later += 1) sum += Math.sign((values[later] ?? 0) - value);
  }
  let variance = n * (n - 1) * (2 * n + 5);
  for (const count of ties.values()) variance -= count * (count - 1) * (2 * count + 5);
  variance /= 18;
  if (variance === 0 || sum <= 0) return 1;
  return upperTail((sum - 1) / Math.sqrt(variance));
}

/** Of the normal distribution: Abramowitz and Stegun 26.2.17, to 7.5e-8. */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
