import type { Chain, VerifiedCache, VerifiedChain } from '../certificates/chain';
import type { ExchangeCredential } from '../certificates/credential';
import type { LocalParty } from '../certificates/local-party';
import type { PeerLookup, Pin } from '../certificates/pinned-chain';
import type { Crypto, KeyPair } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { InstanceId, PeerId } from '../ids';
import type { InstanceRef } from '../ports';
import type { Frame } from '../wire/frame';
import type { FailureReason } from './failure';
import type { Role, RxKeys, TxKeys } from './key-schedule';
import type { Position } from './records';
import type { ResumeM1 } from './resume-message';
import type { ResumptionEntry } from './resumption-entry';
import type { SemiStatic } from './semi-static';

export type { PeerLookup, Pin };

/** Whom to dial. */
export interface DialTarget {
  readonly peerId: PeerId;
  /** 32 bytes. */
  readonly pinnedSpkiHash: Uint8Array;
  /** The exchange credential to seal M1 to; of an own device `deviceKeyOf`, which only that one can open. */
  readonly exchange: Pick<ExchangeCredential, 'kemKey' | 'hash'>;
  /** The device expected at this address. Any other of the person is as welcome, but only a session with that one is resumed. */
  readonly instanceId?: InstanceId;
  /** Its chain as its cards and lists told it: where it is known, a session with another device of the person may be shown to this one (protocol.md §10.5). */
  readonly device?: VerifiedChain;
}

/** What a step may ask. Nothing here waits, reads a clock or touches the network. */
export interface HandshakeEnvironment {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  readonly peers: PeerLookup;
  readonly verified?: VerifiedCache;
  /** The reusable signed part of M2 in force. */
  semiStatic(): SemiStatic;
  /** Asks the decapsulation budget; called at most once per handshake. */
  mayDecapsulate(): boolean;
  /** Whether this M1 frame, by its hash, was opened here before. */
  isReplay(frameHash: Uint8Array): boolean;
  /** Remembers an M1 frame that was opened. */
  opened(frameHash: Uint8Array): void;
  /** Whether a session with this device was confirmed since this handshake began, and is in use: the other side dialled, too. */
  metMeanwhile?(device: InstanceRef): boolean;
  /** Own devices that are not in step are taken, too: for a session that serves nothing but that (protocol.md §10). */
  readonly takesBehind?: boolean;
  /** Without it no session is resumed. */
  readonly resumption?: ResumptionDesk;
}

/** What one handshake may ask of the entries kept for resumption. The leases it takes end with it. */
export interface ResumptionDesk {
  /** The entry to dial this target with, leased for the dialler's part. */
  toDial(target: DialTarget): ResumptionEntry | undefined;
  find(keyId: Uint8Array): ResumptionEntry | undefined;
  /** For the listener's part, once the proof verified. False: another handshake has it. */
  lease(entry: ResumptionEntry): boolean;
  /** An entry that can be of no use any more. */
  drop(entry: ResumptionEntry): void;
  /** The other side asked for a full handshake in its place. */
  refused(entry: ResumptionEntry): void;
  /** Another device of the person than the entry's own would not go on with it. For that one it stays good. */
  declined(entry: ResumptionEntry): void;
  /** Whether the own person's other devices are to be asked for the entry of this M1, which is not here. Once true, the answer is waited for. */
  asks?(message: ResumeM1, frame: Uint8Array): boolean;
  /** The other side's confirmation verified: it never serves again. */
  spend(entry: ResumptionEntry): void;
}

export interface SessionKeys {
  readonly master: Secret<'session-master'>;
  readonly keyId: Uint8Array;
  readonly tx: TxKeys;
  readonly rx: RxKeys;
}

/** A confirmed handshake: what the record layer goes on with. Counters stand at 1 in both directions. */
export interface Opened {
  readonly role: Role;
  readonly peer: VerifiedChain;
  readonly keys: SessionKeys;
  readonly sent: Position;
  readonly received: Position;
  /** The entry it was resumed from, used up now; its secret is wiped. */
  readonly resumes: ResumptionEntry | undefined;
}

/**
 * The handshake in its phases (protocol.md §8):
 *
 *     dialler    idle ─ start ─▶ awaiting-m2 ─ M2 ─▶ awaiting-confirm (M3 is out) ─ M4 ─▶ open
 *     listener   awaiting-m1 ─ M1 ─▶ awaiting-confirm (M2 and M4 are out) ─ M3 ─▶ open
 *
 * and with a resumption before it, which leads to the same end or, refused, to the full handshake on the same connection:
 *
 *     dialler    idle ─ start ─▶ awaiting-m2-resume ─ M2 ─▶ awaiting-confirm;   ─ retry ─▶ awaiting-m2 (a full M1 is out), or failed (met meanwhile)
 *     listener   awaiting-m1 ─ M1 ─▶ awaiting-confirm;   ─ M1 refused ─▶ awaiting-m1 (retry is out, only a full M1 counts)
 *                awaiting-m1 ─ M1, not here ─▶ awaiting-entry ─ looked for ─▶ as if M1 had come only now
 *
 * Neither waits for the other's confirmation before sending its own (S3-04). Any phase may end in `failed`.
 */
export type HandshakeState =
  | { readonly phase: 'idle'; readonly target: DialTarget }
  | AwaitingM2
  | AwaitingM2Resume
  | AwaitingM1
  | AwaitingEntry
  | AwaitingConfirm
  | { readonly phase: 'open'; readonly opened: Opened }
  | Failed;

export interface AwaitingM2 {
  readonly phase: 'awaiting-m2';
  readonly target: DialTarget;
  /** Own chain as it stands in M1, and the key M2 must be sealed to. */
  readonly chain: Chain;
  readonly kem: Secret<'exchange-kem'>;
  readonly cn: Secret<'content'>;
  readonly ephemeral: KeyPair<'dh'>;
  readonly m1Hash: Uint8Array;
}

export interface AwaitingM2Resume {
  readonly phase: 'awaiting-m2-resume';
  readonly target: DialTarget;
  readonly entry: ResumptionEntry;
  /** RS. */
  readonly secret: Secret<'resumption'>;
  readonly peer: VerifiedChain;
  readonly cn: Secret<'content'>;
  readonly ephemeral: KeyPair<'dh'>;
  readonly m1Hash: Uint8Array;
}

export interface AwaitingM1 {
  readonly phase: 'awaiting-m1';
  /** Why a resumption was refused on this connection: the next M1 must be a full one. */
  readonly refused?: FailureReason;
}

/** The entry of this M1 may be at another device of the own person: it is looked for, and meanwhile nothing is said. */
export interface AwaitingEntry {
  readonly phase: 'awaiting-entry';
  readonly message: ResumeM1;
  readonly m1: Frame;
}

export interface AwaitingConfirm {
  readonly phase: 'awaiting-confirm';
  readonly role: Role;
  readonly peer: VerifiedChain;
  readonly keys: SessionKeys;
  /** What M3 or M4 of the other side must say, 32 bytes. */
  readonly expected: Uint8Array;
  readonly sent: Position;
  readonly received: Position;
  readonly resumes: ResumptionEntry | undefined;
}

export interface Failed {
  readonly phase: 'failed';
  readonly reason: FailureReason;
  /** `retry`: the uniform frame, then close. `none`: close without a word. */
  readonly answer: 'retry' | 'none';
  /** With `contact.key-mismatch`: the chain under the other key, sound in itself and authentic, and nothing pinned vouches for it. With `lapsed`: the chain, as authentic. */
  readonly shown: Chain | undefined;
  /** Of an M1 that was refused: its dialler's after the retry frame, its recipient's with `contact.key-mismatch`. Whoever takes the failure wipes it. */
  readonly secret?: Secret<'pair'>;
}

export type HandshakeInput =
  | { readonly kind: 'start'; readonly now: number }
  | { readonly kind: 'frame'; readonly frame: Frame; readonly now: number }
  /** The search that `awaiting-entry` waits for is over: what there is is with the other entries. */
  | { readonly kind: 'looked'; readonly now: number }
  | { readonly kind: 'end'; readonly reason: 'timeout' | 'closed' | 'locked' | 'busy' | 'unexpected-frame' | 'malformed' };

export interface HandshakeStep {
  readonly state: HandshakeState;
  /** Frames to send, in order. */
  readonly output: readonly Uint8Array[];
  /** They are a refusal, and wait as long as every refusal does. */
  readonly delayed?: true;
}
