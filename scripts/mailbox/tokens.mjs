// The operator's signatures: what the server believes, and what devices and contacts show it.
import { randomBytes } from 'node:crypto';
import { encodeAccount, encodeOperator, encodeUser, newScopedSigner } from '@nats-io/jwt';
import { createAccount, createOperator, createUser, fromPublic } from '@nats-io/nkeys';
import { exportsOfMailbox, importsOfClients, RULES } from './layout.mjs';
import { pairOf } from './pairs.mjs';

const KINDS = { operator: createOperator, mailbox: createAccount, clients: createAccount, system: createAccount, reader: createAccount, dropper: createAccount };
const EVERYTHING = { subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: 0 };
/** How long a connection of this command may last, in seconds. */
const ERRAND_SECONDS = 600;

const seedText = (pair) => new TextDecoder().decode(pair.getSeed());
export const nowSeconds = () => Math.floor(Date.now() / 1000);

/** @returns {import('./state.mjs').State['seeds']} */
export function newSeeds() {
  const made = Object.entries(KINDS).map(([name, create]) => [name, seedText(create())]);
  return Object.fromEntries(made);
}

/** @param {import('./state.mjs').State} state */
export async function operatorToken({ seeds }) {
  return encodeOperator('keyshift-mailbox', pairOf(seeds, 'operator'), { system_account: pairOf(seeds, 'system').getPublicKey() });
}

/**
 * The three accounts. The one of the clients also says who is revoked.
 * @param {import('./state.mjs').State} state
 */
export async function accountTokens({ seeds, disk, replicas, revoked }) {
  const operator = pairOf(seeds, 'operator');
  const storage = { mem_storage: 64 * 1024 * 1024, disk_storage: disk * replicas, streams: 8, consumer: -1 };
  const mailbox = await encodeAccount('MBX', pairOf(seeds, 'mailbox'), { exports: exportsOfMailbox, limits: { ...EVERYTHING, ...storage } }, { signer: operator });
  const clients = await encodeAccount(
    'PUB',
    pairOf(seeds, 'clients'),
    {
      imports: importsOfClients(pairOf(seeds, 'mailbox').getPublicKey()),
      limits: EVERYTHING,
      signing_keys: [newScopedSigner(pairOf(seeds, 'reader'), 'reader', RULES.reader), newScopedSigner(pairOf(seeds, 'dropper'), 'dropper', RULES.dropper)],
      ...(Object.keys(revoked).length > 0 && { revocations: revoked }),
    },
    { signer: operator },
  );
  const system = await encodeAccount('SYS', pairOf(seeds, 'system'), { limits: EVERYTHING }, { signer: operator });
  return { mailbox, clients, system };
}

/**
 * For one device, whose own key never comes here. `expiresAt`: Unix seconds.
 * @param {import('./state.mjs').State} state
 */
export function deviceToken({ seeds }, { key, address, expiresAt }) {
  return encodeUser('device', fromPublic(key), pairOf(seeds, 'clients'), { tags: [`addr:${address}`] }, { signer: pairOf(seeds, 'reader'), scopedUser: true, exp: expiresAt });
}

/**
 * The right to one slot, for whoever has the token: no key goes with it.
 * @param {import('./state.mjs').State} state
 */
export async function slotToken({ seeds }, { address, expiresAt }) {
  const slot = randomBytes(8).toString('hex');
  const userKey = createUser().getPublicKey();
  const token = await encodeUser('slot', fromPublic(userKey), pairOf(seeds, 'clients'), { tags: [`to:${address}`, `slot:${slot}`] }, { signer: pairOf(seeds, 'dropper'), scopedUser: true, exp: expiresAt });
  return { slot, token, userKey };
}

/**
 * What this command itself connects with: a key made for the errand, good for ten minutes.
 * @param {import('./state.mjs').State} state @param {'mailbox' | 'system'} account
 */
export async function errandToken({ seeds }, account) {
  const user = createUser();
  const token = await encodeUser('operator', fromPublic(user.getPublicKey()), pairOf(seeds, account), {}, { exp: nowSeconds() + ERRAND_SECONDS });
  return { token, seed: user.getSeed() };
}

/** Whether this is a device's public key, as its own program shows it. */
export function isDeviceKey(text) {
  if (!/^U[A-Z2-7]{55}$/.test(text)) return false;
  try {
    fromPublic(text);
    return true;
  } catch {
    return false;
  }
}
