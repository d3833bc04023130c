import { lanTagBytes, lanTagKey, matchesLanTag } from '../engine/exchange/lan-tag';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import { fromBase64url, toHex } from '../engine/wire/encoding';

/** A person and the exchange credentials known of them. */
export interface Recognisable {
  readonly peerId: PeerId;
  readonly exchangeHashes: readonly Uint8Array[];
}

const rememberedTags = 512;

/** Tells whose tag it is. One HMAC for each known credential of each contact, once per tag: callers bound how many tags they ask about. */
export class LanRecognition {
  readonly #crypto: Crypto;
  #keys: { readonly peerId: PeerId; readonly key: Uint8Array }[] = [];
  #known = '';
  readonly #answers = new Map<string, PeerId | undefined>();

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** True when it differs from before: every answer may be another one then. */
  setPeople(people: readonly Recognisable[]): boolean {
    const known = people.map(({ peerId, exchangeHashes }) => [peerId, ...exchangeHashes.map(toHex)].join(' ')).join('\n');
    if (known === this.#known) return false;
    this.#known = known;
    this.#answers.clear();
    this.#keys = people.flatMap(({ peerId, exchangeHashes }) => exchangeHashes.map((hash) => ({ peerId, key: lanTagKey(this.#crypto, hash) })));
    return true;
  }

  isAnswered(tag: string): boolean {
    return this.#answers.has(tag);
  }

  /** Undefined for anybody else's, and for what is no tag. */
  whose(tag: string): PeerId | undefined {
    if (this.#answers.has(tag)) return this.#answers.get(tag);
    const bytes = tagBytesOf(tag);
    const found = bytes && this.#keys.find(({ key }) => matchesLanTag(this.#crypto, bytes, key))?.peerId;
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size < rememberedTags) break;
      this.#answers.delete(oldest);
    }
    this.#answers.set(tag, found);
    return found;
  }
}

function tagBytesOf(text: string): Uint8Array | undefined {
  if (text.length !== Math.ceil((lanTagBytes * 4) / 3)) return undefined;
  try {
    return fromBase64url(text);
  } catch {
    return undefined;
  }
}
