import type { ExchangeCredential } from '../certificates/credential';
import type { IdentityCertificate } from '../certificates/identity-certificate';
import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { KekId, PeerId } from '../ids';
import { createKekBlock, parseNames, spanOfBlock, unwrapBlock } from './kek-block';
import type { KekRow, KekStore } from './kek-store';
import { keyCheck } from './kek-wrap';
import { certName, credentialHash, issued } from './service-pair';

export interface KekKeysParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  readonly store: KekStore;
  readonly peerId: PeerId;
  /** Keys kept open in memory; 0 derives received ones from their block at every need. */
  readonly open: number;
}

/** Who a key is wrapped to: the other person with the exchange credential in use. */
export interface Recipient {
  readonly identity: IdentityCertificate;
  readonly exchange: ExchangeCredential;
}

/** Own header block for one recipient credential, with what every message under it hashes. */
export interface OwnBlock {
  readonly bytes: Uint8Array;
  /** hdr1 = H(service pair ‖ KEK header), 32 bytes. */
  readonly hash: Uint8Array;
}

/** The key bytes of one pair's key exchange keys, and the own blocks they are sent in. A few are kept open, oldest out first. */
export class KekKeys {
  readonly #parts: KekKeysParts;
  readonly #open = new Map<KekId, Secret<'kek'>>();

  constructor(parts: KekKeysParts) {
    this.#parts = parts;
  }

  /**
   * Runs `use` with the key itself: a created one from its row, a received one from memory or, after a restart, from
   * its verified block with one decapsulation (S1-19). Undefined when the exchange key it was wrapped to is gone.
   */
  withKey<T>(row: KekRow, use: (key: Secret<'kek'>) => T): T | undefined {
    const { crypto } = this.#parts;
    const open = this.#open.get(row.kekId);
    if (open) return use(open);
    const key = row.key ? crypto.secret('kek', row.key.slice()) : this.#fromBlock(row);
    if (!key) return undefined;
    try {
      this.keep(row.kekId, key.bytes);
      return use(key);
    } finally {
      key.wipe();
    }
  }

  /**
   * The service pair and KEK header to send under this key to this credential: made once, then the same bytes in every
   * dialog (S1-27, S1-30, S1-31). Undefined when the recipient's key is malformed or the key cannot be had.
   */
  ownBlock(row: KekRow, recipient: Recipient): OwnBlock | undefined {
    const { crypto, local, store, peerId } = this.#parts;
    const context = crypto.sha256(local.instance.credential.hash, recipient.exchange.hash);
    const stored = store.ownBlock(row.kekId, context);
    if (stored) return { bytes: stored, hash: crypto.sha256(stored) };
    const names = {
      initiatorCert: certName(local.identity, local.instance.credential),
      initiatorIssued: issued(local.instance.credential),
      targetCert: certName(recipient.identity, recipient.exchange),
      targetIssued: issued(recipient.exchange),
    };
    const recipientKem = recipient.exchange.kemKey;
    const signing = local.instance.signing.secret;
    const bytes = this.withKey(row, (kek) => createKekBlock(crypto, { names, header: row, kek, recipientKem, signing }));
    if (!bytes) return undefined;
    store.putOwnBlock(peerId, row.kekId, context, bytes);
    return { bytes, hash: crypto.sha256(bytes) };
  }

  /** Keeps a copy of an opened key. */
  keep(kekId: KekId, bytes: Uint8Array): void {
    if (this.#parts.open === 0 || this.#open.has(kekId)) return;
    for (const oldest of this.#open.keys()) {
      if (this.#open.size < this.#parts.open) break;
      this.drop(oldest);
    }
    this.#open.set(kekId, this.#parts.crypto.secret('kek', bytes.slice()));
  }

  drop(kekId: KekId): void {
    this.#open.get(kekId)?.wipe();
    this.#open.delete(kekId);
  }

  wipe(): void {
    for (const key of this.#open.values()) key.wipe();
    this.#open.clear();
  }

  #fromBlock(row: KekRow): Secret<'kek'> | undefined {
    const { crypto, local, store, peerId } = this.#parts;
    const stored = store.blockOf(peerId, row.kekId);
    if (!stored) return undefined;
    const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
    const span = spanOfBlock(bytes, 0);
    if (!span) return undefined;
    const { targetCert } = parseNames(bytes, span);
    const exchange = local.exchange.find(credentialHash(targetCert));
    const key = exchange && unwrapBlock(crypto, bytes, span, targetCert, exchange.kem);
    if (!key) return undefined;
    if (crypto.equal(keyCheck(crypto, 'kek-check', key), row.check)) return key;
    key.wipe();
    return undefined;
  }
}
