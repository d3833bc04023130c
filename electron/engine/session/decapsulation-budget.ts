import { maxSources, type SessionLimits } from './limits';
import { SourceBuckets } from './source-buckets';
import { TokenBucket } from './token-bucket';

type BudgetLimits = Pick<SessionLimits, 'decapsulations' | 'decapsulationsPerSource' | 'decapsulationsKept'>;

/**
 * How many key decapsulations strangers can make this device compute (S3-32): one bucket per source, one for all, and
 * one of their own for sources known from earlier sessions, so that a flood of strangers locks no contact out.
 */
export class DecapsulationBudget {
  readonly #strangers: TokenBucket;
  readonly #known: TokenBucket;
  readonly #sources: SourceBuckets;

  constructor(limits: BudgetLimits, now: number) {
    this.#strangers = new TokenBucket(limits.decapsulations, now);
    this.#known = new TokenBucket(limits.decapsulationsKept, now);
    this.#sources = new SourceBuckets(limits.decapsulationsPerSource, maxSources);
  }

  take(source: string, known: boolean, now: number): boolean {
    const own = this.#sources.of(source, now);
    const common = known && this.#known.has(now) ? this.#known : this.#strangers;
    // Only a source within its own share draws on the common one.
    return common.has(now) && own.take(now) && common.take(now);
  }
}
