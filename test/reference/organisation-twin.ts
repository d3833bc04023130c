import { createHash } from 'node:crypto';
import sodium from 'libsodium-wrappers';

/** An organisation with an Ed25519 key, and what it says of an identity key (protocol.md §2, Endorsements), in DER by hand. `await ready` of the dialog's twin first. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...head), content]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const ED25519 = sequence(oid('2b6570'));
const name = (text: string): Buffer => der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text))));
const userId = (peerId: string): Buffer => der(0x31, sequence(oid('0992268993f22c640101'), der(0x0c, Buffer.from(peerId))));
const utc = (text: string): Buffer => der(0x17, Buffer.from(text));
const extension = (id: string, value: Uint8Array): Buffer => sequence(oid(id), der(0x01, Buffer.of(0xff)), der(0x04, value));
const basicConstraints = (isAuthority: boolean): Buffer => extension('551d13', isAuthority ? sequence(der(0x01, Buffer.of(0xff))) : sequence());
/** One byte of named bits: digitalSignature 0x80, keyCertSign 0x04, cRLSign 0x02. */
const keyUsage = (bits: number, unused: number): Buffer => extension('551d0f', der(0x03, Buffer.of(unused, bits)));

export interface TwinOrganisation {
  readonly name: string;
  readonly seed: Uint8Array;
}

function certificate(by: TwinOrganisation, serial: number, subject: Uint8Array, spki: Uint8Array, extensions: readonly Uint8Array[]): Buffer {
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))), der(0x02, Buffer.of(serial)), ED25519, sequence(name(by.name)), sequence(utc('260101000000Z'), utc('360101000000Z')), subject, spki, der(0xa3, sequence(...extensions)),
  );
  const signature = sodium.crypto_sign_detached(body, sodium.crypto_sign_seed_keypair(by.seed).privateKey);
  return sequence(body, ED25519, der(0x03, Buffer.of(0), signature));
}

/** The root that a person imports by hand. */
export function rootOf(organisation: TwinOrganisation): Buffer {
  const spki = sequence(ED25519, der(0x03, Buffer.of(0), sodium.crypto_sign_seed_keypair(organisation.seed).publicKey));
  return certificate(organisation, 1, sequence(name(organisation.name)), spki, [basicConstraints(true), keyUsage(0x06, 1)]);
}

/** What it says of one identity key: whose it is, by name and peer id. */
export function endorsementOf(organisation: TwinOrganisation, person: string, peerId: string, spki: Uint8Array): Buffer {
  return certificate(organisation, 2, sequence(name(person), userId(peerId)), spki, [basicConstraints(false), keyUsage(0x80, 7)]);
}

/** The key of a fact `authority`. */
export const fingerprintOf = (root: Uint8Array): string => createHash('sha256').update(root).digest('hex');
