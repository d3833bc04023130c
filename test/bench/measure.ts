/** One thing to be measured; `run` does it `count` times. */
export interface Subject {
  readonly name: string;
  readonly count: number;
  /** What has to be there before `run` and is not measured. */
  before?(count: number): Promise<void> | void;
  /** Gives the milliseconds it took where only a part of it counts; all of it does otherwise. */
  run(count: number): Promise<number | void> | number | void;
}

/**
 * Measures the subjects in turn, `rounds` times, so that whatever else the machine does meets all of them alike.
 * Gives microseconds for one of each, per subject and round.
 */
export async function interleaved(subjects: readonly Subject[], rounds: number): Promise<number[][]> {
  // Once unmeasured, so that compilation is not in the first round.
  for (const subject of subjects) {
    await subject.before?.(subject.count);
    await subject.run(subject.count);
  }
  const times: number[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      await subject.before?.(subject.count);
      const started = performance.now();
      const told = await subject.run(subject.count);
      const milliseconds = typeof told === 'number' ? told : performance.now() - started;
      times[index]?.push((milliseconds * 1000) / subject.count);
    }
  }
  return times;
}

export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('nothing was measured');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? 0;
  const lower = sorted[(sorted.length - 1) >> 1] ?? 0;
  return (upper + lower) / 2;
}

/** How many times longer the anchor took: the median of the rounds' own ratios. */
export function ratio(anchor: readonly number[], own: readonly number[]): number {
  return median(anchor.map((time, round) => time / (own[round] ?? Number.NaN)));
}
