import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import type { Attack } from './attack-script.mjs';

export type { Attack };

/** What one attacker did and saw. */
export interface AttackCounts {
  readonly begun: number;
  readonly connected: number;
  /** Milliseconds from its beginning to the last time it looked how many were due. */
  readonly forMs: number;
  readonly mostOpen: number;
  readonly answered: number;
  /** Connections that the other side ended, whether they were let go here or not. */
  readonly refused: number;
  readonly endedThere: number;
  readonly endedHere: number;
  readonly failed: number;
}

export interface Attacker {
  /** Ends it and gives its counts. */
  stop(): Promise<AttackCounts>;
}

/** Begins an attack from a process of its own; ends by itself with this one, whose end of a pipe it watches. */
export async function attack(what: Attack): Promise<Attacker> {
  // Ten thousand connections need as many open files; where the system allows fewer, there are fewer.
  const child = spawn('sh', ['-c', 'ulimit -n 20000 2>/dev/null; exec "$0" "$@"', process.execPath, join(__dirname, 'attack-script.mjs'), JSON.stringify(what)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async stop() {
      child.stdin.end();
      const { value } = await lines.next();
      if (child.exitCode === null) await once(child, 'exit');
      return JSON.parse(value);
    },
  };
}
