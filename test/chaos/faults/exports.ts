import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeadlessPeer } from '../../support/headless-peer';
import { type Chaos, type Fault, wait } from '../fault';
import { Lost, Pair, type Party } from '../pair';

/** In every message and file of this fault, and so in whatever of them stands in clear. */
const needle = 'needle-in-clear';
const strong = 'harbour lantern seven tides below';

interface Kind {
  readonly name: string;
  readonly file: string;
  /** Nothing of what it holds may be read without its passphrase, finished or not. */
  readonly sealed: boolean;
  /** It is whole where it has its name. */
  readonly isWhole: (bytes: Buffer, whole: Buffer) => boolean;
  make(party: Party, path: string, transferId: string): Promise<unknown>;
}

const sameLength = (bytes: Buffer, whole: Buffer): boolean => Math.abs(bytes.length - whole.length) < 64;
const endsAlike = (bytes: Buffer, whole: Buffer): boolean => bytes.subarray(-8).equals(whole.subarray(-8));
const conversation = (format: 'html' | 'json' | 'archive', file: string): Kind => ({
  name: `a conversation as ${format}`, file, sealed: false, isWhole: endsAlike,
  make: ({ peer, conversationId }, path) => peer.call('conversations.export', { conversationId, format, path }),
});
const key = (format: 'pkcs12' | 'pem' | 'backup', file: string): Kind => ({
  name: `the identity key as ${format}`, file, sealed: true, isWhole: sameLength, make: ({ peer }, path) => peer.call('identity.exportPrivate', { format, passphrase: strong, path }),
});

const kinds: readonly Kind[] = [
  // One with a single message more or less has another length: what is whole is told by the program itself, which refuses to restore half of one.
  { name: 'a backup', file: 'a.keyshift-backup', sealed: true, isWhole: () => true, make: ({ peer }, path) => peer.call('backup.create', { path, passphrase: strong }) },
  conversation('html', 'a.html'),
  conversation('json', 'a.json'),
  conversation('archive', 'a.keyshift-archive'),
  { name: 'a received file', file: 'a.bin', sealed: false, isWhole: (bytes, whole) => bytes.equals(whole), make: ({ peer }, path, transferId) => peer.call('files.save', { transferId, path }) },
  key('pkcs12', 'a.p12'),
  key('pem', 'a.pem'),
  key('backup', 'a.keyshift-key'),
  { name: 'the recovery kit', file: 'a.txt', sealed: false, isWhole: sameLength, make: ({ peer }, path) => peer.call('identity.saveRecoveryKit', { path }) },
  { name: 'an invitation', file: 'a.keyshift-invite', sealed: false, isWhole: sameLength, make: async ({ peer }, path) => peer.call('contacts.saveInvitation', { link: (await peer.call('contacts.createInvitation', {})).link, path }) },
];

/** The program is killed while it writes a file for the person: that file is there as a whole or not at all, and what stands beside it goes. */
export const killedExports: Fault = {
  name: 'kill -9 in the middle of exports',
  async run(chaos) {
    const pair = await Pair.create(chaos.folder);
    try {
      const transferId = await fill(chaos, pair);
      const tally = { kills: 0, absent: 0, whole: 0, parts: 0, sealed: 0 };
      const [first] = kinds;
      for (const kind of kinds.slice(0, chaos.amount < 1 ? 2 : kinds.length)) await oneKind(chaos, pair.bo, kind, transferId, tally);
      await pair.settle();
      return `${tally.kills} kills at ${chaos.amount < 1 ? `${first?.name} and the like` : `${kinds.length} kinds of files`}: ${tally.absent} times nothing under the name, ${tally.whole} times all; beside it ${tally.parts} unfinished files, ${tally.sealed} of them sealed, all gone once the profile was open again`;
    } finally {
      await pair.end();
    }
  },
};

/** Enough to take a while. Gives a file that is wholly here. */
async function fill({ folder, amount }: Chaos, { ann, bo }: Pair): Promise<string> {
  for (let turn = 0; turn < Math.min(15, 3 + 3 * amount); turn += 1) await Promise.all([ann.say(40, 40), bo.say(40, 40), ann.peer.call('messages.send', { conversationId: ann.conversationId, text: `${needle} ${turn}` })]);
  const path = join(folder, 'sent.bin');
  writeFileSync(path, Buffer.alloc(12 * 1_048_576, `${needle} of a file, `));
  await ann.peer.call('files.send', { conversationId: ann.conversationId, path });
  const all = async () => (await bo.peer.call('files.list', {})).filter(({ direction }) => direction === 'in');
  await bo.peer.until('the offer', async () => (await all()).length === 1, 90_000);
  const transferId = (await all())[0]?.transferId ?? '';
  await bo.peer.call('files.accept', { transferId });
  await bo.peer.until('the file', async () => (await all())[0]?.state === 'done', 90_000);
  return transferId;
}

async function oneKind({ folder, random, amount }: Chaos, bo: Party, kind: Kind, transferId: string, tally: { kills: number; absent: number; whole: number; parts: number; sealed: number }): Promise<void> {
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
      throw new Lost(`${kind.name}: ${readdirSync(place).join(', ')} is still there after the profile was opened again`);
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
