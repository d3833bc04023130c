import type { inspect } from 'node:util';

/**
 * Every kind of secret the engine holds, with its size, its life and its rule. A `Secret<'dsk-send'>` cannot be
 * handed to what wants a `Secret<'dsk-receive'>` (S2-01): the kinds are part of the type.
 */
export type SecretKind =
  /** Ed25519 seed of this device, 32 bytes; never exported; signs credentials' counter-signatures, KEK blocks, handshakes. */
  | 'instance-signing'
  /** X-Wing secret of this device (state for siblings is sealed to it), 32 bytes; never exported. */
  | 'instance-kem'
  /** X-Wing secret of the person's exchange credential, 32 bytes; destroyed 31 days after its successor's start. */
  | 'exchange-kem'
  /** X25519 secret, 32 bytes; one handshake (ephemeral) or one process and at most 24 h (semi-static). */
  | 'dh'
  /** Raw X25519 or X-Wing result, 32 bytes; only ever input of a key derivation. */
  | 'shared'
  /** Content key of one `sealSigned` envelope, 32 bytes; in the handshake the nonce CN or SN. Used once. */
  | 'content'
  /** Session master key MK, 32 bytes; life of the session. */
  | 'session-master'
  /** Resumption secret RS, and the keys of one resumption made of it, 32 bytes; at most 7 days in the database, used once. */
  | 'resumption'
  /** Key that devices of one person share to hand sessions over, or one made of it, 32 bytes; until the device list changes, and as long as sessions named under it may be resumed. */
  | 'sharing'
  /** Pair secret, 32 bytes; shared by two people since a first session, so that one recognises the other on a channel that knows nobody. */
  | 'pair'
  /** Key of one file, 32 bytes; as long as its message is kept. Seals one content, once. */
  | 'file'
  /** Record, confirm or channel key of one direction, 32 bytes; life of the connection. */
  | 'record'
  | 'confirm'
  | 'channel'
  /** Key exchange key, 32 bytes; one pair of people and creating device, 7 days. */
  | 'kek'
  /** Dialog session key this device sends with, 32 bytes; until the next shift. */
  | 'dsk-send'
  /** Dialog session key another device sends with, 32 bytes; until its range is complete. */
  | 'dsk-receive'
  /** Secret of an invitation link, 16 bytes; until redeemed or expired. Never sent. */
  | 'invitation'
  /** Key of the database, 32 bytes, and the key-encryption key Argon2id makes of the passphrase. */
  | 'database'
  | 'passphrase-derived';

/** `util.inspect.custom` without importing `node:util` at run time. */
const inspectSymbol: typeof inspect.custom = Symbol.for('nodejs.util.inspect.custom') as typeof inspect.custom;

/**
 * Secret bytes in memory that holds nothing but secrets (`locked-memory.ts`), locked where the system allows and wiped
 * when their work is done. Refuses to be printed: `toString`, JSON and inspection give its kind only.
 */
export class Secret<K extends SecretKind> {
  readonly kind: K;
  readonly #bytes: Uint8Array;
  readonly #onWipe: ((bytes: Uint8Array) => void) | undefined;
  #wiped = false;

  /** Takes ownership of `bytes`: the caller keeps no copy. `onWipe` unlocks the memory. Made by `Crypto.secret`. */
  constructor(kind: K, bytes: Uint8Array, onWipe?: (bytes: Uint8Array) => void) {
    this.kind = kind;
    this.#bytes = bytes;
    this.#onWipe = onWipe;
  }

  /** The bytes themselves, for a primitive to read. Throws after `wipe`. Never store what this returns. */
  get bytes(): Uint8Array {
    if (this.#wiped) throw new Error(`the ${this.kind} secret was already wiped`);
    return this.#bytes;
  }

  get wiped(): boolean {
    return this.#wiped;
  }

  /** Overwrites the bytes with zeros. May be called again. */
  wipe(): void {
    if (this.#wiped) return;
    this.#wiped = true;
    this.#bytes.fill(0);
    this.#onWipe?.(this.#bytes);
  }

  toString(): string {
    return `[secret ${this.kind}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspectSymbol](): string {
    return this.toString();
  }
}
