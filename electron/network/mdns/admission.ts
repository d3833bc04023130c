import type { RemoteInfo } from 'node:dgram';
import type { Clock } from '../../engine/ports';
import { SourceBuckets } from '../../engine/session/source-buckets';
import { TokenBucket } from '../../engine/session/token-bucket';
import { isNeighbour, type LanInterface } from './interfaces';
import { maxPacketBytes, packetMark } from './packets';

const fromAll = { burst: 512, perSecond: 256 };
const fromOne = { burst: 128, perSecond: 64 };
const rememberedSources = 256;
export const mdnsPort = 5_353;

/**
 * Decides, before anything is decoded, which packets of a card are looked at: of neighbours only (a socket hears what came in
 * by other cards, too), small, about Keyshift, and no more than a small machine reads without noticing.
 */
export class Admission {
  readonly #clock: Clock;
  readonly #card: LanInterface;
  readonly #all: TokenBucket;
  /** Whoever invents addresses gains nothing: the limit for all stands. */
  readonly #sources = new SourceBuckets(fromOne, rememberedSources);

  constructor(clock: Clock, card: LanInterface) {
    this.#clock = clock;
    this.#card = card;
    this.#all = new TokenBucket(fromAll, clock.monotonic());
  }

  admits(bytes: Buffer, { address, port }: Pick<RemoteInfo, 'address' | 'port'>): boolean {
    // RFC 6762 §6.7 lets others ask by another port and get an answer of their own: none of ours does.
    if (port !== mdnsPort || bytes.length > maxPacketBytes || !bytes.includes(packetMark, 0, 'latin1')) return false;
    if (!isNeighbour(this.#card, address)) return false;
    const now = this.#clock.monotonic();
    return this.#sources.of(address, now).take(now) && this.#all.take(now);
  }
}
