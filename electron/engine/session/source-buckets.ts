import type { BucketSize } from './limits';
import { TokenBucket } from './token-bucket';

/** A token bucket for each source, of the `most` sources that came last: an older one begins anew. */
export class SourceBuckets {
  readonly #size: BucketSize;
  readonly #most: number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(size: BucketSize, most: number) {
    this.#size = size;
    this.#most = most;
  }

  of(source: string, now: number): TokenBucket {
    const bucket = this.#buckets.get(source) ?? new TokenBucket(this.#size, now);
    // A map keeps the order of insertion: the oldest is the first.
    this.#buckets.delete(source);
    this.#buckets.set(source, bucket);
    if (this.#buckets.size > this.#most) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return bucket;
  }
}
