import type { Crypto, RsaPrivateKey } from '../crypto/crypto';
import type { InstanceId } from '../ids';
import { id16ToBytes, instanceIdFromBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { type Binding, bindingTo, bodyKinds, isBoundTo, readBinding, writeBinding } from './credential-body';
import type { IdentityCertificate } from './identity-certificate';
import { type Role, rolesFromByte, rolesToByte } from './roles';
import { parsing, unacceptable } from './unacceptable';

/** Most devices one person lists, retired ones included. */
export const maxInstances = 32;
const entryLength = 16 + 32 + 1 + 1;
const maxBody = 1 + 32 + 32 + 4 + 4 + 8 + 2 + maxInstances * entryLength;
const maxRsaSignature = 512;

const states = ['active', 'retired', 'suspended'] as const;
export type InstanceState = (typeof states)[number];

export interface ListedInstance {
  readonly instanceId: InstanceId;
  /** H of the instance credential in force, 32 bytes. */
  readonly credentialHash: Uint8Array;
  readonly roles: readonly Role[];
  readonly state: InstanceState;
}

/** All devices of a person, in ascending order of id, signed by the identity key (RSA-PSS). A lower version never replaces a higher one. */
export interface InstanceList extends Binding {
  readonly bytes: Uint8Array;
  /** H(bytes), 32 bytes. */
  readonly hash: Uint8Array;
  /** From 1. */
  readonly version: number;
  /** Unix milliseconds. */
  readonly issuedAt: number;
  readonly instances: readonly ListedInstance[];
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

export interface NewInstanceList {
  readonly identity: IdentityCertificate;
  readonly identityKey: RsaPrivateKey;
  readonly version: number;
  readonly issuedAt: number;
  readonly instances: readonly ListedInstance[];
}

/** Body: binding ‖ version u32 ‖ issuedAt u64 ‖ count u16 ‖ count × (instanceId[16] ‖ credentialHash[32] ‖ roles u8 ‖ state u8). */
export async function issueInstanceList(crypto: Crypto, input: NewInstanceList): Promise<InstanceList> {
  const instances = [...input.instances].sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  const writer = writeBinding(new Writer(512), bodyKinds.list, bindingTo(input.identity)).u32(input.version).u64(input.issuedAt).u16(instances.length);
  for (const { instanceId, credentialHash, roles, state } of instances) {
    writer.fixed(id16ToBytes(instanceId)).fixed(credentialHash).u8(rolesToByte(roles)).u8(states.indexOf(state));
  }
  const body = writer.finish();
  const signature = await crypto.rsaSign('instance-list', input.identityKey, body);
  return parseInstanceList(crypto, new Writer(1024).lp(body).lp(signature).finish());
}

/** Structure only: body LP ‖ signature LP; ids strictly ascending, exactly one certifier that is not retired. Throws `key.unacceptable`. */
export function parseInstanceList(crypto: Crypto, source: Uint8Array): InstanceList {
  return parsing(() => {
    if (source.length > maxBody + maxRsaSignature + 8) throw new WireError('longer than its cap');
    const bytes = new Uint8Array(source);
    const outer = new Reader(bytes);
    const body = outer.lp(maxBody);
    const signature = outer.lp(maxRsaSignature);
    outer.end();
    const reader = new Reader(body);
    const binding = readBinding(reader, bodyKinds.list);
    const version = reader.u32();
    const issuedAt = reader.u64();
    const count = reader.u16();
    if (version === 0 || count === 0 || count > maxInstances) throw new WireError('not a list of devices');
    const instances = Array.from({ length: count }, () => readEntry(reader));
    reader.end();
    assertOrder(instances);
    return { bytes, hash: crypto.sha256(bytes), version, issuedAt, instances, body, signature, ...binding };
  });
}

/** Throws `key.unacceptable`. */
export function verifyInstanceList(crypto: Crypto, list: InstanceList, identity: IdentityCertificate): void {
  if (!isBoundTo(list, identity)) throw unacceptable('the list of devices belongs to another identity key');
  if (!crypto.rsaVerify('instance-list', identity.spki, list.body, list.signature)) throw unacceptable('the identity did not sign the list of devices');
}

function readEntry(reader: Reader): ListedInstance {
  const instanceId = instanceIdFromBytes(reader.fixed(16));
  const credentialHash = reader.fixed(32);
  const roles = rolesFromByte(reader.u8());
  const state = states[reader.u8()];
  if (!state) throw new WireError('unknown state of a device');
  return { instanceId, credentialHash, roles, state };
}

function assertOrder(instances: readonly ListedInstance[]): void {
  instances.forEach(({ instanceId }, index) => {
    const before = instances[index - 1];
    if (before && before.instanceId >= instanceId) throw new WireError('devices are not in order');
  });
  const certifiers = instances.filter(({ roles, state }) => state !== 'retired' && roles.includes('certifier'));
  if (certifiers.length !== 1) throw new WireError('not exactly one certifier');
}
