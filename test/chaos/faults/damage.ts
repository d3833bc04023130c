import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeadlessPeer, RpcError } from '../../support/headless-peer';
import { texts } from '../../support/two-peers';
import type { Fault } from '../fault';
import { Lost, Pair, passphrase } from '../pair';

/** What a start may say of damage, with words that say what is safe. */
const clear = /Nothing was (overwritten|changed|lost)|restore it from a backup|does not open the vault/;

interface Ending {
  /** `earlier`: the log ends earlier, which looks as if nothing had been written behind it, as after a kill. */
  readonly kind: 'whole' | 'earlier' | 'told';
  readonly words: string;
}

/** Random bytes in the files of a profile: whatever they hit, it works as before, or says what is safe and changes nothing. */
export const damage: Fault = {
  name: 'damaged files',
  async run({ folder, random, amount }) {
    const pair = await Pair.create(folder);
    const { ann } = pair;
    const tally = new Map<string, number>();
    try {
      await pair.talk(500, 6);
      await pair.settle();
      const identity = (await ann.peer.call('identity.get')).peerId;
      const said = await ann.read('out');
      // Killed, so that there is a log.
      await ann.peer.kill();
      const [whole, tried] = [join(folder, 'whole'), join(folder, 'tried')];
      cpSync(ann.profile, whole, { recursive: true });
      const names = ['vault', 'keyshift.db', 'keyshift.db-wal', 'preferences.json'].filter((name) => existsSync(join(whole, name)));
      for (let round = 0; round < Math.ceil(8 * amount); round += 1) {
        const name = names[round % names.length] ?? '';
        rmSync(tried, { recursive: true, force: true });
        cpSync(whole, tried, { recursive: true });
        const what = hurt(join(tried, name), random);
        const mayBeEarlier = name.endsWith('-wal') && what.startsWith('cut off');
        const ending = await start(tried, { identity, said, conversationId: ann.conversationId, mayBeEarlier }).catch((error: unknown) => {
          throw new Error(`${name}, ${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        });
        const key = `${name} ${{ whole: 'as before', earlier: 'as some messages before', told: ending.words }[ending.kind]}`;
        tally.set(key, (tally.get(key) ?? 0) + 1);
        if (ending.kind === 'told' && !clear.test(ending.words)) throw new Lost(`${name}, ${what}: it says only "${ending.words}"`);
      }
      await ann.restart();
      await pair.settle();
      return [...tally].map(([what, count]) => `${count} × ${what}`).join('; ');
    } finally {
      await pair.end();
    }
  },
};

/** Random bytes in a random place, a piece that is missing, or nothing left. */
function hurt(file: string, random: () => number): string {
  const bytes = readFileSync(file);
  const kind = Math.floor(random() * 4);
  const at = Math.floor(random() * bytes.length);
  const length = Math.min(bytes.length - at, 1 + Math.floor(random() * 5_000));
  if (kind < 2) for (let n = at; n < at + length; n += 1) bytes[n] = Math.floor(random() * 256);
  if (kind === 3) bytes.fill(0, at, at + length);
  writeFileSync(file, kind === 2 ? bytes.subarray(0, at) : bytes);
  return `${['random bytes', 'random bytes', 'cut off', 'zeros'][kind]} at ${at} of ${statSync(file).size}`;
}

interface Was {
  readonly identity: string;
  readonly said: readonly string[];
  readonly conversationId: string;
  readonly mayBeEarlier: boolean;
}

async function start(profile: string, { identity, said, conversationId, mayBeEarlier }: Was): Promise<Ending> {
  const before = new Map(['vault', 'keyshift.db'].map((name) => [name, existsSync(join(profile, name))]));
  const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
  try {
    if ((await peer.call('vault.status')).state === 'absent') throw new Lost('it takes the damaged profile for an empty one');
    try {
      await peer.call('vault.unlock', { passphrase });
    } catch (error) {
      if (!(error instanceof RpcError) || !['vault.damaged', 'vault.newer', 'vault.wrong-passphrase'].includes(error.code)) throw error;
      for (const [name, was] of before) if (was && !existsSync(join(profile, name))) throw new Lost(`${name} was removed`);
      const made = await peer.call('vault.create', { passphrase, name: 'Somebody' }).then(() => 'made', (refusal: unknown) => (refusal instanceof RpcError ? refusal.code : String(refusal)));
      if (made !== 'vault.exists' && made !== 'vault.damaged') throw new Lost(`a new vault over a damaged one: ${made}`);
      return { kind: 'told', words: error.message };
    }
    if ((await peer.call('identity.get')).peerId !== identity) throw new Lost('somebody else answers');
    try {
      const now = await texts(peer, conversationId, 'out');
      if (mayBeEarlier && now.length < said.length && now.every((text, at) => text === said[at])) return { kind: 'earlier', words: '' };
      if (JSON.stringify(now) !== JSON.stringify(said)) throw new Lost(`${now.length} of ${said.length} messages, without a word`);
    } catch (error) {
      if (error instanceof RpcError && error.code === 'vault.damaged') return { kind: 'told', words: error.message };
      if (mayBeEarlier && error instanceof RpcError && error.code === 'conversation.unknown') return { kind: 'earlier', words: '' };
      throw error;
    }
    return { kind: 'whole', words: '' };
  } finally {
    await peer.kill();
  }
}
