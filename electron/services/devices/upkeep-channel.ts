import type { InstanceCredential } from '../../engine/certificates/credential';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import { openSigned, sealSigned } from '../../engine/crypto/sealed-envelope';
import type { InstanceId } from '../../engine/ids';
import { id16ToBytes, peerIdToBytes } from '../../engine/wire/ids';
import { concat } from '../../engine/wire/writer';
import { encodeWord, type Word, WordReader, words } from './upkeep-words';

type OwnSide = Pick<LocalParty, 'peerId' | 'instanceId' | 'instance'>;

export interface ChannelParts {
  readonly crypto: Crypto;
  readonly local: OwnSide;
  /** Of the other device: proven by the session to be its own. */
  readonly credential: Pick<InstanceCredential, 'instanceId' | 'signingKey' | 'kemKey'>;
  /** The session serves getting in step and nothing else. */
  readonly isRestricted: boolean;
  readonly send: (part: Uint8Array) => void;
  readonly close: () => void;
}

/** One session with another own device, as getting in step sees it. */
export class UpkeepChannel {
  readonly #parts: ChannelParts;
  readonly #reader = new WordReader();

  constructor(parts: ChannelParts) {
    this.#parts = parts;
  }

  get instanceId(): InstanceId {
    return this.#parts.credential.instanceId;
  }

  get isRestricted(): boolean {
    return this.#parts.isRestricted;
  }

  say(word: Word, body: Uint8Array): void {
    for (const part of encodeWord(word, body)) this.#parts.send(part);
  }

  /** Throws `WireError`. */
  take(part: Uint8Array): ReturnType<WordReader['take']> {
    return this.#reader.take(part);
  }

  close(): void {
    this.#parts.close();
  }

  /** For the other device only, whatever becomes of the session's keys. */
  seal(word: Word, statement: Uint8Array): Uint8Array {
    const { crypto, local, credential } = this.#parts;
    return sealSigned(crypto, 'upkeep', {
      signing: local.instance.signing.secret,
      recipientKem: credential.kemKey,
      recipientContext: this.#context(word, local.instanceId, credential.instanceId),
      statement,
    });
  }

  /** Undefined for what this device did not seal to this one in this word. The caller wipes it. */
  open(word: Word, sealed: Uint8Array): Uint8Array | undefined {
    const { crypto, local, credential } = this.#parts;
    const opened = openSigned(crypto, 'upkeep', local.instance.kem, this.#context(word, credential.instanceId, local.instanceId), sealed, () => credential.signingKey);
    opened?.contentKey.wipe();
    return opened?.statement;
  }

  /** kind u8 ‖ peer id[32] ‖ from[16] ‖ to[16]. */
  #context(word: Word, from: InstanceId, to: InstanceId): Uint8Array {
    return concat(Uint8Array.of(words[word]), peerIdToBytes(this.#parts.local.peerId), id16ToBytes(from), id16ToBytes(to));
  }
}
