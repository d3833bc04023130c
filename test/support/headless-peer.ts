import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Api, AppEvent, CallName, Group } from '../../shared/contract/contract';
import { readyKeys } from './rsa-keys';

const program = join(__dirname, '../../out/headless.cjs');
const dialFrom = join(__dirname, 'dial-from.cjs');
const quickSecrets = join(__dirname, 'quick-secrets.cjs');
// Also from the bundle of a long form, of which `npm test` runs the short one.
const compiledPeer = join(__dirname, '../../test/support/compiled-peer.cjs');

/** An application error of a peer, by its contract code. */
export class RpcError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** Facts beside the code, as they came. */
    readonly facts?: unknown,
  ) {
    super(`${code}: ${message}`);
  }
}

/** An answer of the door, as it came. */
export interface RawAnswer {
  readonly jsonrpc: unknown;
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data: { readonly code: string; readonly facts?: Readonly<Record<string, unknown>> } };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

type Args<N extends CallName> = N extends `${infer G extends Group}.${infer M}`
  ? M extends keyof Api[G]
    ? Api[G][M] extends (...args: infer A) => Promise<infer R>
      ? { input: A[0]; result: R }
      : never
    : never
  : never;

export interface HeadlessOptions {
  readonly listen?: string;
  readonly passphraseFile?: string;
  /** Headers and keys it keeps in memory for each contact. */
  readonly cacheEntries?: number;
  /** From which level it writes to standard error; without it, warnings and worse. */
  readonly logLevel?: string;
  /** Words put before the command line, so that the peer runs on another host: `Host.within`. */
  readonly within?: readonly string[];
  /** Words for Node itself, for instance `--require FILE`. */
  readonly nodeOptions?: readonly string[];
  /** Dials from this address of the machine, as a person somewhere else would: one below 127.0.0.0/8. */
  readonly from?: string;
  /** What a passphrase costs and RSA keys of its own, as in the product; without it both cost next to nothing. A profile stays with one of the two. */
  readonly asShipped?: boolean;
  /** How many identity keys it makes that cost nothing; those behind them take 0.2 to 2 s of a processor each. */
  readonly keys?: number;
}

/** In `npm test`, where peers start by the hundred; never where one is measured, has a clock of its own or is as people get it. */
function readsCompiled({ asShipped, nodeOptions }: HeadlessOptions): boolean {
  return process.env['VITEST'] !== undefined && asShipped !== true && nodeOptions === undefined;
}

/** A real headless peer in a process of its own, driven through JSON-RPC alone. */
export class HeadlessPeer {
  readonly events: AppEvent[] = [];
  readonly stderr: string[] = [];
  readonly traffic: string[] = [];
  readonly listening: readonly string[];
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #whole = new Map<number, { resolve(answer: RawAnswer): void; reject(error: Error): void }>();
  /** Answers to lines that had no id of ours. */
  readonly unasked: RawAnswer[] = [];
  #id = 0;
  #ended = false;
  #watchers = new Set<() => void>();

  private constructor(child: ChildProcess, listening: readonly string[], exited: Promise<number | null>) {
    this.#child = child;
    this.listening = listening;
    this.exited = exited;
  }

  static async start(profile: string, options: HeadlessOptions = {}): Promise<HeadlessPeer> {
    const nodeOptions = [
      ...(options.nodeOptions ?? []),
      ...(options.asShipped === true ? [] : ['--require', quickSecrets]),
      ...(readsCompiled(options) ? ['--require', compiledPeer] : []),
      ...(options.from === undefined ? [] : ['--require', dialFrom]),
    ];
    // Whoever begins a profile needs an identity key, and some renew theirs several times.
    const keys = options.asShipped === true ? [] : readyKeys(options.keys ?? (existsSync(join(profile, 'vault')) ? 4 : 6));
    const args = [...nodeOptions, program, '--profile', profile, '--log-level', options.logLevel ?? 'warn', ...(options.cacheEntries === undefined ? [] : [`--cache-entries=${options.cacheEntries}`])];
    if (options.listen !== undefined) args.push('--listen', options.listen);
    if (options.passphraseFile !== undefined) args.push('--passphrase-file', options.passphraseFile);
    // `ip netns exec` and its like become the program they start: the child's id stays the peer's.
    const [command = process.execPath, ...words] = [...(options.within ?? []), process.execPath, ...args];
    const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, KEYSHIFT_TEST_DIAL_FROM: options.from, KEYSHIFT_TEST_KEYS: JSON.stringify(keys) } });
    const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    const stderr: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    const lines = createInterface({ input: child.stdout });
    const peer = await new Promise<HeadlessPeer>((resolve, reject) => {
      void exited.then((code) => reject(new Error(`headless peer ended with ${code} before it was ready: ${stderr.join('')}`)));
      lines.once('line', (line) => {
        const first = JSON.parse(line);
        if (first.method !== 'ready') reject(new Error(`first line was ${line}`));
        const made = new HeadlessPeer(child, first.params.listening, exited);
        made.stderr.push(...stderr);
        resolve(made);
      });
    });
    child.stderr.on('data', (text: string) => peer.stderr.push(text));
    lines.on('line', (line) => peer.#hear(line));
    child.stdin.on('error', () => undefined); // written to while it was being killed
    void exited.then(() => peer.#gone());
    return peer;
  }

  call<N extends CallName>(method: N, params?: Args<N>['input']): Promise<Args<N>['result']> {
    this.#id += 1;
    const id = this.#id;
    if (this.#ended) return Promise.reject(new Error('the peer ended'));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.raw(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) }));
    });
  }

  /** Any call with any parameters; gives the whole answer, as it came. */
  ask(method: string, params?: unknown): Promise<RawAnswer> {
    this.#id += 1;
    const id = this.#id;
    if (this.#ended) return Promise.reject(new Error('the peer ended'));
    return new Promise((resolve, reject) => {
      this.#whole.set(id, { resolve, reject });
      this.raw(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) }));
    });
  }

  /** The peer's process id. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  raw(line: string): void {
    this.traffic.push(line);
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Waits until `holds` answers true; asked again after every event and every 50 ms. */
  async until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms\n${this.stderr.slice(-20).join('')}`);
      await new Promise<void>((resolve) => {
        const done = () => {
          clearTimeout(timer);
          this.#watchers.delete(done);
          resolve();
        };
        const timer = setTimeout(done, 50);
        this.#watchers.add(done);
      });
    }
  }

  /** Orderly end: standard input closed. */
  async end(): Promise<number | null> {
    this.#child.stdin?.end();
    return this.exited;
  }

  /** kill -9 by process id. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #hear(line: string): void {
    this.traffic.push(line);
    const message = JSON.parse(line);
    if (message.method === 'event') {
      this.events.push(message.params);
      for (const wake of Array.from(this.#watchers)) wake();
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    this.#whole.get(message.id)?.resolve(message);
    if (waiting === undefined) {
      if (!this.#whole.delete(message.id)) this.unasked.push(message);
      return;
    }
    if (message.error === undefined) waiting.resolve(message.result);
    else waiting.reject(new RpcError(message.error.data?.code ?? 'none', message.error.message, message.error.data?.facts));
  }

  #gone(): void {
    this.#ended = true;
    for (const { reject } of [...this.#waiting.values(), ...this.#whole.values()]) reject(new Error('the peer ended'));
    this.#waiting.clear();
    this.#whole.clear();
  }
}
