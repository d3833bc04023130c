import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HeadlessPeer } from '../../support/headless-peer';
import { type ExportKind, exportKinds, fillForExports, needle, strong } from '../exported';
import { type Chaos, type Fault, wait } from '../fault';
import { Lost, Pair, type Party } from '../pair';

/** The program is killed while it writes a file for the person: that file is there as a whole or not at all, and what stands beside it goes. */
export const killedExports: Fault = {
  name: 'kill -9 in the middle of exports',
  async run(chaos) {
    const pair = await Pair.create(chaos.folder);
    try {
      const transferId = await fillForExports(chaos, pair);
      const tally = { kills: 0, absent: 0, whole: 0, parts: 0, sealed: 0 };
      const [first] = exportKinds;
      for (const kind of exportKinds.slice(0, chaos.amount < 1 ? 2 : exportKinds.length)) await oneKind(chaos, pair.bo, kind, transferId, tally);
      await pair.settle();
      return `${tally.kills} kills at ${chaos.amount < 1 ? `${first?.name} and the like` : `${exportKinds.length} kinds of files`}: ${tally.absent} times nothing under the name, ${tally.whole} times all; beside it ${tally.parts} unfinished files, ${tally.sealed} of them sealed, all gone once the profile was open again`;
    } finally {
      await pair.end();
    }
  },
};

async function oneKind({ folder, random, amount }: Chaos, bo: Party, kind: ExportKind, transferId: string, tally: { kills: number; absent: number; whole: number; parts: number; sealed: number }): Promise<void> {
  const place = join(folder, kind.name.replaceAll(' ', '-'));
  mkdirSync(place);
  const path = join(place, kind.file);
  const began = performance.now();
  await kind.make(bo, path, transferId);
  const takes = performance.now() - began;
  const whole = readFileSync(path);
  if (kind.sealed && whole.includes(needle)) throw new Lost(`${kind.name} can be read without its passphrase`);
  for (let round = 0; round < Math.max(1, Math.ceil(2 * amount)); round += 1) {
    rmSync(path);
    // Half of the kills when something stands there: what is written at the very end would be met by none.
    const making = kind.make(bo, path, transferId).catch(() => undefined);
    if (round % 2 === 0) await Promise.race([making, appears(place)]);
    await wait(random() * takes * (round % 2 === 0 ? 0.6 : 1));
    await bo.peer.kill();
    await making;
    tally.kills += 1;
    const left = readdirSync(place).filter((name) => name !== kind.file);
    for (const name of left) {
      if (!name.startsWith('.') || !name.endsWith('.part')) throw new Lost(`${kind.name}: ${name} stands beside it`);
      tally.parts += 1;
      if (!kind.sealed) continue;
      tally.sealed += 1;
      if (readFileSync(join(place, name)).includes(needle)) throw new Lost(`${kind.name}: what is unfinished stands there in clear`);
    }
    if (existsSync(path)) {
      if (!kind.isWhole(readFileSync(path), whole)) throw new Lost(`${kind.name} has its name and is not whole`);
      tally.whole += 1;
    } else tally.absent += 1;
    await bo.restart();
    await bo.peer.until('nothing unfinished beside it', () => readdirSync(place).every((name) => name === kind.file), 30_000).catch(() => {
      throw new Lost(`${kind.name}: ${readdirSync(place).map((name) => `${name} (${statSync(join(place, name)).size} bytes)`).join(', ')} is still there after the profile was opened again`);
    });
    if (!existsSync(path)) await kind.make(bo, path, transferId);
  }
  if (kind.name !== 'a backup') return;
  // What has its name comes back as a whole.
  const restored = await HeadlessPeer.start(join(place, 'restored'), { listen: '127.0.0.1:0' });
  try {
    await restored.call('backup.restore', { path, passphrase: strong });
  } finally {
    await restored.kill();
  }
}

/** Something stands in the folder. */
async function appears(place: string): Promise<void> {
  while (readdirSync(place).length === 0) await wait(1);
}
