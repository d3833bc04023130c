import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { HeadlessPeer } from './headless-peer';
import { putFirst } from './priority';

/** What a process says about itself since it was last asked. Times in milliseconds; `busy`: share of one core; `rss`: bytes. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly busy: number;
  readonly rss: number;
}

/** Words for Node that make a process answer `loopDelay`. */
export const measured: readonly string[] = ['--require', join(__dirname, 'loop-delay.cjs')];

/** Row A54: milliseconds that 99 of 100 turns of the event loop may be late. */
const promised = 100;

/** A process under attack, and one beside it that nobody attacks. */
export interface Beside {
  readonly there: Pick<LoopDelay, 'p99'>;
  readonly beside: LoopDelay;
}

/** Whether what was promised holds: a machine with too much to do keeps both waiting, and that part is not the product's. */
export function isPrompt({ there, beside }: Beside): boolean {
  return there.p99 < Math.max(promised, 2 * beside.p99);
}

/** Looks up to three times, and gives the first look that is good or else the last: what the product does to itself shows in each. */
export async function lookAgain<T extends Beside>(look: () => Promise<T>): Promise<T> {
  for (let times = 1; ; times += 1) {
    const seen = await look();
    if (isPrompt(seen) || times === 3) return seen;
  }
}

/** Asks a peer that was started with `measured`, and begins anew. */
export async function loopDelay(peer: HeadlessPeer): Promise<LoopDelay> {
  const before = reports(peer.stderr).length;
  process.kill(peer.pid, 'SIGUSR2');
  await peer.until('the report about the event loop', () => reports(peer.stderr).length > before, 60_000);
  return parse(reports(peer.stderr).at(-1) ?? '');
}

/** One millisecond of work in five, which is about what a peer has to do in a flood. */
const steadyWork = `setInterval(() => { const end = performance.now() + 1; while (performance.now() < end); }, 5); process.stderr.write("there\\n")`;

/**
 * A process with a little steady work that nobody attacks. What keeps it waiting is the machine, shared with attackers and whatever
 * else runs there; one that slept would be woken before all others and not notice.
 */
export class Control {
  readonly #child: ChildProcess;
  readonly #heard: string[] = [];

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#heard.push(text));
  }

  static async start(): Promise<Control> {
    const child = spawn(process.execPath, [...measured, '-e', steadyWork], { stdio: ['ignore', 'ignore', 'pipe'] });
    const control = new Control(child);
    await control.#until(() => control.#heard.length > 0);
    if (child.pid !== undefined) putFirst(child.pid);
    return control;
  }

  async loopDelay(): Promise<LoopDelay> {
    const before = reports(this.#heard).length;
    this.#child.kill('SIGUSR2');
    await this.#until(() => reports(this.#heard).length > before);
    return parse(reports(this.#heard).at(-1) ?? '');
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function reports(heard: readonly string[]): string[] {
  return heard.join('').split('\n').slice(0, -1).filter((line) => line.startsWith('loop-delay '));
}

function parse(line: string): LoopDelay {
  return JSON.parse(line.slice('loop-delay '.length));
}
