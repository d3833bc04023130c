// What an operator does about newer versions. Private keys are files of the operator's own, outside the repository.
import { X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { inRoot, root } from '../lib/paths.mjs';
import { PlainError } from '../lib/say.mjs';
import { blocksIn, keyListText, manifestText, newKey, publicKeyOf, rightSignatures, signatureLine, signedBlock, updateFileText } from './format.mjs';
import { packagesIn } from './packages.mjs';

const DAY = 86_400_000;
export const pinnedFile = inRoot('electron/services/updates/pinned.json');
/** Lists of keys that came after the one in the app: public, kept with the sources. */
const listsFile = inRoot('electron/services/updates/later-lists.txt');
const PRODUCT = 'keyshift';
const UPDATE_FILE = 'latest.keyshift-update';

/** A new private key, for its owner alone. @param {{ out: string }} options @returns {string} the public key */
export function makeKey({ out }) {
  const path = resolve(out);
  if (existsSync(path)) throw new PlainError(`${out} is there already, and was left as it is.`);
  if (!existsSync(dirname(path))) throw new PlainError(`The folder of ${out} is not there.`);
  if (!relative(realpathSync(root), join(realpathSync(dirname(path)), 'key')).startsWith('..')) throw new PlainError('A private key does not go into the repository. Choose a place outside of it.');
  const { pem, publicKey } = newKey();
  writeFileSync(path, pem, { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
  return publicKey;
}

/**
 * The first list, as it stands in the app from now on. `authority`: a file with the certificate that the server's has to come from.
 * @param {{ origin: string, authority?: string, roots: string[], rootThreshold: number, signers: string[], signerThreshold: number, days: number, product?: string, now?: number, file?: string }} options
 */
export function pin({ origin, authority, roots, rootThreshold, signers, signerThreshold, days, product = PRODUCT, now = Date.now(), file = pinnedFile }) {
  if (!/^https:\/\/[a-z0-9.:[\]-]+\/(?:[A-Za-z0-9._-]+\/)*$/.test(origin)) throw new PlainError('--origin is a folder on an https server, as https://updates.example.org/keyshift/');
  const list = JSON.parse(keyListText({ product, version: 1, expires: now + days * DAY, roots: who('root', roots, rootThreshold), signers: who('signer', signers, signerThreshold) }));
  assertApart(list);
  const pem = authority === undefined ? undefined : certificate(authority);
  writeFileSync(file, `${JSON.stringify({ origin, ...(pem !== undefined && { authority: pem }), list }, null, 2)}\n`);
  return list;
}

/** The list that takes the place of the newest one: unsigned, for each root to sign. */
export function nextList({ roots, rootThreshold, signers, signerThreshold, days, out, now = Date.now(), from = newestList() }) {
  const list = {
    product: from.product,
    version: from.version + 1,
    expires: now + days * DAY,
    roots: roots.length > 0 ? who('root', roots, rootThreshold) : from.roots,
    signers: signers.length > 0 ? who('signer', signers, signerThreshold) : from.signers,
  };
  assertApart(list);
  writeFileSync(out, `keys ${keyListText(list)}\n`);
  return list.version;
}

/** One root's signature under a list in a file, which holds those of the others. @returns {number} how many of the roots before have signed */
export function signList({ file, key, before = newestList() }) {
  const text = readFileSync(file, 'utf8').trimEnd();
  const [block, ...more] = blocksIn(text);
  if (block?.kind !== 'keys' || more.length > 0) throw new PlainError(`${file} is no new list of keys.`);
  const pem = privateKey(key);
  if (block.signatures.some((one) => one.key === publicKeyOf(pem))) throw new PlainError('This key has signed it already.');
  const signed = `${text}\n${signatureLine('keys', block.text, pem)}\n`;
  writeFileSync(file, signed);
  return rightSignatures(blocksIn(signed)[0], before.roots.keys);
}

/**
 * The update file for the packages in a folder, written beside them.
 * @param {{ folder: string, keys: string[], days: number, notes: { en?: string, de?: string }, version: string, serial?: number, now?: number, pinned?: any, lists?: string[] }} options
 */
export async function sign({ folder, keys, days, notes, version, serial, now = Date.now(), pinned = readPinned(), lists = laterLists() }) {
  const list = newestList(pinned, lists);
  const files = await packagesIn(folder, { product: list.product, version });
  const pems = keys.map(privateKey);
  const text = manifestText({ product: list.product, list: list.version, serial: serial ?? Math.floor(now / 60_000), issued: now, expires: now + days * DAY, version, notes, files });
  const block = signedBlock('manifest', text, pems);
  const right = rightSignatures(blocksIn(block)[0], list.signers.keys);
  if (right < list.signers.threshold) throw new PlainError(`${right} of these keys may sign newer versions, and ${list.signers.threshold} must. Nothing was written.`);
  const said = updateFileText([...lists, block]);
  if (said.length > 64 * 1024) throw new PlainError('The update file would be longer than 64 KiB: shorten the notes.');
  const out = join(folder, UPDATE_FILE);
  writeFileSync(out, said);
  return { out, files };
}

/** What of an update file is not right, in the folder of its packages; empty: all of it holds. */
export async function verifyFile({ file, now = Date.now(), pinned = readPinned() }) {
  const blocks = blocksIn(readFileSync(file, 'utf8'));
  const problems = [];
  let list = pinned.list;
  for (const block of blocks.filter(({ kind }) => kind === 'keys')) {
    if (block.value.version <= list.version) continue;
    if (block.value.version !== list.version + 1) problems.push(`List ${list.version + 1} of the keys is missing.`);
    if (rightSignatures(block, list.roots.keys) < list.roots.threshold || rightSignatures(block, block.value.roots.keys) < block.value.roots.threshold) problems.push(`List ${block.value.version} of the keys is not signed by enough roots.`);
    list = block.value;
  }
  const manifest = blocks.at(-1);
  if (manifest?.kind !== 'manifest') return ['This is no update file.'];
  const { value } = manifest;
  if (rightSignatures(manifest, list.signers.keys) < list.signers.threshold) problems.push('It is not signed by who may sign newer versions.');
  if (value.list !== list.version) problems.push(`It is for list ${value.list} of the keys, and ${list.version} is the newest.`);
  if (Date.parse(value.expires) <= now) problems.push(`It was good until ${value.expires}.`);
  if (Date.parse(list.expires) <= now) problems.push(`The list of keys was good until ${list.expires}.`);
  const here = await packagesIn(dirname(resolve(file)), value).catch((error) => (error instanceof PlainError ? error.message : Promise.reject(error)));
  if (typeof here === 'string') return [...problems, here];
  for (const each of value.files) if (!here.some((one) => one.name === each.name && one.sha256 === each.sha256 && one.size === each.size)) problems.push(`${each.name} is missing here, or another one.`);
  return problems;
}

function who(kind, keys, threshold) {
  for (const key of keys) if (!/^[A-Za-z0-9+/]{43}=$/.test(key)) throw new PlainError(`--${kind} takes a public key as \`npm run updates -- key\` shows it, not «${key}».`);
  if (keys.length < threshold || threshold < 1) throw new PlainError(`There are ${keys.length} keys for --${kind}, and ${threshold} of them are to sign.`);
  if (new Set(keys).size !== keys.length) throw new PlainError(`A key stands twice behind --${kind}.`);
  return { threshold, keys: [...keys] };
}

function assertApart({ roots, signers }) {
  if (signers.keys.some((key) => roots.keys.includes(key))) throw new PlainError('A key that signs versions must not be a root: it lies where builds are made.');
}

export function readPinned(file = pinnedFile) {
  const pinned = JSON.parse(readFileSync(file, 'utf8'));
  if (!pinned.list) throw new PlainError('No keys are pinned yet: npm run updates -- pin (docs/packaging.md)');
  return pinned;
}

/** @returns {string[]} blocks */
export function laterLists(file = listsFile) {
  if (!existsSync(file)) return [];
  return blocksIn(readFileSync(file, 'utf8')).map(({ kind, text, signatures }) => [`${kind} ${text}`, ...signatures.map(({ key, signature }) => `signature ${key} ${signature}`)].join('\n'));
}

function newestList(pinned = readPinned(), lists = laterLists()) {
  return lists.map((block) => blocksIn(block)[0].value).reduce((newest, one) => (one.version > newest.version ? one : newest), pinned.list);
}

function certificate(path) {
  try {
    return new X509Certificate(readFileSync(path)).toString();
  } catch {
    throw new PlainError(`${path} is no certificate in PEM.`);
  }
}

/** A file, or `-`: what comes in, so that a key need not touch the disk. */
function privateKey(path) {
  try {
    const pem = readFileSync(path === '-' ? 0 : path, 'utf8');
    publicKeyOf(pem);
    return pem;
  } catch {
    throw new PlainError(`${path === '-' ? 'What came in' : path} is no private key of \`npm run updates -- key\`.`);
  }
}
