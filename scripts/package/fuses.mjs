// Electron's fuses: switches inside its binary that decide what it can be made to do from outside. Every one is named here; a binary with
// one more or one fewer is refused, so that a new fuse is a decision and never a surprise.
// The wire: the sentinel, one byte version, one byte length, then one byte per fuse: 0, 1, r (removed) or 0x90 (inherit).
import { readFileSync, statSync } from 'node:fs';
import { putFile } from '../lib/put-file.mjs';

export const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const VERSION = 1;
const STATES = { 0x30: 'off', 0x31: 'on', 0x72: 'removed', 0x90: 'inherit' };
const BYTES = { off: 0x30, on: 0x31 };

/** In the order of the wire. What each says is in Electron's documentation under "fuses". @type {readonly (readonly [string, 'on' | 'off'])[]} */
export const FUSES = [
  ['RunAsNode', 'off'],
  // Nothing of ours is a cookie; on, it would ask for the keyring at every start.
  ['EnableCookieEncryption', 'off'],
  ['EnableNodeOptionsEnvironmentVariable', 'off'],
  ['EnableNodeCliInspectArguments', 'off'],
  // Checked on macOS and Windows; Linux does not look.
  ['EnableEmbeddedAsarIntegrityValidation', 'on'],
  ['OnlyLoadAppFromAsar', 'on'],
  ['LoadBrowserProcessSpecificV8Snapshot', 'off'],
  ['GrantFileProtocolExtraPrivileges', 'off'],
  ['WasmTrapHandlers', 'on'],
];

/** Electron 33, the trial runtime, has the first eight. */
const SHORTEST_TRIAL = 8;

/** What the fuses of a binary are: name and state, in the order of the wire. A universal binary has two wires, which must agree. */
export function readFuses(file) {
  const binary = readFileSync(file);
  const [first, ...others] = wiresOf(binary).map(({ start, length }) => [...binary.subarray(start, start + length)]);
  if (others.some((other) => other.join() !== first.join())) throw new Error(`${file}: its fuse wires do not agree`);
  return first.map((byte, index) => [FUSES[index]?.[0] ?? `unknown fuse ${index}`, STATES[byte] ?? `0x${byte.toString(16)}`]);
}

/** Sets all of them, in every wire. `trial`: an older runtime may lack the newest. Nothing is written unless all can be set. */
export function setFuses(file, { trial = false } = {}) {
  const binary = readFileSync(file);
  const wires = wiresOf(binary);
  for (const { start, length } of wires) {
    if (length > FUSES.length || length < (trial ? SHORTEST_TRIAL : FUSES.length)) {
      throw new Error(`${file} has ${length} fuses, and ${FUSES.length} are named in scripts/package/fuses.mjs: decide about each`);
    }
    for (let index = 0; index < length; index += 1) {
      setOne(binary, start, index, FUSES[index][1], file);
    }
  }
  put(file, binary);
}

/** Sets the named ones and leaves the others as they are, for a runtime that is run as it was unpacked. @param {string} file @param {Record<string, 'on' | 'off'>} wanted */
export function changeFuses(file, wanted) {
  const binary = readFileSync(file);
  for (const { start, length } of wiresOf(binary)) {
    for (const [name, state] of Object.entries(wanted)) {
      const index = FUSES.findIndex(([known]) => known === name);
      if (index === -1 || index >= length) throw new Error(`${file} has no fuse ${name}`);
      setOne(binary, start, index, state, file);
    }
  }
  put(file, binary);
}

function setOne(binary, start, index, state, file) {
  if (STATES[binary[start + index]] === 'removed') throw new Error(`${file}: the fuse ${FUSES[index][0]} is removed, it cannot be set`);
  binary[start + index] = BYTES[state];
}

function put(file, binary) {
  // Its bytes may be those of the runtime it was copied from, by a hard link.
  putFile(file, binary, { mode: statSync(file).mode });
}

/** One sentence for each fuse that is not as named above. */
export function fuseProblems(file, { trial = false } = {}) {
  const found = readFuses(file);
  const problems = found.flatMap(([name, state], index) => (state === FUSES[index]?.[1] ? [] : [`${name} is ${state}`]));
  if (found.length < (trial ? SHORTEST_TRIAL : FUSES.length)) problems.push(`only ${found.length} fuses`);
  return problems;
}

function wiresOf(binary) {
  const wires = [];
  for (let at = binary.indexOf(SENTINEL); at !== -1; at = binary.indexOf(SENTINEL, at + 1)) {
    const start = at + SENTINEL.length + 2;
    if (binary[start - 2] !== VERSION) throw new Error(`the fuses have version ${binary[start - 2]}, known is ${VERSION}`);
    wires.push({ start, length: binary[start - 1] });
  }
  if (wires.length === 0) throw new Error('there are no fuses in this binary');
  return wires;
}
