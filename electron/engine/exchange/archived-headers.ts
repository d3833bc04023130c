import { parseInstanceCredential, verifyInstanceCredential } from '../certificates/credential';
import { parseIdentityCertificate } from '../certificates/identity-certificate';
import { parseKeyHistory, verifyKeyHistory } from '../certificates/key-history';
import type { Crypto } from '../crypto/crypto';
import { toHex } from '../wire/encoding';
import { parseKekHeader, parseNames, spanOfBlock, verifyKekBlock } from './kek-block';
import { certName, issued, peerIdInName } from './service-pair';

export interface ArchivedSigner {
  readonly peerId: string;
  /** Identity certificate, DER, and the credential of a device that was issued under it. */
  readonly certificate: Uint8Array;
  readonly credential: Uint8Array;
  /** Keys from the first to that of the certificate; needed for every key but the first. */
  readonly history?: Uint8Array | undefined;
}

/** Why a signer or a header counts for nothing. `history`: nothing leads from the peer id to this key. */
export type ArchiveFault = 'certificate' | 'history' | 'credential' | 'header' | 'signer' | 'recipient' | 'signature';

/**
 * Checks key headers long after they were sent: without clocks, pins or any secret. A true one says that a device of this person shared a
 * key exchange key with that recipient. It says nothing about any message (export.md).
 */
export class ArchivedHeaders {
  readonly #crypto: Crypto;
  readonly #people: ReadonlySet<string>;
  readonly #signers = new Map<string, { readonly peerId: string; readonly signingKey: Uint8Array; readonly issued: Uint8Array }>();

  /** `people`: the peer ids of the two whose archive it is. */
  constructor(crypto: Crypto, people: readonly string[]) {
    this.#crypto = crypto;
    this.#people = new Set(people);
  }

  /** Undefined: it is a signer from now on. */
  addSigner(signer: ArchivedSigner): ArchiveFault | undefined {
    const crypto = this.#crypto;
    let fault: ArchiveFault = 'certificate';
    try {
      if (!this.#people.has(signer.peerId)) return fault;
      const identity = parseIdentityCertificate(crypto, signer.certificate);
      if (identity.peerId !== signer.peerId) return fault;
      fault = 'history';
      if (identity.epoch !== 1) {
        if (signer.history === undefined) return fault;
        verifyKeyHistory(crypto, identity.peerId, parseKeyHistory(crypto, signer.history), identity);
      }
      fault = 'credential';
      const credential = parseInstanceCredential(crypto, signer.credential);
      verifyInstanceCredential(crypto, credential, identity);
      this.#signers.set(toHex(certName(identity, credential)), { peerId: signer.peerId, signingKey: credential.signingKey, issued: issued(credential) });
      return undefined;
    } catch {
      return fault;
    }
  }

  /** Gives who signed it, or why it counts for nothing. */
  check(block: Uint8Array): { readonly signedBy: string } | { readonly fault: ArchiveFault } {
    const bytes = Buffer.from(block);
    const span = spanOfBlock(bytes, 0);
    if (span?.end !== bytes.length || parseKekHeader(bytes, span) === undefined) return { fault: 'header' };
    const names = parseNames(bytes, span);
    const signer = this.#signers.get(toHex(names.initiatorCert));
    if (signer === undefined || Buffer.compare(names.initiatorIssued, signer.issued) !== 0) return { fault: 'signer' };
    // A key shared with somebody else, or with oneself, says nothing about these two.
    const recipient = peerIdInName(names.targetCert);
    if (recipient === undefined || recipient === signer.peerId || !this.#people.has(recipient)) return { fault: 'recipient' };
    return verifyKekBlock(this.#crypto, bytes, span, signer.signingKey) ? { signedBy: signer.peerId } : { fault: 'signature' };
  }
}
