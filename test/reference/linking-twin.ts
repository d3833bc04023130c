import { createHash, createHmac, hkdfSync } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { sealSigned } from './deposit-twin';

/**
 * Letting a device in (protocol.md §10.1) written a second time, from the paper alone: nothing of the engine is imported. Numbers
 * are big integers here, where the engine divides byte by byte. `await ready` of the dialog's twin first.
 */
export interface TwinHost {
  readonly nonce: Uint8Array;
  readonly peerId: Uint8Array;
  readonly spkiHash: Uint8Array;
  readonly credentialHash: Uint8Array;
}

export interface TwinJoiner {
  readonly nonce: Uint8Array;
  readonly signingKey: Uint8Array;
  readonly kemKey: Uint8Array;
  readonly deviceName: string;
}

/** kind ‖ port ‖ host as in an invitation link (§12); the host is given as its bytes. */
export interface TwinLinkAddress {
  readonly kind: 1 | 2 | 3 | 4;
  readonly port: number;
  readonly host: Uint8Array;
}

export interface TwinLink {
  readonly peerId: Uint8Array;
  readonly instanceId: Uint8Array;
  readonly secret: Uint8Array;
  /** Unix seconds. */
  readonly expiry: number;
  readonly addresses: readonly TwinLinkAddress[];
}

const number = (value: number, bytes: number): Buffer => Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
const lp = (bytes: Uint8Array): Buffer => Buffer.concat([number(bytes.length, 4), bytes]);
const label = (purpose: string): Buffer => lp(Buffer.from(`keyshift/2 ${purpose}`));
const hash = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const hkdf = (secret: Uint8Array, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(32), label(purpose), 32));

/** `version` other than 1: as a later program might write it. */
export function linkText(link: TwinLink, version = 1): string {
  const addresses = link.addresses.map(({ kind, port, host }) => Buffer.concat([Buffer.of(kind), number(port, 2), kind === 3 ? Buffer.of(host.length) : Buffer.alloc(0), host]));
  const body = Buffer.concat([Buffer.of(version), link.peerId, link.instanceId, link.secret, number(link.expiry, 4), Buffer.of(addresses.length), ...addresses]);
  return `keyshift:link/${Buffer.concat([body, hash(label('device-link-checksum'), body).subarray(0, 8)]).toString('base64url')}`;
}

export function hostReveal({ nonce, peerId, spkiHash, credentialHash }: TwinHost): Buffer {
  return Buffer.concat([nonce, peerId, spkiHash, credentialHash]);
}

/** Body of LINK_REVEAL. */
export function joinerReveal({ nonce, signingKey, kemKey, deviceName }: TwinJoiner): Buffer {
  return Buffer.concat([nonce, signingKey, kemKey, lp(Buffer.from(deviceName))]);
}

/** Body of LINK_HELLO. */
export function helloTag(link: TwinLink, channelHash: Uint8Array): Buffer {
  return hmac(hkdf(link.secret, 'device-link-hello'), channelHash, link.peerId, link.instanceId);
}

function commitmentOf(host: TwinHost, channelHash: Uint8Array): Buffer {
  return hash(label('device-link-commit'), hostReveal(host), channelHash);
}

/** Body of LINK_ANSWER. */
export function answerOf(link: TwinLink, host: TwinHost, channelHash: Uint8Array): Buffer {
  const commitment = commitmentOf(host, channelHash);
  return Buffer.concat([commitment, hmac(hkdf(link.secret, 'device-link-answer'), channelHash, commitment)]);
}

/** Body of LINK_KEYS. */
export function keysOf(host: TwinHost, joiner: TwinJoiner, card: Uint8Array, signingKey: Uint8Array, channelHash: Uint8Array): Buffer {
  const signed = Buffer.concat([label('device-link-keys'), channelHash, hostReveal(host), joinerReveal(joiner)]);
  return Buffer.concat([host.nonce, host.spkiHash, lp(card), sodium.crypto_sign_detached(signed, signingKey)]);
}

export function linkDigits(host: TwinHost, joiner: TwinJoiner, channelHash: Uint8Array): string {
  const code = hash(label('device-link-code'), hostReveal(host), lp(joinerReveal(joiner)), channelHash).toString('hex');
  return (BigInt(`0x${code}`) % 1_000_000n).toString().padStart(6, '0');
}

/** Counter-signature of §2: label ‖ 04 ‖ peer id ‖ signing key ‖ KEM key. */
export function consentOf(peerId: Uint8Array, joiner: TwinJoiner, signingKey: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_sign_detached(Buffer.concat([label('instance-consent'), Buffer.of(4), peerId, joiner.signingKey, joiner.kemKey]), signingKey));
}

export interface TwinGrant {
  readonly name: string;
  readonly createdAt: number;
  readonly identityKeys: readonly { readonly epoch: number; readonly createdAt: number; readonly retiredAt: number; readonly certificate: Uint8Array; readonly kind: number; readonly statement?: Uint8Array }[];
  readonly recoveryKey: Uint8Array;
  readonly endorsements: readonly (readonly Uint8Array[])[];
  readonly exchanges: readonly { readonly credential: Uint8Array; readonly kemSecret: Uint8Array }[];
  readonly list: Uint8Array;
  readonly credential: Uint8Array;
  readonly devices: readonly { readonly credential: Uint8Array; readonly addresses: readonly { readonly host: string; readonly port: number }[] }[];
  readonly settings: Uint8Array;
}

export function grantStatement(grant: TwinGrant): Buffer {
  const many = <T>(width: number, all: readonly T[], one: (each: T) => Uint8Array): Buffer => Buffer.concat([number(all.length, width), ...all.map(one)]);
  return Buffer.concat([
    lp(Buffer.from(grant.name)),
    number(grant.createdAt, 8),
    many(2, grant.identityKeys, ({ epoch, createdAt, retiredAt, certificate, kind, statement }) =>
      Buffer.concat([number(epoch, 4), number(createdAt, 8), number(retiredAt, 8), lp(certificate), Buffer.of(kind), statement ? lp(statement) : Buffer.alloc(0)]),
    ),
    lp(grant.recoveryKey),
    many(1, grant.endorsements, (certificates) => many(1, certificates, lp)),
    many(1, grant.exchanges, ({ credential, kemSecret }) => Buffer.concat([lp(credential), kemSecret])),
    lp(grant.list),
    lp(grant.credential),
    many(1, grant.devices, ({ credential, addresses }) => Buffer.concat([lp(credential), many(1, addresses, ({ host, port }) => Buffer.concat([lp(Buffer.from(host)), number(port, 2)]))])),
    lp(grant.settings),
  ]);
}

/** The sealed grant, before it is cut into LINK_GRANT. */
export function sealGrant(statement: Uint8Array, of: { readonly peerId: Uint8Array; readonly instanceId: Uint8Array; readonly channelHash: Uint8Array; readonly signingKey: Uint8Array; readonly kemKey: Uint8Array; readonly contentKey: Buffer; readonly coins: Buffer }): Buffer {
  const context = Buffer.concat([of.channelHash, of.peerId, of.instanceId]);
  return sealSigned('device-link-grant', { signingKey: of.signingKey, recipientKem: of.kemKey, context, contentKey: of.contentKey, coins: of.coins }, statement).envelope;
}

/** Bodies of LINK_GRANT. */
export function grantPieces(sealed: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  const room = 65_536 - 1;
  for (let at = 0; at < sealed.length; at += room) pieces.push(Buffer.concat([Buffer.of(at + room >= sealed.length ? 1 : 0), sealed.subarray(at, at + room)]));
  return pieces;
}

/** Id of a device, from its signing key (§1). */
export function instanceIdOf(signingKey: Uint8Array): Buffer {
  return hash(label('instance'), signingKey).subarray(0, 16);
}
