import { constants, createHash, createPublicKey, verify } from 'node:crypto';
import sodium from 'libsodium-wrappers';

/** Links, recovery statements and histories of protocol.md §2 written a second time, slow and plain, from the paper alone. `await ready` first. */
export const ready = sodium.ready;

const u8 = (value: number): Buffer => Buffer.of(value);
const uint = (length: number, value: number): Buffer => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out.subarray(8 - length);
};
const lp = (bytes: Uint8Array): Buffer => Buffer.concat([uint(4, bytes.length), bytes]);
const label = (purpose: string): Buffer => lp(Buffer.from(`keyshift/2 ${purpose}`));
export const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();
const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

export interface TwinLink {
  readonly kind: 'link';
  readonly peerId: Uint8Array;
  readonly oldEpoch: number;
  readonly oldHash: Uint8Array;
  readonly epoch: number;
  readonly spki: Uint8Array;
  readonly time: number;
  readonly purpose: number;
  readonly body: Uint8Array;
  readonly oldSignature: Uint8Array;
  readonly newSignature: Uint8Array;
}

export interface TwinRecovery {
  readonly kind: 'recovery';
  readonly peerId: Uint8Array;
  readonly recoveryKey: Uint8Array;
  readonly epoch: number;
  readonly spki: Uint8Array;
  readonly revoked: readonly Uint8Array[];
  readonly time: number;
  readonly body: Uint8Array;
  readonly recoverySignature: Uint8Array;
  readonly newSignature: Uint8Array;
}

export type TwinElement = TwinLink | TwinRecovery;

export function linkBody(of: Omit<TwinLink, 'kind' | 'body' | 'oldSignature' | 'newSignature'>): Buffer {
  return Buffer.concat([of.peerId, uint(4, of.oldEpoch), of.oldHash, uint(4, of.epoch), lp(of.spki), uint(8, of.time), u8(of.purpose)]);
}

export function recoveryBody(of: Omit<TwinRecovery, 'kind' | 'body' | 'recoverySignature' | 'newSignature'>): Buffer {
  return Buffer.concat([of.peerId, of.recoveryKey, uint(4, of.epoch), lp(of.spki), u8(of.revoked.length), ...of.revoked, uint(8, of.time)]);
}

/** A link or a statement with its parts in their places; `kind` as it stands before it in a list. */
export function element(kind: number, bytes: Uint8Array): TwinElement {
  const [body = nothing, first = nothing, second = nothing] = prefixed(bytes);
  const at = Buffer.from(body);
  if (kind === 2) {
    const spkiLength = at.readUInt32BE(68);
    const spki = at.subarray(72, 72 + spkiLength);
    const count = at.readUInt8(72 + spkiLength);
    const revoked = Array.from({ length: count }, (_, index) => at.subarray(73 + spkiLength + 32 * index, 105 + spkiLength + 32 * index));
    const time = Number(at.readBigUInt64BE(73 + spkiLength + 32 * count));
    return { kind: 'recovery', peerId: at.subarray(0, 32), recoveryKey: at.subarray(32, 64), epoch: at.readUInt32BE(64), spki, revoked, time, body, recoverySignature: first, newSignature: second };
  }
  const spkiLength = at.readUInt32BE(72);
  const rest = 76 + spkiLength;
  return {
    kind: 'link',
    peerId: at.subarray(0, 32),
    oldEpoch: at.readUInt32BE(32),
    oldHash: at.subarray(36, 68),
    epoch: at.readUInt32BE(68),
    spki: at.subarray(76, rest),
    time: Number(at.readBigUInt64BE(rest)),
    purpose: at.readUInt8(rest + 8),
    body,
    oldSignature: first,
    newSignature: second,
  };
}

export function elementsOf(list: readonly { readonly kind: number; readonly bytes: Uint8Array }[]): Buffer {
  return Buffer.concat([uint(2, list.length), ...list.flatMap(({ kind, bytes }) => [u8(kind), lp(bytes)])]);
}

export function historyOf(firstCertificate: Uint8Array, elements: Uint8Array): Buffer {
  return Buffer.concat([lp(firstCertificate), elements]);
}

export interface TwinStart {
  readonly peerId: Uint8Array;
  readonly epoch: number;
  readonly spki: Uint8Array;
  /** Undefined: not known. */
  readonly recovered: number | undefined;
  readonly committed: Uint8Array | undefined;
}

/** The key at the end, or undefined when a rule is broken: the rules in the order of the paper, one after the other. */
export function follow(start: TwinStart, elements: readonly TwinElement[]): { readonly epoch: number; readonly hash: Buffer } | undefined {
  let [epoch, spki, recovered] = [start.epoch, Buffer.from(start.spki), start.recovered];
  const left = [sha256(spki)];
  for (const each of elements) {
    const hash = sha256(each.spki);
    if (!same(each.peerId, start.peerId) || left.some((one) => same(one, hash))) return undefined;
    if (each.kind === 'link') {
      if (each.oldEpoch !== epoch || !same(each.oldHash, sha256(spki))) return undefined;
      if (!rsa('rekey', spki, each.body, each.oldSignature) || !rsa('rekey', each.spki, each.body, each.newSignature)) return undefined;
    } else {
      const revokesThis = each.revoked.some((one) => same(one, sha256(spki)));
      if (each.epoch <= (recovered ?? 0) || !(each.epoch > epoch || recovered !== undefined || revokesThis)) return undefined;
      if (!start.committed || !same(sha256(each.recoveryKey), start.committed)) return undefined;
      if (!ed25519(each.recoveryKey, each.body, each.recoverySignature) || !rsa('recovery', each.spki, each.body, each.newSignature)) return undefined;
      left.push(...each.revoked.map((one) => Buffer.from(one)));
      recovered = each.epoch;
    }
    left.push(hash);
    [epoch, spki] = [each.epoch, Buffer.from(each.spki)];
  }
  return { epoch, hash: sha256(spki) };
}

const nothing = new Uint8Array(0);

function prefixed(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Buffer.from(bytes).readUInt32BE(at);
    out.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return out;
}

function rsa(purpose: string, spki: Uint8Array, body: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return verify('sha256', Buffer.concat([label(purpose), body]), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature);
}

function ed25519(key: Uint8Array, body: Uint8Array, signature: Uint8Array): boolean {
  return sodium.crypto_sign_verify_detached(signature, Buffer.concat([label('recovery'), body]), key);
}
