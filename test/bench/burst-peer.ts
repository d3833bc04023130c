import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Words that tell the lines of a burst apart without reading them: parsing would cost more than what is measured. */
const deliveredWord = '"state":"delivered"';
const stateWord = '"type":"message.state"';
const receivedWord = '"type":"message.received"';
const eventWord = '"method":"event"';

/** A headless peer in a process of its own. Events are only counted; answers to a burst are, too. */
export class BurstPeer {
  delivered = 0;
  received = 0;
  answered = 0;
  refused = 0;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }>();
  #id = 0;
  #rest = '';
  #errors = '';
  #watch: (() => void) | undefined;

  /** Ready when `ready` resolves. */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;

  constructor(program: string, profile: string) {
    const child = spawn(process.execPath, [program, '--profile', profile, '--listen', '127.0.0.1:0', '--log-level', 'warn'], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    // The first line is no answer: it has id 0 here.
    this.ready = new Promise((resolve, reject) => this.#waiting.set(0, { resolve: () => resolve(), reject }));
    this.exited = new Promise((resolve) => child.once('exit', () => resolve()));
    void this.exited.then(() => this.#gone());
    child.stdout.setEncoding('latin1').on('data', (text: string) => this.#hear(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    child.stdin.on('error', () => undefined);
  }

  call(method: string, params: object): Promise<unknown> {
    const id = (this.#id += 1);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    });
  }

  /** The same line so often, as fast as it is taken. Answers are counted, not given back. */
  async repeat(method: string, params: object, count: number): Promise<void> {
    const { stdin } = this.#child;
    if (!stdin) throw new Error('the peer has no input');
    const line = `${JSON.stringify({ jsonrpc: '2.0', id: 'burst', method, params })}\n`;
    const many = 128;
    for (let sent = 0; sent < count; sent += many) {
      if (stdin.write(line.repeat(Math.min(many, count - sent)))) continue;
      await new Promise<void>((resolve) => stdin.once('drain', () => resolve()));
    }
  }

  /** When `holds`; asked after everything that is heard. */
  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#watch = () => {
        if (!holds()) return;
        this.#watch = undefined;
        resolve();
      };
      this.#watch();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Processor time this process has used, in milliseconds; told by Linux alone, in hundredths of a second. */
  processorTime(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    // Behind the name, which may hold anything: user and system time are fields 14 and 15.
    const fields = readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) * 10;
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.exited;
  }

  /** As by a crash. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  #hear(text: string): void {
    const all = this.#rest + text;
    let at = 0;
    for (let end = all.indexOf('\n'); end >= 0; end = all.indexOf('\n', at)) {
      this.#line(all.slice(at, end));
      at = end + 1;
    }
    this.#rest = all.slice(at);
    this.#watch?.();
  }

  #line(line: string): void {
    if (line.includes(eventWord)) {
      if (line.includes(receivedWord)) this.received += 1;
      else if (line.includes(deliveredWord) && line.includes(stateWord)) this.delivered += 1;
      return;
    }
    if (line.includes('"id":"burst"')) {
      if (line.includes('"error"')) this.refused += 1;
      else this.answered += 1;
      return;
    }
    const message: { readonly id?: number; readonly result?: unknown; readonly error?: { readonly message: string } } = JSON.parse(line);
    const waiting = this.#waiting.get(message.id ?? 0);
    this.#waiting.delete(message.id ?? 0);
    if (message.error) waiting?.reject(new Error(message.error.message));
    else waiting?.resolve(message.result);
  }

  #gone(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`the peer ended: ${this.#errors}`));
    this.#waiting.clear();
  }
}
