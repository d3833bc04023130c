import { setMaxListeners } from 'node:events';
import { jetstream, JetStreamApiError } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Transport } from '../../engine/ports';
import { type DepositOutcome, type MailboxCapability, maxDepositBytes } from '../../services/ports/mailbox';
import { connectTo, isRefusal, subjectOf } from './connect';
import { apiPrefix, depositSubject, streamName } from './names';
import { areServers } from './registration-text';

/** How long a connection stays for the next deposit. */
const idleMs = 15_000;
const answerMs = 5_000;
/** Error codes of JetStream. */
const tooLarge = 10_054;
const full = new Set([10_047, 10_077]);

interface Way {
  readonly connection: Promise<NatsConnection>;
  uses: number;
  idle: NodeJS.Timeout | undefined;
}

/** Leaves things in other people's mailboxes: one short-lived connection for each capability, since the capability is who one is. */
export class Depositing {
  readonly #transport: Transport;
  /** Those that the next deposit may take. */
  readonly #ways = new Map<string, Way>();
  /** Those that are not closed yet. */
  readonly #live = new Set<Way>();
  readonly #ending = new AbortController();

  constructor(transport: Transport) {
    this.#transport = transport;
    // One for each that is being connected: there may be any number of mailboxes.
    setMaxListeners(0, this.#ending.signal);
  }

  async deposit(capability: MailboxCapability, bytes: Uint8Array, id: string, signal?: AbortSignal): Promise<DepositOutcome> {
    if (bytes.length > maxDepositBytes) return 'too-large';
    if (!isCapability(capability)) return 'refused';
    if (signal?.aborted === true) return 'unreachable';
    const stored = this.#store(capability, bytes, id);
    return signal === undefined ? stored : untilGivenUp(stored, signal);
  }

  async #store(capability: MailboxCapability, bytes: Uint8Array, id: string): Promise<DepositOutcome> {
    const [place, way] = this.#way(capability);
    way.uses += 1;
    clearTimeout(way.idle);
    try {
      const connection = await way.connection;
      const { stream, seq, duplicate } = await jetstream(connection, { apiPrefix, timeout: answerMs }).publish(depositSubject(capability.address, capability.slot), bytes, { msgID: id, timeout: answerMs });
      // The library takes anything but an error for a confirmation.
      if (stream !== streamName || !Number.isSafeInteger(seq) || seq < 1) return 'unreachable';
      return duplicate ? 'duplicate' : 'stored';
    } catch (error) {
      const outcome = outcomeOf(error);
      // Nobody knows whether it still leads anywhere: whoever comes next gets another, lest each try keeps a dead one alive.
      if (outcome === 'unreachable') this.#forget(place, way);
      return outcome;
    } finally {
      way.uses -= 1;
      if (way.uses === 0 && this.#ways.get(place) !== way) this.#end(way);
      else if (way.uses === 0) way.idle = setTimeout(() => this.#idle(place, way), idleMs).unref();
    }
  }

  #way(capability: MailboxCapability): readonly [place: string, way: Way] {
    const { token } = capability;
    const place = placeOf(capability);
    const known = this.#ways.get(place);
    if (known !== undefined) return [place, known];
    const connection = connectTo(capability, { token }, this.#transport, subjectOf(token), this.#ending.signal);
    const made: Way = { connection, uses: 0, idle: undefined };
    this.#ways.set(place, made);
    this.#live.add(made);
    const forget = (): void => {
      this.#forget(place, made);
      this.#live.delete(made);
    };
    connection.then((open) => open.closed()).then(forget, forget);
    return [place, made];
  }

  #idle(place: string, way: Way): void {
    this.#forget(place, way);
    this.#end(way);
  }

  #forget(place: string, way: Way): void {
    if (this.#ways.get(place) === way) this.#ways.delete(place);
  }

  #end(way: Way): void {
    way.connection.then((open) => open.close()).catch(() => {});
  }

  async close(): Promise<void> {
    const open = [...this.#live];
    this.#ways.clear();
    this.#ending.abort();
    for (const way of open) {
      clearTimeout(way.idle);
      this.#end(way);
    }
    await Promise.allSettled(open.map(async ({ connection }) => (await connection).closed()));
  }
}

/** A connection is shared only by what names the same servers, authority and token. */
function placeOf({ servers, authority, token }: MailboxCapability): string {
  return [...servers, authority === undefined ? '' : Buffer.from(authority).toString('base64'), token].join(' ');
}

/** Whatever a contact gave: nothing of it gets into what is said to a server unless it has the form. */
export function isCapability({ servers, address, slot, token }: MailboxCapability): boolean {
  if (!areServers(servers) || !/^[0-9a-f]{32}$/.test(address) || !/^[0-9a-f]{16}$/.test(slot) || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return false;
  try {
    return subjectOf(token) !== '';
  } catch {
    return false;
  }
}

function outcomeOf(error: unknown): DepositOutcome {
  if (isRefusal(error)) return 'refused';
  if (error instanceof JetStreamApiError) {
    if (error.code === tooLarge) return 'too-large';
    if (full.has(error.code)) return 'full';
  }
  return 'unreachable';
}

/** The signal may live as long as the profile: nothing is left on it by a deposit that is over. As many as there are devices of contacts may wait for it at once, which is no leak. */
async function untilGivenUp(stored: Promise<DepositOutcome>, signal: AbortSignal): Promise<DepositOutcome> {
  setMaxListeners(0, signal);
  let giveUp = (): void => undefined;
  const given = new Promise<DepositOutcome>((resolve) => (giveUp = () => resolve('unreachable')));
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([stored, given]);
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
