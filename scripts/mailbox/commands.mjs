// What `npm run mailbox` can do. Texts for devices go to stdout or a file; everything else is said on stderr.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { natsServer, newer } from '../lib/nats-server.mjs';
import { PlainError, say } from '../lib/say.mjs';
import { makeCertificates } from './certificates.mjs';
import { addDevice, announceRevocations, emptyMailbox, NoServerError, onMailbox, removeDevice, tellAgain } from './errand.mjs';
import { STREAM } from './layout.mjs';
import { registrationText } from './registration.mjs';
import { inUrl, writeServers } from './server-config.mjs';
import { alone, makeFolder, readState, writePrivate, writeState } from './state.mjs';
import { accountTokens, deviceToken, isDeviceKey, newSeeds, nowSeconds, operatorToken, slotToken } from './tokens.mjs';

export const MOST_SLOTS = 256;
const MOST_PORTS = 65_535;
const GIB = 1024 ** 3;

/**
 * @param {{ folder: string, hosts: string[], bind: string, port: number, clusterPort: number, tls: boolean, certificate?: string, key?: string, diskGib: number, installedAt?: string }} wanted
 */
export async function init({ folder, hosts, bind, port, clusterPort, tls, certificate, key, diskGib, installedAt }) {
  if (hosts.length !== 1 && hosts.length !== 3) throw new PlainError('A mailbox runs on one host, or on a cluster of three: name one or three with --host.');
  if ((certificate === undefined) !== (key === undefined)) throw new PlainError('--certificate and --key belong together.');
  if (certificate !== undefined && hosts.length > 1) throw new PlainError('A cluster uses certificates that init makes; leave --certificate out.');
  for (const file of [certificate, key]) if (file !== undefined && !existsSync(file)) throw new PlainError(`There is no ${file}.`);
  const placed = hosts.map((text) => place(text, { bind, port, clusterPort }));
  makeFolder(folder);
  // Servers of a cluster believe each other everything: they show each other certificates, whatever devices do.
  const certificates = (tls && certificate === undefined) || placed.length > 1 ? makeCertificates(placed.map(({ host }) => host)) : undefined;
  const disk = Math.floor(diskGib * GIB);
  /** @type {import('./state.mjs').State} */
  const state = {
    version: 1,
    seeds: newSeeds(),
    servers: placed.map((one) => `${tls ? 'tls' : 'nats'}://${inUrl(one.host)}:${one.port}`),
    ...(certificates && tls && { authority: certificates.authorityDer }),
    disk,
    replicas: placed.length,
    devices: {},
    slots: {},
    revoked: {},
  };
  const files = writeServers({
    folder: resolve(folder),
    hosts: placed,
    seeds: state.seeds,
    operator: await operatorToken(state),
    accounts: await accountTokens(state),
    disk,
    syncAlways: placed.length === 1 && !isOldServer(),
    ...(installedAt && { installedAt }),
    ...(certificates && { certificates }),
    tls,
    ...(certificate && key && { own: { certificate: resolve(certificate), key: resolve(key) } }),
  });
  writeState(folder, state);
  return files;
}

/** "host", "host:port" or "host:port:clusterPort"; an IPv6 address in brackets. */
function place(text, { bind, port, clusterPort }) {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+))(?::(\d+))?(?::(\d+))?$/.exec(text);
  if (!found) throw new PlainError(`${text} is no host: write a name or an address, as mail.example.org or 192.0.2.7.`);
  const given = { host: found[1] ?? found[2], bind, port: Number(found[3] ?? port), clusterPort: Number(found[4] ?? clusterPort) };
  for (const one of [given.port, given.clusterPort]) if (!(one <= MOST_PORTS)) throw new PlainError(`${one} is no port: they end at ${MOST_PORTS}.`);
  return given;
}

/** Whether the server installed here does not know `sync_interval: always` yet. One that is not here is taken for a current one. */
function isOldServer() {
  const server = natsServer();
  return server !== undefined && newer(server.version, [2, 10]) < 0;
}

/**
 * Registers a device, or renews it. Gives its text.
 * @param {{ folder: string, key: string, address?: string, label?: string, slots: number, days: number }} wanted  address: 32 hex digits, or another device's key
 */
export function device(wanted) {
  return alone(wanted.folder, () => registeredText(wanted));
}

/** @param {Parameters<typeof device>[0]} wanted */
async function registeredText({ folder, key, address: wanted, label, slots, days }) {
  const state = readState(folder);
  if (!isDeviceKey(key)) throw new PlainError(`${key} is no device key. The device shows its own under Settings → Mailbox; it begins with U.`);
  if (state.revoked[key]) throw new PlainError('This device was revoked. Let it make a new key (leave the mailbox on it first), and register that one.');
  checkCount(slots);
  const before = state.devices[key];
  const address = before?.address ?? addressFor(state, wanted);
  const expiresAt = nowSeconds() + days * 86_400;
  state.devices[key] = { address, label: label ?? before?.label ?? '', createdAt: before?.createdAt ?? nowSeconds(), expiresAt };
  // Before the server is told: of a device that it knows and this file does not, nobody would take away again what is kept for it.
  writeState(folder, state);
  try {
    // Before a single right to deposit is out: what comes while no device is registered is stored for nobody.
    await addDevice(state, key);
  } catch (error) {
    const isUntold = error instanceof NoServerError;
    if (before !== undefined) state.devices[key] = before;
    else if (isUntold) delete state.devices[key];
    writeState(folder, state);
    if (isUntold || before !== undefined) throw error;
    throw new PlainError(`${error.message}\nThe server may know the device all the same, so it stays registered here: type the same again, or revoke it.`);
  }
  const [publicSlot, ...made] = await newSlots(state, key, slots + 1, expiresAt);
  writeState(folder, state);
  return registrationText({ ...common(state, key), token: await deviceToken(state, { key, address, expiresAt }), publicSlot, slots: made });
}

/**
 * More slots for a registered device, or a public one in the place of a flooded one. Gives the text that brings them.
 * @param {{ folder: string, key: string, slots: number, days: number, anotherPublic?: boolean }} wanted
 */
export function refill(wanted) {
  return alone(wanted.folder, () => refillText(wanted));
}

/** @param {Parameters<typeof refill>[0]} wanted */
async function refillText({ folder, key, slots, days, anotherPublic }) {
  const state = readState(folder);
  const { address, expiresAt } = registered(state, key);
  const made = await newSlots(state, key, slots + (anotherPublic ? 1 : 0), nowSeconds() + days * 86_400);
  writeState(folder, state);
  const publicSlot = anotherPublic ? made.shift() : undefined;
  return registrationText({ ...common(state, key), token: await deviceToken(state, { key, address, expiresAt }), ...(publicSlot && { publicSlot }), slots: made });
}

/**
 * Takes away what was given: to a device everything it may do, to a slot that anything can be left in it. Whatever the server knows of it already it is told
 * again: where it did not answer before, the same line is typed once more.
 */
export function revoke(wanted) {
  return alone(wanted.folder, () => takeAway(wanted));
}

async function takeAway({ folder, what }) {
  const state = readState(folder);
  const at = nowSeconds() + 1;
  if (state.slots[what]) {
    state.revoked[state.slots[what].userKey] = at;
  } else if (!isRevoked(state, what)) {
    const { address } = registered(state, what);
    state.revoked[what] = at;
    const others = Object.entries(state.devices).filter(([key, one]) => key !== what && one.address === address && !state.revoked[key]);
    // What was given with it goes with it: whoever has it knows those slots, and the person's other devices see by them that this was done. The last
    // one leaves nobody who could take anything, whichever device a slot was given with.
    const lost = Object.values(state.slots).filter((slot) => slot.device === what || (others.length === 0 && slot.address === address));
    for (const { userKey } of lost) state.revoked[userKey] = at;
  }
  dropEnded(state);
  writeState(folder, state);
  try {
    await announceRevocations(state);
    if (!state.slots[what]) await removeDevice(state, what);
  } catch (error) {
    throw new PlainError(`${error.message}\nUntil a server knows it, what was to go is still let in: type the same again.`);
  }
}

function isRevoked(state, key) {
  return state.devices[key] !== undefined && state.revoked[key] !== undefined;
}

export async function empty({ folder, key }) {
  const state = readState(folder);
  await emptyMailbox(state, registered(state, key).address);
}

/** For a server whose disk was lost or brought back from a copy. What lies there stays. */
export function restore({ folder }) {
  return tellAgain(readState(folder));
}

/** @returns {Promise<{ deposits: number, bytes: number, servers: string[], devices: { key: string, label: string, address: string, expiresAt: number, waiting: number, unacknowledged: number, revoked: boolean, isKnown: boolean }[] }>} isKnown: to the server, which keeps nothing for others */
export async function status({ folder }) {
  const state = readState(folder);
  return onMailbox(state, async (manager) => {
    const { state: stored } = await manager.streams.info(STREAM);
    const consumers = new Map();
    for await (const one of manager.consumers.list(STREAM)) consumers.set(one.name, one);
    const devices = Object.entries(state.devices).map(([key, { label, address, expiresAt }]) => ({
      key, label, address, expiresAt,
      waiting: consumers.get(key)?.num_pending ?? 0,
      unacknowledged: consumers.get(key)?.num_ack_pending ?? 0,
      revoked: state.revoked[key] !== undefined,
      isKnown: consumers.has(key),
    }));
    return { deposits: stored.messages, bytes: stored.bytes, servers: state.servers, devices };
  });
}

function addressFor(state, wanted) {
  if (wanted === undefined) return randomBytes(16).toString('hex');
  if (/^[0-9a-f]{32}$/.test(wanted)) return wanted;
  return registered(state, wanted).address;
}

function registered(state, key) {
  const found = state.devices[key];
  if (!found || state.revoked[key]) throw new PlainError(`${key} is not registered here. Those that are: npm run mailbox -- status`);
  return found;
}

function common(state, key) {
  const { address, expiresAt } = state.devices[key];
  return { servers: state.servers, ...(state.authority && { authority: state.authority }), deviceKey: key, address, expiresAt };
}

/** The public slot comes on top. */
function checkCount(slots) {
  if (!Number.isInteger(slots) || slots < 0 || slots > MOST_SLOTS) throw new PlainError(`A device gets 1 to ${MOST_SLOTS} slots at once.`);
}

async function newSlots(state, key, count, expiresAt) {
  checkCount(count - 1);
  const { address } = state.devices[key];
  const made = [];
  for (let index = 0; index < count; index += 1) {
    const { slot, token, userKey } = await slotToken(state, { address, expiresAt });
    state.slots[slot] = { address, device: key, userKey, expiresAt };
    made.push({ slot, token });
  }
  return made;
}

/** What ended by itself needs no revocation any more: the list stays short. */
function dropEnded(state) {
  const now = nowSeconds();
  for (const [slot, { userKey, expiresAt }] of Object.entries(state.slots)) {
    if (expiresAt > now) continue;
    delete state.revoked[userKey];
    delete state.slots[slot];
  }
}

/** Writes a text for a device where it was asked for. */
export function hand(text, out) {
  if (out === undefined) process.stdout.write(`${text}\n`);
  else {
    writePrivate(out, `${text}\n`);
    say(`Written to ${out}. Bring it to the device in a way nobody else can read, then delete it.`);
  }
}
