import type { Crypto, RsaKeyPair } from '../../electron/engine/crypto/crypto';
import { type KeyLink, parseKeyLink } from '../../electron/engine/certificates/key-link';
import { parseRecovery, type RecoveryStatement } from '../../electron/engine/certificates/recovery-statement';
import { peerIdToBytes } from '../../electron/engine/wire/ids';
import { Writer } from '../../electron/engine/wire/writer';
import type { PeerId } from '../../electron/engine/ids';
import * as twin from '../reference/identity-twin';

export interface Keyed {
  readonly epoch: number;
  readonly keyPair: RsaKeyPair;
}

/** A link that says one thing and is signed by whom the forger likes. */
export interface LinkForgery {
  readonly peerId: PeerId;
  readonly old: Keyed;
  readonly next: Keyed;
  /** Left out: the keys named. */
  readonly oldSigner?: RsaKeyPair;
  readonly newSigner?: RsaKeyPair;
  readonly purpose?: number;
}

export async function forgedLinkBytes(crypto: Crypto, { peerId, old, next, oldSigner = old.keyPair, newSigner = next.keyPair, purpose = 0 }: LinkForgery): Promise<Uint8Array> {
  const fields = { peerId: peerIdToBytes(peerId), oldEpoch: old.epoch, oldHash: twin.sha256(old.keyPair.spki), epoch: next.epoch, spki: next.keyPair.spki, time: 1, purpose };
  const body = new Uint8Array(twin.linkBody(fields));
  const writer = new Writer().lp(body);
  for (const { privateKey } of [oldSigner, newSigner]) writer.lp(await crypto.rsaSign('rekey', privateKey, body));
  return writer.finish();
}

export async function forgedLink(crypto: Crypto, forgery: LinkForgery): Promise<KeyLink> {
  return parseKeyLink(crypto, await forgedLinkBytes(crypto, forgery));
}

export interface RecoveryForgery {
  readonly peerId: PeerId;
  /** Ed25519 seeds: of the key named, and of the one that signs. */
  readonly named: Uint8Array;
  readonly signer?: Uint8Array;
  readonly next: Keyed;
  readonly newSigner?: RsaKeyPair;
  readonly revoked?: readonly Uint8Array[];
}

export async function forgedRecoveryBytes(crypto: Crypto, { peerId, named, signer = named, next, newSigner = next.keyPair, revoked = [] }: RecoveryForgery): Promise<Uint8Array> {
  const recoveryKey = crypto.signingFromSeed(named.slice()).publicKey;
  const body = new Uint8Array(twin.recoveryBody({ peerId: peerIdToBytes(peerId), recoveryKey, epoch: next.epoch, spki: next.keyPair.spki, revoked, time: 1 }));
  const byRecovery = crypto.sign('recovery', crypto.signingFromSeed(signer.slice()).secret, body);
  return new Writer().lp(body).lp(byRecovery).lp(await crypto.rsaSign('recovery', newSigner.privateKey, body)).finish();
}

export async function forgedRecovery(crypto: Crypto, forgery: RecoveryForgery): Promise<RecoveryStatement> {
  return parseRecovery(crypto, await forgedRecoveryBytes(crypto, forgery));
}
