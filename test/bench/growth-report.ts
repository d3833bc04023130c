import type { LargeSize } from './large-report';

export interface GrowthRow {
  readonly work: string;
  readonly times: number;
  /** Milliseconds of the clock, and of this process's processor: what grows is judged by the latter, which other work on the machine moves less. */
  readonly clock: number;
  readonly processor: number;
  /** It answers with everything there is, so that it has to grow with it: told, and no goal. */
  readonly saysAll?: boolean;
}

/** What operations cost with one size of profile. Medians. */
export interface GrowthReport {
  readonly runtime: string;
  readonly size: LargeSize;
  readonly load: readonly [number, number];
  readonly rows: readonly GrowthRow[];
}
