import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RpcError } from '../../support/headless-peer';
import { fill } from '../filler';
import { type Chaos, type Fault, wait } from '../fault';
import { noMounts, sh, smallDisk } from '../mounts';
import { Lost, Pair, type Party } from '../pair';

const pageBytes = 4096;
/** No step writes more pages than this: where it is still refused with so many, something is wrong. */
const mostPages = 400;

interface Step {
  readonly name: string;
  /** The number of what was made, one more each time. */
  make(ann: Party): Promise<{ readonly epoch: number }>;
}

const steps: readonly Step[] = [
  {
    name: 'a message',
    make: async ({ peer, conversationId, confirmed }) => {
      const text = `at each page ${confirmed.length}`;
      await peer.call('messages.send', { conversationId, text });
      return { epoch: confirmed.push(text) };
    },
  },
  { name: 'a key shift', make: ({ peer, conversationId }) => peer.call('keys.shift', { conversationId }) },
  { name: 'a key exchange', make: ({ peer, conversationId }) => peer.call('keys.shiftPair', { conversationId }) },
  { name: 'an identity rotation', make: ({ peer }) => peer.call('identity.rotate') },
];

/**
 * The disk takes so many pages more and no further one, from none on until the step goes through: it stops at every page that the step writes. Refused, it
 * has changed nothing, also for who starts anew; done, it is done.
 */
export const fullSteps: Fault = {
  name: 'a disk that is full at each page of a step',
  why: noMounts,
  async run(chaos) {
    const at = join(chaos.folder, 'disk');
    smallDisk(at, 112);
    const pair = await Pair.create(chaos.folder, { annAt: join(at, 'ann') });
    try {
      const told: string[] = [];
      for (const step of steps) told.push(await oneStep(chaos, pair, at, step));
      told.push(await pieces(chaos, pair, at));
      await pair.settle();
      return told.join('; ');
    } finally {
      await pair.end();
      sh('umount', '-l', at);
    }
  },
};

async function oneStep({ amount, random }: Chaos, pair: Pair, at: string, { name, make }: Step): Promise<string> {
  const { ann, bo } = pair;
  // What is still under way is heard first: answered after a start it takes a key of its own, which counts like one of the step.
  await pair.settle();
  // All of them in the long form; in the short one none, one by chance, and every fourteenth from there.
  const stride = amount < 1 ? 14 : 1;
  const { epoch: before } = await make(ann);
  let refused = 0;
  for (let pages = 0; ; pages += pages === 0 ? 1 + Math.floor(random() * stride) : stride) {
    if (pages > mostPages) throw new Lost(`${name} is refused with ${pages} free pages`);
    // An orderly end leaves an empty log, so that the step has to ask for each page it writes.
    await ann.peer.end();
    await ann.restart();
    const filler = fill(at, pages * pageBytes);
    const told = await make(ann).then(({ epoch }) => epoch, (error: unknown) => {
      if (!(error instanceof RpcError)) throw error;
      if (error.code !== 'disk.full') throw new Lost(`${name} with ${pages} free pages says ${error.message}`);
      return undefined;
    });
    const { state } = await ann.peer.call('vault.status');
    rmSync(filler);
    if (state !== 'open') throw new Lost(`${name} with ${pages} free pages leaves the vault ${state}`);
    if (told === undefined) {
      refused += 1;
      continue;
    }
    if (told !== before + 1) throw new Lost(`${name} was refused ${refused} times and made ${told} after ${before}: ${JSON.stringify(await ann.peer.call('keys.timeline', { conversationId: ann.conversationId }))}`);
    // What was said to be done is done for whoever ends at once.
    await ann.peer.kill();
    await ann.restart();
    break;
  }
  if (refused === 0) throw new Lost(`${name} was never refused: it proves nothing`);
  await Promise.all([ann.say(2), bo.say(2)]);
  const { epoch } = await make(ann);
  if (epoch <= before + 1) throw new Lost(`${name} made ${before + 1} and is forgotten`);
  return `${name} refused at ${refused} of its pages, nothing of it done`;
}

/** A file comes, and the disk fills up between two of its pieces: what is here stays, the rest is fetched once there is room. */
async function pieces({ folder, random, amount }: Chaos, { ann, bo }: Pair, at: string): Promise<string> {
  const path = join(folder, 'sent.bin');
  const content = Buffer.alloc(16 * 1_048_576, 'a piece of a file, ');
  writeFileSync(path, content);
  const rounds = Math.max(1, Math.ceil(amount));
  const states: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const { transferId } = await bo.peer.call('files.send', { conversationId: bo.conversationId, path });
    const state = async () => (await ann.peer.call('files.list', {})).find((each) => each.transferId === transferId);
    await ann.peer.until('the offer', async () => (await state())?.state === 'offered', 60_000);
    const { done: sentBefore = 0 } = (await state()) ?? {};
    await ann.peer.call('files.accept', { transferId });
    await wait(random() * 60);
    const heard = ann.peer.stderr.length;
    const filler = fill(at, Math.floor(random() * 64) * pageBytes);
    // A disk that takes nothing at all takes no word of it either: then it is only logged, and fetched again when it is asked for.
    const unsaid = (): boolean => ann.peer.stderr.slice(heard).join('').includes('file.state-not-stored');
    await ann.peer.until('it stops, or is here', async () => unsaid() || ['failed', 'done'].includes((await state())?.state ?? ''), 60_000);
    const { state: then, failure, done = 0 } = (await state()) ?? {};
    if (then === 'failed' && failure !== 'disk.full') throw new Lost(`a file that had no room says ${failure}`);
    rmSync(filler);
    states.push(`${then} at ${Math.round(Math.max(done, sentBefore) / 1_048_576)} MiB`);
    if (then !== 'done') await ann.peer.call('files.accept', { transferId });
    await ann.peer.until('all of it', async () => (await state())?.state === 'done', 60_000).catch(async (error: unknown) => {
      const others = (await bo.peer.call('files.list', {})).find((each) => each.transferId === transferId);
      throw new Error(`${String(error)}: ${JSON.stringify([then, failure, await state(), others])} ${JSON.stringify(await ann.peer.call('contacts.list'))} ${bo.peer.stderr.slice(-10).join('')}`);
    });
    const saved = join(folder, `saved-${round}.bin`);
    await ann.peer.call('files.save', { transferId, path: saved });
    if (hashOf(readFileSync(saved)) !== hashOf(content)) throw new Lost('a file that had no room in between is another one');
    for (const { peer } of [ann, bo]) await peer.call('files.forget', { transferId });
    await ann.peer.until('its room is free again', () => readdirSync(join(ann.profile, 'files')).length === 0, 30_000);
  }
  return `a file ${states.join(', ')}, whole after that`;
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
