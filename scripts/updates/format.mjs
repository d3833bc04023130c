// The update file, as electron/services/updates reads it: written here a second time, in plain JavaScript, for whoever signs.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';

const PREFIX = { keys: 'keyshift update keys 1\n', manifest: 'keyshift update manifest 1\n' };
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** 2026-01-31T12:00:00Z @param {number} time Unix milliseconds */
export const timeText = (time) => new Date(Math.floor(time / 1000) * 1000).toISOString().replace('.000Z', 'Z');

/** A new key of Ed25519. @returns {{ pem: string, publicKey: string }} */
export function newKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { pem, publicKey: publicKeyOf(pem) };
}

/** Base64 of the 32 bytes. @param {string} pem */
export function publicKeyOf(pem) {
  const key = createPrivateKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('not a key of Ed25519');
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(SPKI.length).toString('base64');
}

/** @typedef {{ threshold: number, keys: string[] }} Signers */
/** @param {{ product: string, version: number, expires: number, roots: Signers, signers: Signers }} list */
export function keyListText({ product, version, expires, roots, signers }) {
  const who = ({ threshold, keys }) => ({ threshold, keys });
  return JSON.stringify({ product, version, expires: timeText(expires), roots: who(roots), signers: who(signers) });
}

/** @typedef {{ platform: string, arch: string, format: string, name: string, size: number, sha256: string }} PackageFile */
/** @param {{ product: string, list: number, serial: number, issued: number, expires: number, version: string, notes: { en?: string, de?: string }, files: PackageFile[] }} manifest */
export function manifestText({ product, list, serial, issued, expires, version, notes: { en, de }, files }) {
  const notes = { ...(en !== undefined && { en }), ...(de !== undefined && { de }) };
  return JSON.stringify({ product, list, serial, issued: timeText(issued), expires: timeText(expires), version, notes, files: files.map(({ platform, arch, format, name, size, sha256 }) => ({ platform, arch, format, name, size, sha256 })) });
}

/** A block of the file: the text and a line for each signature. @param {'keys' | 'manifest'} kind @param {string} text @param {readonly string[]} pems */
export function signedBlock(kind, text, pems) {
  return [`${kind} ${text}`, ...pems.map((pem) => signatureLine(kind, text, pem))].join('\n');
}

/** @param {'keys' | 'manifest'} kind @param {string} text @param {string} pem */
export function signatureLine(kind, text, pem) {
  return `signature ${publicKeyOf(pem)} ${sign(null, Buffer.from(PREFIX[kind] + text), createPrivateKey(pem)).toString('base64')}`;
}

/** @param {readonly string[]} blocks lists of keys first, the manifest last */
export const updateFileText = (blocks) => `${['keyshift update 1', ...blocks].join('\n')}\n`;

/**
 * The blocks of an update file, or of a file with lists of keys.
 * @typedef {{ kind: string, text: string, value: any, signatures: { key: string, signature: string }[] }} Block
 * @param {string} text @returns {Block[]}
 */
export function blocksIn(text) {
  /** @type {Block[]} */
  const blocks = [];
  for (const line of text.split('\n')) {
    const [, kind, said] = /^(keys|manifest) (\{.*\})$/.exec(line) ?? [];
    if (kind) blocks.push({ kind, text: said, value: JSON.parse(said), signatures: [] });
    const [, key, signature] = /^signature (\S+) (\S+)$/.exec(line) ?? [];
    if (key) blocks.at(-1)?.signatures.push({ key, signature });
  }
  return blocks;
}

/** How many of these keys signed it rightly. @param {Block} block @param {readonly string[]} keys */
export function rightSignatures({ kind, text, signatures }, keys) {
  const message = Buffer.from(PREFIX[kind] + text);
  const right = signatures.filter(({ key, signature }) => keys.includes(key) && verify(null, message, createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(key, 'base64')]), format: 'der', type: 'spki' }), Buffer.from(signature, 'base64')));
  return new Set(right.map(({ key }) => key)).size;
}
