import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RpcError } from '../../support/headless-peer';
import { exportKinds, fillForExports } from '../exported';
import { fill } from '../filler';
import type { Fault } from '../fault';
import { noMounts, sh, smallDisk } from '../mounts';
import { Lost, Pair } from '../pair';

const pageBytes = 4096;

/** What a person has written to a disk without the room for it: said, and nothing half written stands there; what stood there before still does. */
export const fullExports: Fault = {
  name: 'exports to a disk that is full',
  why: noMounts,
  async run(chaos) {
    const { folder, random, amount } = chaos;
    const at = join(folder, 'stick');
    smallDisk(at, 40);
    const pair = await Pair.create(folder);
    const { bo } = pair;
    const tally = { refused: 0, kept: 0 };
    try {
      const transferId = await fillForExports(chaos, pair);
      const kinds = exportKinds.slice(0, amount < 1 ? 5 : undefined);
      for (const kind of kinds) {
        const place = join(at, kind.name.replaceAll(' ', '-'));
        mkdirSync(place);
        const path = join(place, kind.file);
        await kind.make(bo, path, transferId);
        const whole = readFileSync(path);
        const pages = Math.ceil(whole.length / pageBytes);
        for (let round = 0; round < Math.ceil(3 * amount); round += 1) {
          // The first time without a page at all, then with some of them. Every other time with an earlier one in its place, which may be replaced.
          const isThere = round % 2 === 1 && kind.replaces;
          if (!isThere) rmSync(path, { force: true });
          const before = isThere && existsSync(path) ? readFileSync(path) : undefined;
          const filler = fill(at, round === 0 ? 0 : Math.floor(random() * pages) * pageBytes);
          const told = await kind.make(bo, path, transferId).then(() => 'done', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));
          const left = readdirSync(place);
          rmSync(filler);
          // What is written anew may be smaller than before, as a conversation is not.
          if (told !== 'disk.full') throw new Lost(`${kind.name} on a full disk says ${told}`);
          tally.refused += 1;
          if (left.join() !== (before === undefined ? '' : kind.file)) throw new Lost(`${kind.name} on a full disk leaves ${left.join(', ')}`);
          if (before !== undefined) {
            if (!readFileSync(path).equals(before)) throw new Lost(`${kind.name} on a full disk changes what was there`);
            tally.kept += 1;
          }
          rmSync(path, { force: true });
          await kind.make(bo, path, transferId);
        }
        rmSync(place, { recursive: true });
      }
      await pair.settle();
      return `${kinds.length} kinds refused ${tally.refused} times (disk.full), nothing left of them, ${tally.kept} times what was there before kept; each went through once there was room`;
    } finally {
      await pair.end();
      sh('umount', '-l', at);
    }
  },
};
