import { createHash } from 'node:crypto';
import type { KeyList, Manifest } from '../../electron/services/updates/manifest';
import { parseKeyList } from '../../electron/services/updates/manifest';
import type { PackageFile } from '../../electron/services/ports/updates';
import { keyListText, manifestText, newKey, signedBlock, updateFileText } from '../../scripts/updates/format.mjs';

export const day = 86_400_000;
export const now = Date.UTC(2026, 10, 26, 12);

/** Keys made for one test: roots, who signs, and somebody who never may. */
export const updateKeys = { roots: [newKey(), newKey(), newKey()], signer: newKey(), laterSigner: newKey(), stranger: newKey() } as const;

export function keyList(change: Partial<KeyList> = {}): KeyList {
  const list: KeyList = {
    product: 'keyshift',
    version: 1,
    expires: now + 700 * day,
    roots: { threshold: 2, keys: updateKeys.roots.map(({ publicKey }) => publicKey) },
    signers: { threshold: 1, keys: [updateKeys.signer.publicKey] },
    ...change,
  };
  const read = parseKeyList(keyListText(asPlain(list)));
  if (read === undefined) throw new Error('not a list of keys');
  return read;
}

/** A list that takes the place of another, signed by two roots unless told otherwise. */
export const keyBlock = (list: Partial<KeyList>, by: readonly { readonly pem: string }[] = updateKeys.roots.slice(0, 2)): string => signedBlock('keys', keyListText(asPlain(keyList(list))), by.map(({ pem }) => pem));

export const packageBytes = Buffer.from('a package of a newer version\n'.repeat(4000));

export function packageFile(change: Partial<PackageFile> = {}): PackageFile {
  return { platform: 'linux', arch: 'x64', format: 'deb', name: 'keyshift_0.2.0_amd64.deb', size: packageBytes.length, sha256: createHash('sha256').update(packageBytes).digest('hex'), ...change };
}

export function manifest(change: Partial<Manifest> = {}): Manifest {
  return { product: 'keyshift', list: 1, serial: 7, issued: now - day, expires: now + 60 * day, version: '0.2.0', notes: { en: 'Better.\nFaster.', de: 'Besser.' }, files: [packageFile()], ...change };
}

export const textOf = (of: Manifest): string => manifestText({ ...of, notes: { ...of.notes }, files: [...of.files] });

/** An update file as the operator's command makes it. */
export function updateFile(change: Partial<Manifest> = {}, { by = [updateKeys.signer], lists = [] }: { readonly by?: readonly { readonly pem: string }[]; readonly lists?: readonly string[] } = {}): Uint8Array {
  return Buffer.from(updateFileText([...lists, signedBlock('manifest', textOf(manifest(change)), by.map(({ pem }) => pem))]));
}

function asPlain(list: KeyList) {
  return { ...list, roots: { threshold: list.roots.threshold, keys: [...list.roots.keys] }, signers: { threshold: list.signers.threshold, keys: [...list.signers.keys] } };
}
