// `npm run chaos`: see scripts/chaos.mjs.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seeded } from '../support/seeded';
import type { Fault } from './fault';
import { changingFiles } from './faults/changing';
import { clocks } from './faults/clocks';
import { crossedConnections } from './faults/crossed';
import { damage } from './faults/damage';
import { failingDisk, fullDisk, readOnlyDisk } from './faults/disk';
import { killedExports } from './faults/exports';
import { folders } from './faults/folders';
import { frozen } from './faults/frozen';
import { fullBeginnings } from './faults/full-beginnings';
import { fullExports } from './faults/full-exports';
import { fullSteps } from './faults/full-steps';
import { mailboxBetween, mailboxNode } from './faults/mailbox';
import { halfOpen, killedUpgrade } from './faults/others';
import { killed, powerCut } from './faults/power';
import { refusingWalks } from './faults/refusing';
import { turnedReadOnly } from './faults/turned';

const faults: Readonly<Record<string, Fault>> = {
  kill: killed, power: powerCut, full: fullDisk, 'read-only': readOnlyDisk, failing: failingDisk, clock: clocks, damage, mailbox: mailboxNode, 'half-open': halfOpen, upgrade: killedUpgrade, exports: killedExports, frozen, 'full-steps': fullSteps, 'full-beginnings': fullBeginnings, folders, crossed: crossedConnections, 'mailbox-between': mailboxBetween, 'full-exports': fullExports, changing: changingFiles, turned: turnedReadOnly, refusing: refusingWalks,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seed: { type: 'string' }, amount: { type: 'string', default: '1' }, only: { type: 'string' }, atOnce: { type: 'string', default: '1' } } });
  const seed = values.seed === undefined ? Date.now() % 0x1_0000_0000 : Number(values.seed);
  const wanted = Object.entries(faults).filter(([name]) => values.only === undefined || values.only.split(',').includes(name));
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-chaos-'));
  let lost = 0;
  const one = async ([name, fault]: readonly [string, Fault]): Promise<void> => {
    const why = fault.why?.();
    if (why !== undefined) return say(`NOT TRIED ${fault.name}: ${why}`);
    const [began, home] = [performance.now(), join(folder, name)];
    mkdirSync(home);
    try {
      const tried = await fault.run({ folder: home, random: seeded(seed ^ name.length), amount: Number(values.amount) });
      say(`ok    ${fault.name}: ${tried} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    } catch (error) {
      lost += 1;
      say(`LOST  ${fault.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  };
  try {
    const queue = [...wanted];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await one(next);
    };
    await Promise.all(Array.from({ length: Number(values.atOnce) }, worker));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`seed ${seed}, load ${(loadavg()[0] ?? 0).toFixed(1)}: ${wanted.length} faults, lost: ${lost === 0 ? 'nothing' : lost}`);
  return lost > 0 || wanted.length === 0 ? 1 : 0;
}

void main().then((code) => process.exit(code));
