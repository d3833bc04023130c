import type { Readable, Writable } from 'node:stream';
import type { AppEvent, Handlers } from '../../shared/contract/contract';
import { dispatch, type Report } from '../doors/dispatch';
import { parseOutgoing } from '../doors/outgoing-event';
import { ArrivalOrder } from './arrival-order';
import { failureAnswer, parseLine, resultAnswer, tooLongAnswer, type Arrival, type RpcAnswer, type RpcRequest } from './json-rpc';
import { LineWriter } from './line-writer';
import { longestLine, readLines } from './read-lines';

/** Calls that may be under way at once; reading pauses above it, so a script may pipeline as much as it likes. */
const mostPending = 512;
/** Milliseconds that answers may take to be read once the end was asked for. */
const lastWordsMs = 2_000;

export interface JsonRpcDoorParts {
  readonly handlers: Handlers;
  readonly input: Readable;
  readonly output: Writable;
  readonly report: Report;
  readonly version: string;
  readonly listening: readonly string[];
}

export type DoorEnd = 'input-ended' | 'output-closed' | 'output-stalled' | 'asked';

/** The headless door: JSON-RPC 2.0, one line each way, no rate limit. */
export class JsonRpcDoor {
  readonly #parts: JsonRpcDoorParts;
  readonly #order = new ArrivalOrder();
  readonly #writer: LineWriter;
  #end: DoorEnd | undefined;
  #wake: () => void = () => undefined;
  readonly #closed = new Promise<void>((resolve) => (this.#wake = resolve));

  constructor(parts: JsonRpcDoorParts) {
    this.#parts = parts;
    this.#writer = new LineWriter(parts.output, (why) => this.close(`output-${why}`));
    this.#writer.write({ jsonrpc: '2.0', method: 'ready', params: { version: parts.version, listening: parts.listening } });
  }

  tell(event: AppEvent): void {
    const params = parseOutgoing(event, this.#parts.report);
    if (params !== undefined) this.#writer.tell({ jsonrpc: '2.0', method: 'event', params });
  }

  /** A call made from within, in its place among those that arrive. Gives the error's sentence, or undefined when it went well. */
  async call(method: string, params: unknown): Promise<string | undefined> {
    const reply = await this.#order.run(method, params, () => dispatch(this.#parts.handlers, method, params, this.#parts.report));
    return reply.ok ? undefined : reply.error.message;
  }

  /** Serves until the input ends or somebody closes; resolves when every call that began has been answered. A reader that does not read is not waited for once somebody closed. */
  async serve(): Promise<DoorEnd> {
    await Promise.race([this.#readAll(), this.#closed]);
    await this.#order.settled();
    let timer: NodeJS.Timeout | undefined;
    const late = this.#closed.then(() => new Promise<void>((resolve) => (timer = setTimeout(resolve, lastWordsMs))));
    await Promise.race([this.#writer.flushed(), late]);
    clearTimeout(timer);
    return this.#end ?? 'input-ended';
  }

  /** Reads nothing more; calls under way are finished. */
  close(why: DoorEnd = 'asked'): void {
    this.#end ??= why;
    this.#wake();
    this.#parts.input.destroy();
  }

  async #readAll(): Promise<void> {
    try {
      for await (const line of readLines(this.#parts.input)) {
        if (this.#end !== undefined) return;
        if (line.kind === 'too-long') this.#writer.write(tooLongAnswer(longestLine));
        else this.#take(line.bytes);
        await this.#writer.relief();
        while (this.#order.pending >= mostPending) await this.#order.oneEnded();
      }
    } catch {
      // The input broke or was closed by us: an end like any other.
    }
  }

  #take(bytes: Uint8Array): void {
    const parsed = parseLine(bytes);
    bytes.fill(0);
    if (parsed.kind === 'blank') return;
    if (parsed.kind === 'single') {
      void this.#answer(parsed.arrival).then((answer) => {
        if (answer !== undefined) this.#writer.write(answer);
      });
      return;
    }
    void Promise.all(parsed.arrivals.map((arrival) => this.#answer(arrival))).then((answers) => {
      const given = answers.filter((answer) => answer !== undefined);
      if (given.length > 0) this.#writer.write(given);
    });
  }

  #answer(arrival: Arrival): Promise<RpcAnswer | undefined> {
    if (arrival.kind === 'refused') return Promise.resolve(arrival.answer);
    const { request } = arrival;
    return this.#order.run(request.method, request.params, () => this.#run(request));
  }

  async #run({ id, method, params }: RpcRequest): Promise<RpcAnswer | undefined> {
    const reply = await dispatch(this.#parts.handlers, method, params, this.#parts.report);
    if (id === undefined) return undefined;
    return reply.ok ? resultAnswer(id, reply.value) : failureAnswer(id, reply.error);
  }
}
