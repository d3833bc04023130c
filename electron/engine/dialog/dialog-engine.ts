import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import type { PeerId } from '../ids';
import type { Clock, Logger } from '../ports';
import type { DialogStore } from './dialog-store';
import type { DialogEngine, DialogSink, RemoteParty } from './dialog-types';

export type {
  DialogEngine,
  DialogKeyStatus,
  DialogSink,
  FailureReason,
  Outbound,
  ReceiveOutcome,
  RemoteParty,
  Sent,
} from './dialog-types';

export interface DialogEngineParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly store: DialogStore;
  /** Undefined while the peer's credentials are not known yet. */
  readonly peers: (peerId: PeerId) => RemoteParty | undefined;
  readonly sink: DialogSink;
  /** 16 bytes made anew at every unlock by `createStartToken` (protocol.md §7). */
  readonly startToken: Uint8Array;
  readonly limits?: Partial<DialogLimits>;
}

export interface DialogLimits {
  /** Header cache entries per peer and level; 0 is legal and changes no result (S1-47). */
  readonly cacheEntries: number;
  /** Private-key operations one peer can cause at once, and how many come back per second (A17). */
  readonly decapsulations: number;
  readonly decapsulationsPerSecond: number;
  /** How far ahead of the next expected message one may be, and how many bytes may wait (A25). */
  readonly lookAhead: number;
  readonly heldBytes: number;
}

export function createDialogEngine(_parts: DialogEngineParts): DialogEngine {
  throw new Error('not built yet');
}
