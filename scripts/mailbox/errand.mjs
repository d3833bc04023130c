// What the command asks of the running server, each time under a key made for it.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect, jwtAuthenticator } from '@nats-io/transport-node';
import { newer, versionIn } from '../lib/nats-server.mjs';
import { PlainError, say } from '../lib/say.mjs';
import { BUCKET, bucketOptions, consumerConfig, shares, STREAM, streamConfig } from './layout.mjs';
import { accountTokens, errandToken, nowSeconds } from './tokens.mjs';

const NOT_FOUND = 404;
/** Without the known holes of earlier ones. */
const SAFE = [2, 14, 3];
const TRY_MS = 30_000;
/**
 * The longest deposit of a stream that is not ready: each is longer, and refused before the server looks whether anybody wants it. (A stream that is full would still say
 * "stored" of what is for nobody.)
 */
const CLOSED = 1;

/** No server was there: none was told anything. */
export class NoServerError extends PlainError {}

/**
 * Errors: NoServerError.
 * @param {import('./state.mjs').State} state @param {'mailbox' | 'system'} account
 * @param {(connection: import('@nats-io/transport-node').NatsConnection) => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
async function connected(state, account, work) {
  const { token, seed } = await errandToken(state, account);
  // An authority that was made for this mailbox vouches for its servers only: whichever answers is one of them. (Of an address the
  // library would not compare the name anyway.) Otherwise Node compares name and certificate.
  const own = state.authority && { ca: pem(state.authority), checkServerIdentity: () => undefined };
  const tls = state.servers[0]?.startsWith('tls:') ? { ...own } : null;
  const join = () => connect({ servers: state.servers, authenticator: jwtAuthenticator(token, seed), tls, timeout: 5_000, reconnect: false, ignoreClusterUpdates: true });
  // One server of a cluster may just be going.
  const connection = await join().catch(join).catch((error) => {
    throw new NoServerError(`The mailbox does not answer at ${state.servers.join(', ')} (${error.message}).\nIs nats-server running with the configuration that init wrote?`);
  });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

export function pem(der) {
  const lines = Buffer.from(der, 'base64url').toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/**
 * Works on what is stored. Makes stream and bucket where they are missing; a cluster just begun takes some seconds to agree on them. Where the stream was missing the server
 * may be new or have lost its disk: it takes deposits when it knows again whom they are for. Before that it would say "stored" and keep nothing.
 * @param {import('./state.mjs').State} state
 * @param {(manager: import('@nats-io/jetstream').JetStreamManager) => Promise<T>} work
 * @returns {Promise<T>}
 * @template T
 */
export function onMailbox(state, work) {
  return connected(state, 'mailbox', async (connection) => {
    warnOfAge(connection.info?.version ?? '');
    const manager = await eventually(() => jetstreamManager(connection));
    const { deposits, sessions } = shares(state.disk);
    const { config } = await eventually(() => orMake(() => manager.streams.info(STREAM), () => manager.streams.add(streamConfig({ replicas: state.replicas, bytes: deposits, longest: CLOSED }))));
    const make = () => new Kvm(jetstream(connection)).create(BUCKET, bucketOptions({ replicas: state.replicas, bytes: sessions }));
    await eventually(() => orMake(() => manager.streams.info(`KV_${BUCKET}`), make));
    // Also of one whose setting up was cut off.
    if (config.max_msg_size === CLOSED) {
      if (Object.keys(state.revoked).length > 0) await announceRevocations(state);
      await addMissing(manager, state);
      await eventually(() => manager.streams.update(STREAM, streamConfig({ replicas: state.replicas, bytes: deposits })));
    }
    return work(manager);
  });
}

/**
 * Tells the server what the operator knows and an older copy of its disk does not: who is revoked, and who is registered. What lies there stays.
 * @param {import('./state.mjs').State} state
 */
export async function tellAgain(state) {
  await announceRevocations(state);
  await onMailbox(state, async (manager) => {
    for (const key of Object.keys(state.devices)) if (state.revoked[key]) await manager.consumers.delete(STREAM, key).catch(unlessMissing);
    await addMissing(manager, state);
  });
}

/** Every device that may take something, but those the server knows. */
async function addMissing(manager, state) {
  const known = new Set();
  for await (const { name } of manager.consumers.list(STREAM)) known.add(name);
  for (const [key, { address, expiresAt }] of Object.entries(state.devices)) {
    if (known.has(key) || state.revoked[key] || expiresAt <= nowSeconds()) continue;
    await eventually(() => manager.consumers.add(STREAM, consumerConfig({ key, address, replicas: state.replicas })));
  }
}

let warned = false;
function warnOfAge(version) {
  const found = versionIn(version);
  if (warned || found === undefined || newer(found, SAFE) >= 0) return;
  warned = true;
  say(`This server is nats-server ${version}. In public, and in a cluster, run ${SAFE.join('.')} or newer: docs/mailbox.md says why.`);
}

/** @param {import('./state.mjs').State} state @param {string} key */
export function addDevice(state, key) {
  const { address } = state.devices[key];
  return onMailbox(state, (manager) => eventually(() => manager.consumers.add(STREAM, consumerConfig({ key, address, replicas: state.replicas }))));
}

/** What waits for this device alone goes with it. @param {import('./state.mjs').State} state @param {string} key */
export function removeDevice(state, key) {
  return onMailbox(state, (manager) => manager.consumers.delete(STREAM, key).catch(unlessMissing));
}

/** Throws away everything in one mailbox. @param {import('./state.mjs').State} state */
export function emptyMailbox(state, address) {
  return onMailbox(state, (manager) => manager.streams.purge(STREAM, { filter: `mbx.in.${address}.*` }));
}

/**
 * Tells every server who is revoked now; those connected are thrown out at once.
 * @param {import('./state.mjs').State} state
 */
export async function announceRevocations(state) {
  const { clients } = await accountTokens(state);
  await connected(state, 'system', async (connection) => {
    const answers = await connection.requestMany('$SYS.REQ.CLAIMS.UPDATE', clients, { maxWait: 2_000, strategy: 'count', maxMessages: state.replicas });
    let taken = 0;
    for await (const answer of answers) {
      const { data, error } = answer.json();
      if (error || data?.code !== 200) throw new PlainError(`The server did not take it: ${error?.description ?? JSON.stringify(data)}`);
      taken += 1;
    }
    if (taken === 0) throw new PlainError('No server said that it took it; try again.');
  });
}

/**
 * What there is, made where there was none.
 * @template A, B
 * @param {() => Promise<A>} look @param {() => Promise<B>} make
 * @returns {Promise<A | B>}
 */
async function orMake(look, make) {
  const found = await look().catch(unlessMissing);
  return found ?? make();
}

function unlessMissing(error) {
  // Of the stream, or of the consumer.
  if (error.code === 10_059 || error.code === 10_014 || error.status === NOT_FOUND) return undefined;
  throw error;
}

async function eventually(work) {
  const until = Date.now() + TRY_MS;
  for (let pause = 100; ; pause = Math.min(pause * 2, 1_000)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > until) throw new PlainError(`The mailbox does not get ready: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
