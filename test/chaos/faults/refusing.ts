import { RefusingDisk } from '../../support/refusing-disk';
import { seeded } from '../../support/seeded';
import type { Fault } from '../fault';
import { noDisk } from '../mounts';
import { Lost } from '../pair';
import { RandomWalk } from '../walk/random-walk';

/** Steps of one walk. */
const steps = 120;

/** A database on a disk that takes what is written and refuses it at the flush, by chance, among kills, closings and cuts of power. */
export const refusingWalks: Fault = {
  name: 'random walks on a disk that refuses at the flush',
  why: noDisk,
  async run({ random, amount }) {
    const walks = Math.ceil(4 * amount);
    const lost: string[] = [];
    let [told, refused, kills, cuts] = [0, 0, 0, 0];
    for (let walk = 0; walk < walks; walk += 1) {
      const seed = Math.floor(random() * 0x1_0000_0000);
      const disk = RefusingDisk.make();
      if (disk === undefined) throw new Error('there is no disk that refuses');
      try {
        const trace = process.env['KEYSHIFT_WALK_TRACE'];
        const walked = await new RandomWalk(disk, seeded(seed), trace === undefined ? undefined : `${trace}.${walk}`).walk(steps);
        told += walked.told;
        refused += walked.refused;
        kills += walked.kills;
        cuts += walked.cuts;
      } catch (error) {
        lost.push(`walk ${walk + 1} (seed ${seed}): ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        disk.end();
      }
    }
    if (lost.length > 0) throw new Lost(`${lost.length} of ${walks} walks:\n${lost.join('\n')}`);
    return `${walks} walks with ${kills} kills, ${cuts} cuts and ${refused} refusals among ${told} writes that were told`;
  },
};
