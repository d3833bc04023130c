// What the operator has: secret keys, and who was registered. One file, for its owner alone, replaced as a whole.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFile } from '../lib/lock.mjs';
import { PlainError } from '../lib/say.mjs';

/**
 * @typedef {{ address: string, label: string, createdAt: number, expiresAt: number }} Device  times in Unix seconds
 * @typedef {{ address: string, device: string, userKey: string, expiresAt: number }} Slot  userKey: what is revoked to withdraw it
 * @typedef {{
 *   version: 1,
 *   seeds: Record<'operator' | 'mailbox' | 'clients' | 'system' | 'reader' | 'dropper', string>,
 *   servers: string[], authority?: string, authorityFile?: string, disk: number, replicas: number,
 *   devices: Record<string, Device>, slots: Record<string, Slot>, revoked: Record<string, number>,
 * }} State
 */

const fileIn = (folder) => join(folder, 'operator.json');

/** Writes a file that nobody else can read, whole or not at all. */
export function writePrivate(file, text) {
  const beside = `${file}.new`;
  writeFileSync(beside, text, { mode: 0o600, flush: true });
  renameSync(beside, file);
}

export function makeFolder(folder) {
  if (existsSync(fileIn(folder))) throw new PlainError(`${folder} holds a mailbox already. Choose another folder with --folder, or use this one.`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

/** @returns {State} */
export function readState(folder) {
  if (!existsSync(fileIn(folder))) throw new PlainError(`There is no mailbox in ${folder}. Make one first: npm run mailbox -- init --host NAME`);
  const state = JSON.parse(readFileSync(fileIn(folder), 'utf8'));
  if (state.version !== 1) throw new PlainError(`${fileIn(folder)} is of another version.`);
  return state;
}

/** @param {string} folder @param {State} state */
export function writeState(folder, state) {
  writePrivate(fileIn(folder), `${JSON.stringify(state, undefined, 1)}\n`);
}

/** @type {Map<string, Promise<unknown>>} */
const turns = new Map();

/**
 * What reads the file, asks the server and writes the file again, with nobody else in between: of two commands at once the one that writes later
 * would forget whom the other one registered, and nobody could take that away any more.
 * @param {string} folder @param {() => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export function alone(folder, work) {
  const done = (turns.get(folder) ?? Promise.resolve()).then(() => (existsSync(fileIn(folder)) ? lockFile(`${fileIn(folder)}.lock`, work) : work()));
  turns.set(folder, done.catch(() => undefined));
  return done;
}
