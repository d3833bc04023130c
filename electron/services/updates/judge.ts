import type { ErrorCode } from '../../../shared/errors';
import type { PackageFile, PackageFormat, UpdateSignatures } from '../ports/updates';
import { encodeKeyList, type KeyList, type Manifest, parseKeyList, parseManifest, type Signers } from './manifest';
import { readUpdateFile, type SignedText, signedPrefix } from './update-file';
import { compareVersions, parseVersion } from './version';

/** What outlives a restart, so that nothing that was valid once comes back. */
export interface Memory {
  /** The newest list of keys that was proven. */
  readonly keys: KeyList;
  /** Of the newest manifest under that list; 0: none yet. */
  readonly serial: number;
  /** SHA-256 of its text. */
  readonly manifest: string;
}

/** Which copy of the app asks. */
export interface Self {
  readonly version: string;
  readonly platform: PackageFile['platform'];
  readonly arch: string;
  readonly format: PackageFormat;
}

export interface Judgement {
  /** To be kept, whatever the outcome is. */
  readonly memory: Memory;
  readonly outcome: { readonly kind: 'newer'; readonly manifest: Manifest; readonly file: PackageFile } | { readonly kind: 'current' } | { readonly kind: 'refused'; readonly why: ErrorCode };
}

/** A clock may be wrong by so much before a manifest comes from the future. */
const clockSlack = 86_400_000;

/** The list that holds: the one in the app, or a later one that was proven since. A list that came with a newer app ends what was remembered under an older one. */
export function startingMemory(pinned: KeyList, remembered: Memory | undefined): Memory {
  if (remembered !== undefined && remembered.keys.product === pinned.product && remembered.keys.version >= pinned.version) {
    // Of the pinned number, the pinned one: what is in the app outweighs what is on the disk.
    return remembered.keys.version === pinned.version ? { ...remembered, keys: pinned } : remembered;
  }
  return { keys: pinned, serial: 0, manifest: '' };
}

/**
 * Decides what an update file means. The order matters: lists of keys first, each signed by the roots of the one before and by its own; then the signatures of
 * the manifest, and only then what it says.
 */
export function judge(bytes: Uint8Array, before: Memory, self: Self, now: number, signatures: UpdateSignatures): Judgement {
  let memory = before;
  const refuse = (why: ErrorCode): Judgement => ({ memory, outcome: { kind: 'refused', why } });
  const file = readUpdateFile(bytes);
  if (file === undefined) return refuse('updates.garbled');
  for (const one of file.keys) {
    const list = parseKeyList(one.text);
    if (list === undefined) return refuse('updates.garbled');
    if (list.product !== memory.keys.product) return refuse('updates.other-product');
    // Known already, or from before.
    if (list.version <= memory.keys.version) continue;
    // None is left out: each is proven by the one before.
    if (list.version !== memory.keys.version + 1) return refuse('updates.unknown-key');
    const flaw = flawOf(one, 'keys', memory.keys.roots, signatures) ?? flawOf(one, 'keys', list.roots, signatures);
    if (flaw !== undefined) return refuse(flaw);
    // What a lost key signed, high numbers above all, is forgotten with it.
    memory = { keys: list, serial: 0, manifest: '' };
  }
  const flaw = flawOf(file.manifest, 'manifest', memory.keys.signers, signatures);
  if (flaw !== undefined) return refuse(flaw);
  const manifest = parseManifest(file.manifest.text);
  if (manifest === undefined) return refuse('updates.garbled');
  if (manifest.product !== memory.keys.product) return refuse('updates.other-product');
  if (manifest.list !== memory.keys.version) return refuse(manifest.list < memory.keys.version ? 'updates.older' : 'updates.unknown-key');
  const hash = signatures.sha256(new TextEncoder().encode(file.manifest.text));
  if (manifest.serial < memory.serial || (manifest.serial === memory.serial && hash !== memory.manifest)) return refuse('updates.older');
  if (manifest.issued > now + clockSlack) return refuse('updates.from-future');
  if (manifest.expires <= now || memory.keys.expires <= now) return refuse('updates.expired');
  memory = { keys: memory.keys, serial: manifest.serial, manifest: hash };
  return { memory, outcome: offer(manifest, self) };
}

/** Whether the clock alone stands against it: when it was signed, it was a newer version. */
export function isOfAnotherTime(bytes: Uint8Array, memory: Memory, self: Self, signatures: UpdateSignatures): boolean {
  const file = readUpdateFile(bytes);
  const issued = file && parseManifest(file.manifest.text)?.issued;
  return issued !== undefined && judge(bytes, memory, self, issued, signatures).outcome.kind === 'newer';
}

function offer(manifest: Manifest, self: Self): Judgement['outcome'] {
  const [offered, own] = [parseVersion(manifest.version), parseVersion(self.version)];
  if (offered === undefined || own === undefined) return { kind: 'refused', why: 'updates.garbled' };
  if (compareVersions(offered, own) <= 0) return { kind: 'current' };
  // What is still being tried is for those who try.
  if (offered.pre.length > 0 && own.pre.length === 0) return { kind: 'current' };
  const file = manifest.files.find(({ platform, arch, format }) => platform === self.platform && arch === self.arch && format === self.format);
  return file === undefined ? { kind: 'refused', why: 'updates.wrong-system' } : { kind: 'newer', manifest, file };
}

/** What is missing of the signatures that `needed` asks for. Keys that are not asked may have signed as well. */
function flawOf({ text, signatures: given }: SignedText, kind: keyof typeof signedPrefix, needed: Signers, signatures: UpdateSignatures): ErrorCode | undefined {
  const message = new TextEncoder().encode(signedPrefix[kind] + text);
  const right = new Set<string>();
  for (const { key, signature } of given) {
    if (!needed.keys.includes(key)) continue;
    if (!signatures.verify(key, message, signature)) return 'updates.bad-signature';
    right.add(key);
  }
  return right.size >= needed.threshold ? undefined : 'updates.unknown-key';
}

/** A memory as it is kept; undefined for what was not written by `writeMemory`. */
export function readMemory(value: unknown): Memory | undefined {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !('serial' in value) || !('manifest' in value)) return undefined;
  const { keys, serial, manifest } = value;
  const list = typeof keys === 'string' ? parseKeyList(keys) : undefined;
  if (list === undefined || typeof serial !== 'number' || !Number.isInteger(serial) || serial < 0 || typeof manifest !== 'string' || !/^(?:[0-9a-f]{64})?$/.test(manifest)) return undefined;
  return { keys: list, serial, manifest };
}

export function writeMemory({ keys, serial, manifest }: Memory): { readonly keys: string; readonly serial: number; readonly manifest: string } {
  return { keys: encodeKeyList(keys), serial, manifest };
}
