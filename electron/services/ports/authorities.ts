import type { EndorsementList } from '../../engine/certificates/endorsement-list';
import type { PeerId } from '../../engine/ids';

export interface AuthorityRow {
  /** SHA-256 of the certificate, hex. */
  readonly authorityId: string;
  /** DER; verified before it was stored. */
  readonly certificate: Uint8Array;
  readonly addedAt: number;
  /** DER of its newest list of revoked certificates; verified before it was stored. */
  readonly revocations?: Uint8Array;
}

export interface AuthorityStore {
  /** Oldest first. */
  list(): readonly AuthorityRow[];
  put(row: AuthorityRow): void;
  remove(authorityId: string): void;
}

/** What people brought along about their keys; nothing in it is believed. */
export interface EndorsementStore {
  /** The same object as long as nothing changed. */
  find(peerId: PeerId): EndorsementList | undefined;
  peers(): readonly PeerId[];
  put(peerId: PeerId, endorsements: EndorsementList): void;
  remove(peerId: PeerId): void;
}
