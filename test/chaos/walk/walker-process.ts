import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer, Deed } from './deeds';

const program = join(__dirname, 'walker.cjs');
const traced = ['-f', '-y', '-ttt', '-s', '0', '-e', 'trace=pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,link,openat'];

/** The process of a walk (walker.ts), which may be killed at any moment. */
export class Walker {
  readonly #child: ChildProcess;
  readonly #answers: ((answer: Answer | undefined) => void)[] = [];
  readonly #ended: Promise<void>;
  #pid = 0;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin?.on('error', () => undefined);
    const lines = createInterface({ input: child.stdout ?? process.stdin });
    lines.on('line', (line) => this.#answers.shift()?.(JSON.parse(line) as Answer));
    this.#ended = new Promise((resolve) => {
      lines.once('close', () => {
        for (const answer of this.#answers.splice(0)) answer(undefined);
        resolve();
      });
    });
  }

  /** `trace`: where strace writes what it does to files. */
  static async start(file: string, key: string, trace?: string): Promise<Walker> {
    const words = [program, file, key];
    const stdio: StdioOptions = ['pipe', 'pipe', 'inherit'];
    const walker = new Walker(trace === undefined ? spawn(process.execPath, words, { stdio }) : spawn('strace', [...traced, '-o', trace, process.execPath, ...words], { stdio }));
    const answer = await new Promise<Answer | undefined>((resolve) => walker.#answers.push(resolve));
    if (answer?.is !== 'here') throw new Error('the process of a walk did not begin');
    walker.#pid = answer.pid;
    return walker;
  }

  /** Undefined: it ended before it could say. */
  ask(deed: Deed): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      this.#answers.push(resolve);
      this.#child.stdin?.write(`${JSON.stringify(deed)}\n`);
    });
  }

  async kill(): Promise<void> {
    try {
      process.kill(this.#pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
    await this.#ended;
  }
}
