import { join } from 'node:path';
import { type Fault, wait } from '../fault';
import { Lost, Pair, type Party } from '../pair';

/** Beyond the first a call is asked whether it stands, beyond the second one that owes an answer ends, beyond the third any (`engine/session/limits.ts`). */
const spans = [50_000, 10_000, 25_000];
/** So much faster goes the time of both in the short form. */
const pace = 10;

interface Doing {
  readonly name: string;
  /** Begun before the process stops, and answered whenever it goes on. */
  begin(party: Party): Promise<unknown>;
}

const doings: readonly Doing[] = [
  { name: 'writing', begin: (party) => party.say(20) },
  { name: 'a key shift', begin: ({ peer, conversationId }) => peer.call('keys.shift', { conversationId }) },
  { name: 'a key exchange', begin: ({ peer, conversationId }) => peer.call('keys.shiftPair', { conversationId }) },
  { name: 'an identity rotation', begin: ({ peer }) => peer.call('identity.rotate') },
];

/** A laptop that is closed, a process that waits for memory: it stands still, its connections stay open, and nobody ends them but those who waited. */
export const frozen: Fault = {
  name: 'a process that stands still for longer than anybody waits',
  why: () => (process.platform === 'win32' ? 'there is no SIGSTOP' : undefined),
  async run({ folder, random, amount }) {
    const hurry = amount < 1 ? pace : 1;
    process.env['KEYSHIFT_TEST_PACE'] = String(hurry);
    const options = { nodeOptions: ['--require', join(__dirname, 'hurried.cjs')] };
    const pair = await Pair.create(folder, { ann: options, bo: options });
    const rounds = Math.ceil(6 * amount);
    const told: string[] = [];
    let ended = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        const span = spans[round % spans.length] ?? 0;
        const doing = doings[round % doings.length] ?? doings[0];
        const victim = pair.both[Math.floor(random() * 2)] ?? pair.ann;
        const other = victim === pair.ann ? pair.bo : pair.ann;
        const begun = doing?.begin(victim);
        await wait(random() * 30);
        const { pid } = victim.peer;
        process.kill(pid, 'SIGSTOP');
        try {
          await other.say(6);
          // Whoever comes back meanwhile finds a port that takes connections and never answers.
          if (round % 3 === 1) {
            await other.peer.kill();
            await other.restart();
            await other.say(3);
          }
          await wait(span / hurry);
          await other.say(3);
          if ((await other.peer.call('network.status')).sessions.length === 0) ended += 1;
        } finally {
          process.kill(pid, 'SIGCONT');
        }
        await begun;
        await pair.settle();
        told.push(`${span / 1_000} s in ${doing?.name}`);
      }
      if (ended === 0) throw new Lost('no connection ended while a process stood still: it proves nothing');
      return `${told.join(', ')}${hurry === 1 ? '' : ` (of a time ${hurry} times as fast)`}: ${ended} of ${rounds} times the other gave the connection up, and all went on`;
    } finally {
      delete process.env['KEYSHIFT_TEST_PACE'];
      await pair.end();
    }
  },
};
