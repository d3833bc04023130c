import type { Chain } from '../certificates/chain';
import type { Secret } from '../crypto/secret';

/**
 * Why no session came about. The other side never learns it: it sees the uniform retry frame or a closed connection.
 * `contact.key-mismatch` is the one that rekeying acts on (protocol.md §9).
 */
export type FailureReason =
  /** Bytes that do not follow the layout. */
  | 'malformed'
  | 'unexpected-frame'
  /** M1 for a key this device does not hold, or a kind of M1 it does not know. */
  | 'unknown-selector'
  /** A limit was reached: half-open, sessions, decapsulations. */
  | 'busy'
  /** The same M1 came before (A42). */
  | 'replayed'
  /** The envelope does not open under the key it names. */
  | 'envelope'
  /** A certificate or credential in the chain is not acceptable. */
  | 'chain'
  /** The chain is good, but its identity certificate ended long ago; the user may say that it counts. */
  | 'lapsed'
  | 'signature'
  | 'not-a-contact'
  | 'blocked'
  /** The same peer id under another key than the pinned one. */
  | 'contact.key-mismatch'
  /** Somebody else than the person dialled answered (A45). */
  | 'other-identity'
  /** This very device, reflected (A43). */
  | 'own-instance'
  /** Nonce all zero, or SN = CN (A49). */
  | 'nonce'
  /** M2 does not carry the copy of CN (S3-02). */
  | 'nonce-copy'
  /** Low-order, zero or reflected X25519 share (A49). */
  | 'share'
  /** The reusable part of M2 is not signed by the instance or not in force (A50). */
  | 'static-part'
  | 'time'
  /** An older instance list than the one known. */
  | 'list-version'
  /** M3 or M4 does not prove the nonces. */
  | 'confirmation'
  /** An application record before the confirmation (A53). */
  | 'early-data'
  /** A resumption under a key id, a target or a proof that is none of ours. */
  | 'resume-unknown'
  /** A resumption whose entry does not hold any more: expired, rolled back, or pin, list or chain are others now. */
  | 'resume-stale'
  /** The other side sent the uniform retry frame. */
  | 'retry-asked'
  /** Both dialled at once, and what the other one dialled is in use here by now: there is nothing left to dial for. */
  | 'met-meanwhile'
  | 'timeout'
  | 'closed'
  | 'locked';

/** Why `dial` gave no session. */
export class SessionError extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason) {
    super(`no session: ${reason}`);
    this.name = 'SessionError';
    this.reason = reason;
  }
}

/** Thrown inside one step of the handshake and turned into its `failed` state there; never leaves the room. */
export class Abort extends Error {
  readonly reason: FailureReason;
  /** With `contact.key-mismatch`: the chain under the other key; with `lapsed`: the chain. */
  readonly shown: Chain | undefined;
  /** Of an M1 that was refused and opened: `refusedSecretOf`. Whoever catches this has it. */
  readonly secret: Secret<'pair'> | undefined;

  constructor(reason: FailureReason, shown?: Chain, secret?: Secret<'pair'>) {
    super(reason);
    this.reason = reason;
    this.shown = shown;
    this.secret = secret;
  }
}
