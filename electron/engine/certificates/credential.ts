import type { Crypto, KeyPair, RsaPrivateKey } from '../crypto/crypto';
import { isUsableKemKey, kemLengths } from '../crypto/xwing';
import { instanceIdOf } from '../identity/peer-id';
import type { InstanceId, PeerId } from '../ids';
import { id16ToBytes, instanceIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { type Binding, bindingTo, bodyKinds, isBoundTo, readBinding, writeBinding } from './credential-body';
import type { IdentityCertificate } from './identity-certificate';
import { type Role, rolesFromByte, rolesToByte } from './roles';
import { parsing, unacceptable } from './unacceptable';
import type { Validity } from './validity';

/**
 * Delegated credentials (the idea of RFC 9345): the identity key certifies the keys that work every day, so that RSA
 * runs only here (protocol.md §2). Each signature covers the label of its purpose, then the whole body.
 */
const maxBody = 1536;
const maxRsaSignature = 512;
const maxDeviceName = 128;
const signatureLength = 64;

/** One device: its Ed25519 and X-Wing keys, signed by the identity key and by the device itself. About 1.9 KiB. */
export interface InstanceCredential extends Binding, Validity {
  readonly bytes: Uint8Array;
  /** H(bytes), 32 bytes. */
  readonly hash: Uint8Array;
  /** Follows from the signing key: nobody can take another device's id. */
  readonly instanceId: InstanceId;
  /** Ed25519, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** X-Wing, 1216 bytes. */
  readonly kemKey: Uint8Array;
  /** At most 128 bytes of UTF-8. */
  readonly deviceName: string;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly roles: readonly Role[];
  /** Void under an instance list older than this. */
  readonly minListVersion: number;
  readonly body: Uint8Array;
  /** RSA-PSS of the identity key. */
  readonly signature: Uint8Array;
  /** Ed25519 of the device: it agrees to be this person's, and holds the key (A14). The same in every credential of the device, see `consentTo`. */
  readonly counterSignature: Uint8Array;
}

export type Issuer = { readonly kind: 'identity' } | { readonly kind: 'instance'; readonly instanceId: InstanceId };

/** The rotating key that others wrap to. About 1.8 KiB. */
export interface ExchangeCredential extends Binding, Validity {
  readonly bytes: Uint8Array;
  /** H(bytes), 32 bytes. */
  readonly hash: Uint8Array;
  /** X-Wing, 1216 bytes. */
  readonly kemKey: Uint8Array;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly issuer: Issuer;
  readonly minListVersion: number;
  readonly body: Uint8Array;
  /** RSA-PSS of the identity key, or Ed25519 of an instance with role `exchange`. */
  readonly signature: Uint8Array;
}

export interface NewInstanceCredential extends Validity {
  readonly identity: IdentityCertificate;
  readonly identityKey: RsaPrivateKey;
  /** The device's own keys where they are here; of another device its key and what it consented to. */
  readonly signing: KeyPair<'instance-signing'> | { readonly publicKey: Uint8Array; readonly consent: Uint8Array };
  readonly kemKey: Uint8Array;
  readonly deviceName: string;
  readonly roles: readonly Role[];
  readonly minListVersion: number;
}

/** Body: binding ‖ signingKey[32] ‖ kemKey[1216] ‖ serial[16] ‖ notBefore u64 ‖ notAfter u64 ‖ roles u8 ‖ deviceName LP ‖ minListVersion u32. */
export async function issueInstanceCredential(crypto: Crypto, input: NewInstanceCredential): Promise<InstanceCredential> {
  const writer = writeBinding(new Writer(maxBody), bodyKinds.instance, bindingTo(input.identity));
  const body = writer
    .fixed(input.signing.publicKey)
    .fixed(input.kemKey)
    .fixed(crypto.random(16))
    .u64(input.notBefore)
    .u64(input.notAfter)
    .u8(rolesToByte(input.roles))
    .text(input.deviceName)
    .u32(input.minListVersion)
    .finish();
  const signature = await crypto.rsaSign('instance-credential', input.identityKey, body);
  const counterSignature = 'consent' in input.signing ? input.signing.consent : consentTo(crypto, input.identity.peerId, input.signing, input.kemKey);
  return parseInstanceCredential(crypto, new Writer(2048).lp(body).lp(signature).fixed(counterSignature).finish());
}

/**
 * What a device says once of itself: it is a device of this person, with these keys (A14). It goes into every credential of the device, so that
 * the identity key can renew that of a device which is away. Ed25519 over kind u8 (4) ‖ peer id[32] ‖ signingKey[32] ‖ kemKey[1216]: 64 bytes.
 */
export function consentTo(crypto: Crypto, peerId: PeerId, signing: KeyPair<'instance-signing'>, kemKey: Uint8Array): Uint8Array {
  return crypto.sign('instance-consent', signing.secret, consentBytes(peerId, signing.publicKey, kemKey));
}

/** Whether a device with this signing key said so. */
export function isConsent(crypto: Crypto, peerId: PeerId, keys: Pick<InstanceCredential, 'signingKey' | 'kemKey'>, consent: Uint8Array): boolean {
  return crypto.verify('instance-consent', keys.signingKey, consentBytes(peerId, keys.signingKey, keys.kemKey), consent);
}

function consentBytes(peerId: PeerId, signingKey: Uint8Array, kemKey: Uint8Array): Uint8Array {
  return new Writer(1 + 32 + 32 + kemLengths.publicKey).u8(bodyKinds.consent).fixed(peerIdToBytes(peerId)).fixed(signingKey).fixed(kemKey).finish();
}

/** Structure only: body LP ‖ identity signature LP ‖ counter-signature[64]. Throws `key.unacceptable`. */
export function parseInstanceCredential(crypto: Crypto, source: Uint8Array): InstanceCredential {
  return parsing(() => {
    const bytes = owned(source);
    const outer = new Reader(bytes);
    const body = outer.lp(maxBody);
    const signature = outer.lp(maxRsaSignature);
    const counterSignature = outer.fixed(signatureLength);
    outer.end();
    const reader = new Reader(body);
    const binding = readBinding(reader, bodyKinds.instance);
    const signingKey = reader.fixed(32);
    const kemKey = reader.fixed(kemLengths.publicKey);
    const serial = reader.fixed(16);
    const notBefore = reader.u64();
    const notAfter = reader.u64();
    const roles = rolesFromByte(reader.u8());
    const deviceName = reader.text(maxDeviceName);
    const minListVersion = reader.u32();
    reader.end();
    return {
      ...binding,
      bytes,
      hash: crypto.sha256(bytes),
      instanceId: instanceIdOf(crypto, signingKey),
      signingKey,
      kemKey,
      deviceName,
      serial,
      notBefore,
      notAfter,
      roles,
      minListVersion,
      body,
      signature,
      counterSignature,
    };
  });
}

/** Both signatures, the binding and the quality of the keys. Validity and list are `verifyChain`'s. Throws `key.unacceptable`. */
export function verifyInstanceCredential(crypto: Crypto, credential: InstanceCredential, identity: IdentityCertificate): void {
  if (!isBoundTo(credential, identity)) throw unacceptable('the device belongs to another identity key');
  if (!isUsableKemKey(credential.kemKey)) throw unacceptable('the device has an unusable key');
  // libsodium refuses keys of small order, all zeros among them.
  // Credentials made before 2.0 was finished have the device sign the whole body.
  const agreed = isConsent(crypto, credential.peerId, credential, credential.counterSignature) || crypto.verify('instance-counter', credential.signingKey, credential.body, credential.counterSignature);
  if (!agreed) throw unacceptable('the device did not sign its credential');
  if (!crypto.rsaVerify('instance-credential', identity.spki, credential.body, credential.signature)) throw unacceptable('the identity did not sign the device');
}

export interface NewExchangeCredential extends Validity {
  readonly identity: IdentityCertificate;
  /** The identity key, or an instance with role `exchange`. */
  readonly issuedBy:
    | { readonly identityKey: RsaPrivateKey }
    | { readonly instanceId: InstanceId; readonly signing: KeyPair<'instance-signing'> };
  readonly kemKey: Uint8Array;
  readonly minListVersion: number;
}

/** Body: binding ‖ kemKey[1216] ‖ serial[16] ‖ notBefore u64 ‖ notAfter u64 ‖ issuer u8 (0 identity, 1 instance) ‖ instanceId[16] (zeros for 0) ‖ minListVersion u32. */
export async function issueExchangeCredential(crypto: Crypto, input: NewExchangeCredential): Promise<ExchangeCredential> {
  const { issuedBy } = input;
  const byIdentity = 'identityKey' in issuedBy;
  const body = writeBinding(new Writer(maxBody), bodyKinds.exchange, bindingTo(input.identity))
    .fixed(input.kemKey)
    .fixed(crypto.random(16))
    .u64(input.notBefore)
    .u64(input.notAfter)
    .u8(byIdentity ? 0 : 1)
    .fixed(byIdentity ? noInstance : id16ToBytes(issuedBy.instanceId))
    .u32(input.minListVersion)
    .finish();
  const signature = byIdentity
    ? await crypto.rsaSign('exchange-credential', issuedBy.identityKey, body)
    : crypto.sign('exchange-credential', issuedBy.signing.secret, body);
  return parseExchangeCredential(crypto, new Writer(2048).lp(body).lp(signature).finish());
}

const noInstance = new Uint8Array(16);

/** Structure only: body LP ‖ signature LP. Throws `key.unacceptable`. */
export function parseExchangeCredential(crypto: Crypto, source: Uint8Array): ExchangeCredential {
  return parsing(() => {
    const bytes = owned(source);
    const outer = new Reader(bytes);
    const body = outer.lp(maxBody);
    const signature = outer.lp(maxRsaSignature);
    outer.end();
    const reader = new Reader(body);
    const binding = readBinding(reader, bodyKinds.exchange);
    const kemKey = reader.fixed(kemLengths.publicKey);
    const serial = reader.fixed(16);
    const notBefore = reader.u64();
    const notAfter = reader.u64();
    const issuer = readIssuer(reader);
    const minListVersion = reader.u32();
    reader.end();
    return { bytes, hash: crypto.sha256(bytes), kemKey, serial, notBefore, notAfter, issuer, minListVersion, body, signature, ...binding };
  });
}

/**
 * Signature, binding, quality of the key. `instances` are verified credentials of this identity, active on its list:
 * an issuing instance must be one of them and have the role. Throws `key.unacceptable`.
 */
export function verifyExchangeCredential(crypto: Crypto, credential: ExchangeCredential, identity: IdentityCertificate, instances: readonly InstanceCredential[]): void {
  if (!isBoundTo(credential, identity)) throw unacceptable('the exchange key belongs to another identity key');
  if (!isUsableKemKey(credential.kemKey)) throw unacceptable('the exchange key is unusable');
  const { issuer, body, signature } = credential;
  if (issuer.kind === 'identity') {
    if (!crypto.rsaVerify('exchange-credential', identity.spki, body, signature)) throw unacceptable('the identity did not sign the exchange key');
    return;
  }
  const instance = instances.find(({ instanceId }) => instanceId === issuer.instanceId);
  if (!instance?.roles.includes('exchange')) throw unacceptable('the exchange key was issued by a device that may not');
  if (!crypto.verify('exchange-credential', instance.signingKey, body, signature)) throw unacceptable('the device did not sign the exchange key');
}

function readIssuer(reader: Reader): Issuer {
  const kind = reader.u8();
  const id = reader.fixed(16);
  if (kind === 1) return { kind: 'instance', instanceId: instanceIdFromBytes(id) };
  if (kind !== 0 || id.some((byte) => byte !== 0)) throw new WireError('unknown issuer');
  return { kind: 'identity' };
}

/** A copy with a buffer of its own: what is parsed outlives the frame it came in. Longer than anything allowed is refused first. */
function owned(source: Uint8Array): Uint8Array {
  if (source.length > maxBody + maxRsaSignature + 2 * signatureLength) throw new WireError('longer than its cap');
  return new Uint8Array(source);
}
