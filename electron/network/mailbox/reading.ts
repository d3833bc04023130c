import { randomInt } from 'node:crypto';
import { type ConsumerMessages, JetStreamApiCodes, JetStreamApiError, type JsMsg, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Transport } from '../../engine/ports';
import type { MailboxHandlers, MailboxLink, MailboxRegistration, MailboxState } from '../../services/ports/mailbox';
import type { SessionRepository } from '../../services/ports/session-repository';
import { connectTo, isRefusal } from './connect';
import type { DeviceKey } from './device-key';
import { apiPrefix, streamName } from './names';
import { RecordStore } from './record-store';
import { Untaken } from './untaken';

/** Handed over and not yet acknowledged, at most. */
const mostOpen = 100;
/**
 * How long one question for mail lasts. The server says twice in that time that it still has it; without a word for so long the
 * question was lost with a server of a cluster, and is put again.
 */
const askAgainMs = 10_000;
const firstPauseMs = 500;
const longestPauseMs = 60_000;
/** What is said around a mail, generously, bytes. */
const aroundMail = 1_024;
/** A connection that held this long was a good one. */
const healthyMs = 60_000;
/** A connection that says nothing to a question for so long is dead: the other side is gone, or this device has another network. */
const deadMs = 5_000;
/** How long the server is told, at the end, what nobody took. */
const leaveMs = 2_000;
/** A device that is refused may be let in again, or its clock be set right. */
const refusedPauseMs = 5 * 60_000;

export interface ReadingOptions {
  readonly transport: Transport;
  readonly registration: MailboxRegistration;
  readonly key: DeviceKey;
  readonly handlers: MailboxHandlers;
  /** A handler threw: a defect to log. */
  readonly onFault: (error: unknown) => void;
}

/** Takes what lies in the own mailbox, for as long as it is wanted. */
export class Reading implements MailboxLink {
  readonly repository: SessionRepository;
  readonly #options: ReadingOptions;
  readonly #open = new Set<JsMsg>();
  readonly #done: Promise<void>;
  #state: MailboxState = { state: 'connecting' };
  #connection: NatsConnection | undefined;
  #messages: ConsumerMessages | undefined;
  #closed = false;
  readonly #ending = new AbortController();
  /** Somebody wanted it tried at once while a try was under way, or a connection open, which may be by a network that is gone. */
  #again = false;
  #wake: () => void = () => {};
  #roomAgain: () => void = () => {};

  constructor(options: ReadingOptions) {
    this.#options = options;
    this.repository = new RecordStore(options.registration.address, () => (this.#state.state === 'connected' ? this.#connection : undefined));
    this.#done = this.#run();
  }

  get current(): MailboxState {
    return this.#state;
  }

  retry(): void {
    this.#again = true;
    this.#wake();
    void this.#prove();
  }

  /** What was connected by another network looks as good as before: until pings are missed nothing would come, for a minute. */
  async #prove(): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined || this.#state.state !== 'connected') return;
    if (!(await within(deadMs, connection.flush()))) await connection.close().catch(() => {});
    // It is there. Should it be lost later, that is nobody's wish, and others lose it in the same moment: a pause keeps them apart.
    else if (connection === this.#connection) this.#again = false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#ending.abort();
    this.#wake();
    this.#roomAgain();
    await within(leaveMs, this.#leave());
    await this.#connection?.close();
    await this.#done;
  }

  /** What nobody took now is to come at the next connection, not when its time has run out. */
  async #leave(): Promise<void> {
    const connection = this.#connection;
    this.#messages?.stop();
    await connection?.flush();
    for (const mail of this.#open) quietly(() => mail.nak());
    await connection?.flush();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      const begun = performance.now();
      this.#again = false;
      const refused = await this.#session();
      if (this.#closed) return;
      failures = performance.now() - begun > healthyMs ? 0 : failures + 1;
      this.#tell(refused ? { state: 'refused', failure: 'mailbox.refused', ...(refused === 'place' && { letIn: true }) } : { state: 'connecting', failure: 'mailbox.unreachable' });
      if (this.#again) continue;
      const most = refused ? refusedPauseMs : Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 10));
      await this.#pause(randomInt(refused ? most / 2 : 0, most) + 1);
    }
  }

  /** From connecting until the connection is gone; gives whether the mailbox refused this device's key, or has no place for it. */
  async #session(): Promise<'key' | 'place' | false> {
    const { transport, registration, key } = this.#options;
    let connection: NatsConnection | undefined;
    const untaken = new Untaken();
    try {
      connection = await connectTo(registration, { token: registration.token, key }, transport, registration.address, this.#ending.signal, untaken);
      if (this.#closed) return false;
      this.#connection = connection;
      // Whoever waits for room would not hear of it, and wait as long as nothing can be taken here.
      void connection.closed().then(() => this.#roomAgain());
      const consumer = await jetstream(connection, { apiPrefix }).consumers.get(streamName, key.text);
      const messages = await consumer.consume({ max_messages: mostOpen, expires: askAgainMs, abort_on_missing_resource: true });
      this.#messages = messages;
      void letGoOfWords(messages, untaken);
      this.#again = false;
      this.#tell({ state: 'connected' });
      for await (const message of messages) {
        await this.#hand(message, connection);
        untaken.took(message.data.length + aroundMail);
      }
      return isRefusal(await connection.closed()) && 'key';
    } catch (error) {
      if (isRefusal(error)) return 'key';
      return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound && 'place';
    } finally {
      this.#connection = undefined;
      this.#messages = undefined;
      this.#open.clear();
      this.#roomAgain();
      await connection?.close().catch(() => {});
    }
  }

  async #hand(message: JsMsg, connection: NatsConnection): Promise<void> {
    while (this.#open.size >= mostOpen && !this.#closed && !connection.isClosed()) {
      await new Promise<void>((resolve) => {
        this.#roomAgain = resolve;
      });
    }
    // It comes again with the next connection.
    if (this.#closed || connection.isClosed()) return;
    this.#open.add(message);
    const { handlers, onFault } = this.#options;
    const ack = (): void => {
      if (!this.#open.delete(message)) return;
      quietly(() => message.ack());
      this.#roomAgain();
    };
    try {
      handlers.onMail({ slot: message.subject.split('.').at(-1) ?? '', bytes: new Uint8Array(message.data), ack });
    } catch (error) {
      onFault(error);
    }
  }

  #tell(state: MailboxState): void {
    if (this.#closed || (state.state === this.#state.state && state.failure === this.#state.failure && state.letIn === this.#state.letIn)) return;
    this.#state = state;
    try {
      this.#options.handlers.onState(state);
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * What a server says besides mail (that it is there, what became of a record) is looked at as it comes, and would add up to too much within days. A word
 * to the question for mail was whole when it is told of here, so nothing but mail can be left of what came before.
 */
async function letGoOfWords(messages: ConsumerMessages, untaken: Untaken): Promise<void> {
  for await (const { type } of messages.status()) {
    if ((type === 'heartbeat' || type === 'discard') && messages.getPending() === 0) untaken.tookAll();
  }
}

/** Whether it went well, and in time. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(resolve, milliseconds, false)));
  try {
    return await Promise.race([work.then(() => true, () => false), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What cannot be said any more is said again by what the server does on its own. */
function quietly(say: () => void): void {
  try {
    say();
  } catch {
    // The connection is gone.
  }
}
