import type { PeerId } from '../../engine/ids';

/** A device's credential and the identity certificate it was issued under, both as encoded. */
export interface KeptSigner {
  readonly credential: Uint8Array;
  readonly certificate: Uint8Array;
}

/** Signed key headers between this person and a contact, and who signed them, for archives. Written by the stores they come through. */
export interface KeptHeaderStore {
  /** Blocks of both directions in the order they were kept, at most `limit` after `after` (0: from the first). */
  page(peerId: PeerId, after: number, limit: number): readonly { readonly key: number; readonly block: Uint8Array }[];
  /** Devices of a contact, or one's own under one's own peer id. */
  signers(peerId: PeerId): readonly KeptSigner[];
}
