import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { howToHaveServer, isCurrent, natsServer } from '../../scripts/lib/nats-server.mjs';
import * as operator from '../../scripts/mailbox/commands.mjs';

const program = natsServer();
const dated = `nats-server ${program?.version.join('.')} is too old for a cluster: ${howToHaveServer}`;

/** Why no mailbox can be run here, as the end of a sentence; undefined when one can. */
export const whyNoServer = program === undefined ? `nats-server is not here; to have it: ${howToHaveServer}` : undefined;

/** Tests that need a real server; where there is none they are skipped under a title that says what to type. */
export function onServer(title: string, body: () => void, why = whyNoServer): void {
  if (why === undefined) describe(title, body);
  else describe.skip(`${title} [NOT PROVEN: ${why}]`, body);
}

/** Tests that need three: older servers lose mail and let two claims win when a leader goes (docs/mailbox.md). */
export function onCluster(title: string, body: () => void): void {
  onServer(title, body, whyNoServer ?? (isCurrent(program) ? undefined : dated));
}

export interface HostOptions {
  /** One, or three for a cluster. */
  readonly servers?: 1 | 3;
  readonly tls?: boolean;
  readonly diskGib?: number;
}

/** A mailbox as somebody hosts it: made by the operator's command, run by real servers on loopback. Ended with `close`. */
export class HostedMailbox {
  /** What the operator has. */
  readonly folder: string;
  readonly ports: readonly number[];
  readonly #files: readonly string[];
  readonly #running = new Map<number, ChildProcess>();

  private constructor(folder: string, ports: readonly number[], files: readonly string[]) {
    this.folder = folder;
    this.ports = ports;
    this.#files = files;
  }

  static async start({ servers = 1, tls = false, diskGib = 0.5 }: HostOptions = {}): Promise<HostedMailbox> {
    const root = mkdtempSync(join(tmpdir(), 'keyshift-mailbox-'));
    const ports = await freePorts(servers * 2);
    const hosts = Array.from({ length: servers }, (_, index) => `127.0.0.1:${ports[index]}:${ports[servers + index]}`);
    const folder = join(root, 'operator');
    const files = await operator.init({ folder, hosts, bind: '127.0.0.1', port: 0, clusterPort: 0, tls, diskGib });
    const made = new HostedMailbox(folder, ports.slice(0, servers), files);
    try {
      await Promise.all(files.map((_, index) => made.run(index)));
      return made;
    } catch (error) {
      await made.close();
      throw error;
    }
  }

  /** The text for a device. `address`: that of another one of the same person. */
  register(key: string, { address, slots = 2, days = 1 }: { address?: string; slots?: number; days?: number } = {}): Promise<string> {
    return operator.device({ folder: this.folder, key, slots, days, ...(address === undefined ? {} : { address }) });
  }

  /** A device's key, or a slot. */
  revoke(what: string): Promise<void> {
    return operator.revoke({ folder: this.folder, what });
  }

  /** Starts a server, again if it ended; resolves when it takes connections. */
  async run(index = 0): Promise<void> {
    const [file = ''] = this.#files.slice(index);
    const { child, ready } = startServer(['-c', file]);
    this.#running.set(index, child);
    await ready;
  }

  /** Ends a server at once, as a crash would; or politely. */
  async kill(index = 0, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#running.get(index);
    this.#running.delete(index);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((index) => this.kill(index)));
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }
}

/** A server with these words of a command line, and when it takes connections. */
export function startServer(words: readonly string[], cwd?: string): { readonly child: ChildProcess; readonly ready: Promise<void> } {
  const child = spawn(program?.file ?? '', words, { stdio: ['ignore', 'ignore', 'pipe'], cwd });
  const said: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    const ended = (): void => reject(new Error(`nats-server ended: ${said.join('')}`));
    child.once('error', reject).once('exit', ended);
    child.stderr.on('data', (text: Buffer) => {
      if (said.length < 200) said.push(text.toString());
      if (!/Server is ready/.test(said.join(''))) return;
      child.off('exit', ended);
      resolve();
    });
  });
  return { child, ready };
}

/** Ports that nobody has now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
      const server = createServer().once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server));
    })),
  );
  return Promise.all(servers.map((server) => new Promise<number>((resolve) => {
    const bound = server.address();
    server.close(() => resolve(bound !== null && typeof bound === 'object' ? bound.port : 0));
  })));
}
