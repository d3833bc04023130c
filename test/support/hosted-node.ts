import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The program; empty where none is here. Whoever starts a long run says it (`scripts/lib/nats-server.mjs`). */
const server = process.env['KEYSHIFT_NATS_SERVER'] ?? '';

/** Why no mailbox can be run here, as the end of a sentence. */
export const whyNoNode = (): string | undefined => (server === '' ? 'nats-server is not here' : undefined);

/** A mailbox that an operator runs here, with one node: for the long runs, which are no tests of vitest (those have `HostedMailbox`). */
export class HostedNode {
  #node: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly port: number,
  ) {}

  static async start(folder: string): Promise<HostedNode> {
    const host = new HostedNode(join(folder, 'operator'), await freePort());
    host.#operator('init', '--host', '127.0.0.1', '--bind', '127.0.0.1', '--port', String(host.port), '--no-tls', '--disk-gib', '0.5');
    await host.begin();
    return host;
  }

  async begin(): Promise<void> {
    this.#node = await startNode(join(this.folder, 'server/nats.conf'));
  }

  kill(): void {
    this.#node?.kill('SIGKILL');
  }

  /** The text for the device with this key; with `beside`, it takes what another one of the same person takes, which has that key. */
  registration(deviceKey: string, beside?: string): string {
    return this.#operator('device', deviceKey, '--slots', '8', ...(beside === undefined ? [] : ['--with', beside]));
  }

  /** What this device may do it may no more. */
  revoke(deviceKey: string): void {
    this.#operator('revoke', deviceKey);
  }

  #operator(...words: readonly string[]): string {
    return execFileSync(process.execPath, ['scripts/mailbox.mjs', ...words, '--folder', this.folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  }
}

function startNode(file: string): Promise<ChildProcess> {
  const child = spawn(server, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  return new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('nats-server ended')));
    child.stderr.on('data', (text: Buffer) => {
      if (text.toString().includes('Server is ready')) resolve(child);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const taken = createServer().listen(0, '127.0.0.1', () => {
      const bound = taken.address();
      taken.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0));
    });
  });
}
