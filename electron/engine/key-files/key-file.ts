import type { EndorsementList } from '../certificates/endorsement-list';
import type { IdentityCertificate } from '../certificates/identity-certificate';
import type { Crypto, RsaPrivateKey } from '../crypto/crypto';
import type { KeyPaper } from './key-papers';

/** What a file of an identity key holds: S5-25. Every format carries key, certificate and papers; the rest only the own container. */
export interface KeyFile {
  readonly privateKey: RsaPrivateKey;
  /** Of exactly this key; shape and self-signature were checked. */
  readonly certificate: IdentityCertificate;
  /** Oldest first; the newest is this key's. Not checked yet; empty where another program made the file. */
  readonly papers: readonly KeyPaper[];
  /** Ed25519, 32 bytes; never its private half. */
  readonly recoveryKey?: Uint8Array;
  /** What organisations say of this key, as in a card. */
  readonly endorsements?: EndorsementList;
}

/** What opening and making key files needs. */
export interface KeyFileParts {
  readonly crypto: Crypto;
  /** Lets others work in the middle of a long calculation. */
  readonly turn: () => Promise<void>;
}

/** Cap in bytes, before anything is read (A85). */
export const maxKeyFileBytes = 1024 * 1024;
/** PKCS #12 is read with lengths of two bytes. */
export const maxPkcs12Bytes = 64 * 1024 - 1;
