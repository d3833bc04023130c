import { maxSources, type SessionLimits } from './limits';
import { TokenBucket } from './token-bucket';

type BudgetLimits = Pick<SessionLimits, 'decapsulations' | 'decapsulationsPerSource' | 'decapsulationsKept'>;

/**
 * How many key decapsulations strangers can make this device compute (S3-32): one bucket per source, one for all, and
 * one of their own for sources known from earlier sessions, so that a flood of strangers locks no contact out.
 */
export class DecapsulationBudget {
  readonly #limits: BudgetLimits;
  readonly #strangers: TokenBucket;
  readonly #known: TokenBucket;
  readonly #sources = new Map<string, TokenBucket>();

  constructor(limits: BudgetLimits, now: number) {
    this.#limits = limits;
    this.#strangers = new TokenBucket(limits.decapsulations, now);
    this.#known = new TokenBucket(limits.decapsulationsKept, now);
  }

  take(source: string, known: boolean, now: number): boolean {
    const own = this.#bucketOf(source, now);
    const common = known && this.#known.has(now) ? this.#known : this.#strangers;
    // Only a source within its own share draws on the common one.
    return common.has(now) && own.take(now) && common.take(now);
  }

  #bucketOf(source: string, now: number): TokenBucket {
    const bucket = this.#sources.get(source) ?? new TokenBucket(this.#limits.decapsulationsPerSource, now);
    // The map keeps the most recent sources: the oldest is the first.
    this.#sources.delete(source);
    this.#sources.set(source, bucket);
    if (this.#sources.size > maxSources) {
      for (const oldest of this.#sources.keys()) {
        this.#sources.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}
