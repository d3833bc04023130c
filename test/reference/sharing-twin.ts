import { createHash, hkdfSync } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { sealSigned, type TwinSealing } from './deposit-twin';

/** A session that goes on at another device (protocol.md §10.5) written a second time, from the paper alone. `await ready` of the dialog's twin first. */
const number = (value: number, bytes: number): Buffer => Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
const lp = (bytes: Uint8Array): Buffer => Buffer.concat([number(bytes.length, 4), bytes]);
const label = (purpose: string): Buffer => lp(Buffer.from(`keyshift/2 ${purpose}`));
const nothing = Buffer.alloc(0);

function hkdf(secret: Uint8Array, purpose: string, length = 32, context: Uint8Array = nothing): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(32), Buffer.concat([label(purpose), context]), length));
}

function aead(purpose: string, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, Buffer.concat([label(purpose), aad]), null, nonce, key));
}

export interface TwinKey {
  readonly secret: Uint8Array;
  readonly listVersion: number;
}

/** First 8 bytes of H(label ‖ key). */
export function sharingId({ secret }: TwinKey): Buffer {
  return createHash('sha256').update(Buffer.concat([label('sharing-key'), secret])).digest().subarray(0, 8);
}

/** Of several the one that is used for what is made. */
export function keyInUse(keys: readonly TwinKey[]): TwinKey | undefined {
  return [...keys].sort((a, b) => b.listVersion - a.listVersion || Buffer.compare(sharingId(a), sharingId(b)))[0];
}

export function ownerHint(person: TwinKey, keyId: Uint8Array, owner: Uint8Array): Buffer {
  return aead('handover-hint', hkdf(person.secret, 'handover-hint', 32, keyId), Buffer.alloc(24), nothing, owner);
}

export interface TwinState {
  readonly keyId: Uint8Array;
  readonly secret: Uint8Array;
  readonly peerId: Uint8Array;
  readonly peerInstance: Uint8Array;
  readonly peerInstanceHash: Uint8Array;
  readonly pin: Uint8Array;
  readonly madeAt: number;
  readonly expiresAt: number;
  readonly sent: { readonly counter: number; readonly digest: Uint8Array };
  readonly received: { readonly counter: number; readonly digest: Uint8Array };
  readonly peerChain: Uint8Array;
}

export function stateBytes(of: TwinState): Buffer {
  const position = ({ counter, digest }: TwinState['sent']): Buffer => Buffer.concat([number(counter, 8), digest]);
  return Buffer.concat([
    Buffer.of(1), of.keyId, of.secret, of.peerId, of.peerInstance, of.peerInstanceHash, of.pin, number(of.madeAt, 8), number(of.expiresAt, 8),
    position(of.sent), position(of.received), lp(of.peerChain),
  ]);
}

/** `contentKey` and `nonce` are drawn, in this order. */
export function sealState(state: TwinState, pairs: readonly TwinKey[], contentKey: Uint8Array, nonce: Uint8Array): Buffer {
  const wraps = pairs.map((pair) => Buffer.concat([sharingId(pair), aead('session-wrap', hkdf(pair.secret, 'session-wrap'), nonce, state.keyId, contentKey)]));
  return Buffer.concat([nonce, Buffer.of(wraps.length), ...wraps, aead('session-state', contentKey, nonce, state.keyId, stateBytes(state))]);
}

export interface TwinLine {
  readonly phase: 0 | 1 | 2;
  readonly generation: number;
  readonly owner: Uint8Array;
  readonly taker: Uint8Array;
  readonly leaseEnd: number;
  readonly expiresAt: number;
  readonly body: Uint8Array;
}

export function ledgerLine(of: TwinLine): Buffer {
  return Buffer.concat([Buffer.of(1, of.phase), number(of.generation, 4), of.owner, lp(of.taker), number(of.leaseEnd, 8), number(of.expiresAt, 8), lp(of.body)]);
}

export function recordName(person: TwinKey, keyId: Uint8Array): string {
  return hkdf(person.secret, 'repository-name', 16, keyId).toString('hex');
}

export function recordOf(person: TwinKey, keyId: Uint8Array, line: TwinLine, nonce: Uint8Array): Buffer {
  return Buffer.concat([nonce, aead('repository-record', hkdf(person.secret, 'repository-record'), nonce, keyId, ledgerLine(line))]);
}

/** The word `keys`, without its kind and length. */
export function keysWord(persons: readonly TwinKey[], pair: TwinKey, sealing: Omit<TwinSealing, 'context'> & { readonly peerId: Uint8Array; readonly credentialHash: Uint8Array }): Buffer {
  const one = ({ listVersion, secret }: TwinKey): Buffer => Buffer.concat([number(listVersion, 8), secret]);
  const statement = Buffer.concat([Buffer.of(persons.length), ...persons.map(one), one(pair)]);
  return sealSigned('sharing-key', { ...sealing, context: Buffer.concat([sealing.peerId, sealing.credentialHash]) }, statement).envelope;
}
