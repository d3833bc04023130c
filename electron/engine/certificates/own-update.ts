import type { Crypto } from '../crypto/crypto';
import type { LocalRecord } from '../ports';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { maxCertificateBytes } from './identity-certificate';
import { maxRecoveryBytes } from './recovery-statement';
import type { OwnKey } from './rotation';
import { parsing } from './unacceptable';

/**
 * What one device tells another of the same person so that both know the same (protocol.md §10): identity keys, the list of devices and their
 * credentials in clear, as everybody may know them; exchange keys only for a device that counts, sealed to it.
 */
const maxKeys = 256;
const maxCredential = 3 * 1024;
const maxList = 4 * 1024;
const maxDevices = 32;
/** Exchange keys that are kept at once: those of five weeks, also where several devices made one. */
export const maxExchanges = 40;
export const maxUpdateBytes = 1024 * 1024;
const nothing = new Uint8Array(0);

export type KeyRow = Omit<OwnKey, 'privateKey'>;

export interface OwnUpdate {
  /** Identity keys from the one the reader has on, ascending; never a private half. */
  readonly keys: readonly KeyRow[];
  readonly list: Uint8Array;
  /** Credentials that the list names, the reader's own among them. */
  readonly credentials: readonly Uint8Array[];
  /** Ed25519, 32 bytes. */
  readonly recoveryKey: Uint8Array | undefined;
}

/** keys u16 × (epoch u32 ‖ certificate LP ‖ created u64 ‖ retired u64, 0 for in use ‖ link LP ‖ recovery LP) ‖ list LP ‖ count u8 × credential LP ‖ recovery key LP. */
export function encodeOwnUpdate({ keys, list, credentials, recoveryKey }: OwnUpdate): Uint8Array {
  const writer = new Writer(16_384).u16(keys.length);
  for (const { epoch, certificate, createdAt, retiredAt, link, recovery } of keys) {
    writer.u32(epoch).lp(certificate).u64(createdAt).u64(retiredAt ?? 0).lp(link ?? nothing).lp(recovery ?? nothing);
  }
  writer.lp(list).u8(credentials.length);
  for (const credential of credentials) writer.lp(credential);
  return writer.lp(recoveryKey ?? nothing).finish();
}

/** Structure only. Throws `key.unacceptable`. */
export function parseOwnUpdate(bytes: Uint8Array): OwnUpdate {
  return parsing(() => {
    const reader = new Reader(bytes);
    const count = reader.u16();
    if (count > maxKeys) throw new WireError('too many keys');
    const keys = Array.from({ length: count }, () => readKey(reader));
    const list = reader.lp(maxList).slice();
    const devices = reader.u8();
    if (devices > maxDevices) throw new WireError('too many devices');
    const credentials = Array.from({ length: devices }, () => reader.lp(maxCredential).slice());
    const recoveryKey = reader.lp(32).slice();
    if (recoveryKey.length % 32 !== 0) throw new WireError('not a recovery key');
    reader.end();
    return { keys, list, credentials, recoveryKey: recoveryKey.length === 32 ? recoveryKey : undefined };
  });
}

function readKey(reader: Reader): KeyRow {
  const epoch = reader.u32();
  const certificate = reader.lp(maxCertificateBytes).slice();
  const createdAt = reader.u64();
  const retiredAt = reader.u64();
  const link = reader.lp(maxRecoveryBytes).slice();
  const recovery = reader.lp(maxRecoveryBytes).slice();
  return { epoch, certificate, createdAt, ...(retiredAt > 0 && { retiredAt }), ...(link.length > 0 && { link }), ...(recovery.length > 0 && { recovery }) };
}

/** Exchange keys with their private halves: count u8 × (credential LP ‖ private half LP). The caller wipes it. */
export function encodeExchanges(exchanges: LocalRecord['exchanges']): Uint8Array {
  const writer = new Writer(8192).u8(Math.min(exchanges.length, maxExchanges));
  for (const { credential, kemSecret } of exchanges.slice(0, maxExchanges)) writer.lp(credential).lp(kemSecret);
  return writer.finish();
}

/** Structure only. Throws `key.unacceptable`. */
export function parseExchanges(bytes: Uint8Array): LocalRecord['exchanges'] {
  return parsing(() => {
    const reader = new Reader(bytes);
    const count = reader.u8();
    if (count > maxExchanges) throw new WireError('too many exchange keys');
    const exchanges = Array.from({ length: count }, () => ({ credential: reader.lp(maxCredential).slice(), kemSecret: reader.lp(32).slice() }));
    reader.end();
    return exchanges;
  });
}

/** What this device knows of its person, for another to see what it lacks. */
export interface OwnState {
  readonly epoch: number;
  /** 32 bytes each: H(SPKI), fingerprint of the certificate, H(list). */
  readonly spkiHash: Uint8Array;
  readonly certificate: Uint8Array;
  readonly listHash: Uint8Array;
  readonly listVersion: number;
  /** Every credential that the list names is here. */
  readonly isComplete: boolean;
  /** H(exchange credential), 32 bytes each. */
  readonly exchanges: readonly Uint8Array[];
}

/** epoch u32 ‖ H(SPKI)[32] ‖ fingerprint[32] ‖ list version u32 ‖ H(list)[32] ‖ complete u8 ‖ count u8 × H(exchange credential)[32]. */
export function encodeOwnState(state: OwnState): Uint8Array {
  const writer = new Writer(2048).u32(state.epoch).fixed(state.spkiHash).fixed(state.certificate).u32(state.listVersion).fixed(state.listHash);
  writer.u8(state.isComplete ? 1 : 0).u8(state.exchanges.length);
  for (const hash of state.exchanges) writer.fixed(hash);
  return writer.finish();
}

/** Throws `key.unacceptable`. */
export function parseOwnState(bytes: Uint8Array): OwnState {
  return parsing(() => {
    const reader = new Reader(bytes);
    const epoch = reader.u32();
    const [spkiHash, certificate] = [reader.fixed(32).slice(), reader.fixed(32).slice()];
    const listVersion = reader.u32();
    const listHash = reader.fixed(32).slice();
    const complete = reader.u8();
    if (complete > 1) throw new WireError('neither yes nor no');
    const count = reader.u8();
    if (count > maxExchanges) throw new WireError('too many exchange keys');
    const exchanges = Array.from({ length: count }, () => reader.fixed(32).slice());
    reader.end();
    return { epoch, spkiHash, certificate, listVersion, listHash, isComplete: complete === 1, exchanges };
  });
}

/** Whether somebody with this state lacks anything of what is here. Nobody who knows a later key lacks what an earlier one signed. */
export function lacks(crypto: Crypto, theirs: OwnState, mine: OwnState): boolean {
  if (theirs.epoch > mine.epoch) return false;
  const differs = (a: Uint8Array, b: Uint8Array): boolean => !crypto.equal(a, b);
  if (theirs.epoch < mine.epoch || differs(theirs.certificate, mine.certificate) || !theirs.isComplete) return true;
  if (theirs.listVersion < mine.listVersion || (theirs.listVersion === mine.listVersion && differs(theirs.listHash, mine.listHash))) return true;
  return mine.exchanges.some((hash) => theirs.exchanges.every((known) => differs(known, hash)));
}
