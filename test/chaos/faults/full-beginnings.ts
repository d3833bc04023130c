import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HeadlessPeer, RpcError } from '../../support/headless-peer';
import { keptVersions, oldPassphrase, placeOldProfile, type Seen } from '../../support/old-profile';
import { strong } from '../exported';
import { fill } from '../filler';
import type { Chaos, Fault } from '../fault';
import { noMounts, sh, smallDisk } from '../mounts';
import { Lost, passphrase } from '../pair';

const pageBytes = 4096;
/** Nothing here writes more pages than this: where it is still refused with so many, something is wrong. */
const mostPages = 4_000;
const needle = 'needle-in-clear';

/** Something that is begun in a profile's folder, and is there afterwards as a whole or not at all. */
interface Beginning {
  readonly name: string;
  /** What is in the folder before. */
  prepare(profile: string): Promise<void>;
  /** How the vault stands before, and after a refusal. */
  readonly before: 'absent' | 'locked';
  make(peer: HeadlessPeer): Promise<unknown>;
  readonly passphrase: string;
  /** Throws where something of it is not there. */
  check(peer: HeadlessPeer): Promise<void>;
  /** Stands in no file of the folder, whatever happens. */
  readonly inClear: readonly string[];
}

/** The disk takes so many pages more and no further one, from none on until what is begun there goes through. */
export const fullBeginnings: Fault = {
  name: 'a disk that is full at each page of a beginning',
  why: noMounts,
  async run(chaos) {
    const at = join(chaos.folder, 'disk');
    smallDisk(at, 48);
    try {
      const told: string[] = [];
      for (const beginning of await beginnings(chaos)) told.push(await oneBeginning(chaos, at, beginning));
      told.push(await preferences(at));
      return told.join('; ');
    } finally {
      sh('umount', '-l', at);
    }
  },
};

async function beginnings({ folder, random, amount }: Chaos): Promise<readonly Beginning[]> {
  const { path, texts } = await backupIn(folder);
  const inOrder = [...keptVersions].toSorted((a, b) => a - b);
  // The oldest, the newest but one, and others by chance.
  const versions = new Set([inOrder[0], inOrder.at(-2), ...Array.from({ length: Math.floor(amount / 2) }, () => inOrder[Math.floor(random() * inOrder.length)])]);
  return [
    {
      name: 'a new profile', before: 'absent', prepare: async () => undefined, passphrase, inClear: [needle],
      make: (peer) => peer.call('vault.create', { passphrase, name: `Ann ${needle}` }),
      check: async (peer) => {
        if ((await peer.call('identity.get')).name !== `Ann ${needle}`) throw new Lost('the new profile has another name');
      },
    },
    {
      name: 'a backup brought back', before: 'absent', prepare: async () => undefined, passphrase: strong, inClear: [needle],
      make: (peer) => peer.call('backup.restore', { path, passphrase: strong }),
      check: async (peer) => {
        const [conversation] = await peer.call('conversations.list');
        const now = await peer.call('messages.list', { conversationId: conversation?.conversationId ?? '', limit: 500 });
        if (JSON.stringify(now.map(({ text }) => text)) !== JSON.stringify(texts)) throw new Lost(`a backup brought back has ${now.length} of ${texts.length} messages`);
      },
    },
    ...(await Promise.all([...versions].flatMap((version) => (version === undefined ? [] : [raised(version, join(folder, `sample ${version}`))])))),
  ];
}

async function raised(version: number, sample: string): Promise<Beginning> {
  const { seen } = await placeOldProfile(version, sample);
  return {
    name: `a profile of schema ${version} raised`, before: 'locked', passphrase: oldPassphrase,
    prepare: async (profile) => void (await placeOldProfile(version, profile)),
    make: (peer) => peer.call('vault.unlock', { passphrase: oldPassphrase }),
    check: (peer) => checkSeen(version, seen, peer),
    // Words that may stand in a database by chance are none.
    inClear: seen.conversations.flatMap(({ messages }) => messages.map(({ text }) => text)).filter((text) => text.length > 8),
  };
}

async function checkSeen(version: number, seen: Seen, peer: HeadlessPeer): Promise<void> {
  for (const { conversationId, messages } of seen.conversations) {
    const now = await peer.call('messages.list', { conversationId, limit: 200 });
    if (JSON.stringify(now.map(({ text }) => text)) !== JSON.stringify(messages.map(({ text }) => text))) throw new Lost(`schema ${version}: ${now.length} of ${messages.length} messages`);
  }
}

async function oneBeginning({ amount, random }: Chaos, at: string, beginning: Beginning): Promise<string> {
  const { name, before, make } = beginning;
  const profile = join(at, 'profile');
  const begin = (): Promise<HeadlessPeer> => HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
  // Every page in a long run; else some, not always the same.
  const stride = amount >= 20 ? 1 : amount < 1 ? 61 : 9;
  let refused = 0;
  for (let pages = Math.floor(random() * stride); ; pages += stride) {
    if (pages > mostPages) throw new Lost(`${name} is refused with ${pages} free pages`);
    rmSync(profile, { recursive: true, force: true });
    await beginning.prepare(profile);
    let peer = await begin();
    try {
      const filler = fill(at, pages * pageBytes);
      const told = await make(peer).then(() => 'done', (error: unknown) => (error instanceof RpcError ? `${error.code} ${error.message}` : String(error)));
      const { state } = await peer.call('vault.status');
      noneInClear(beginning, profile);
      rmSync(filler);
      if (told === 'done') {
        // What was said to be done is done for whoever ends at once.
        await peer.kill();
        peer = await begin();
        await peer.call('vault.unlock', { passphrase: beginning.passphrase });
        await beginning.check(peer);
        if (refused === 0 && stride === 1) throw new Lost(`${name} was never refused: it proves nothing`);
        return `${name} refused with up to ${pages - stride} pages (${refused} times)`;
      }
      if (!told.startsWith('disk.full ')) throw new Lost(`${name} with ${pages} free pages says ${told}`);
      // Nothing but its opening was refused: it says that it is there, and it opens.
      const isShut = before === 'absent' && state === 'locked' && told.includes('was made and is whole');
      const made = isShut ? 'locked' : before;
      if (state !== made) throw new Lost(`${name} with ${pages} free pages leaves the vault ${state}`);
      refused += 1;
      // By turns the same program goes on, and one that is started anew.
      if (refused % 2 === 0) {
        await peer.kill();
        peer = await begin();
        const { state: then } = await peer.call('vault.status');
        if (then !== made) throw new Lost(`${name} with ${pages} free pages leaves the vault ${then} for the next start`);
      }
      await (isShut ? peer.call('vault.unlock', { passphrase: beginning.passphrase }) : make(peer)).catch((error: unknown) => {
        throw new Lost(`${name} with ${pages} free pages was refused, and with room says ${String(error)}`);
      });
      await beginning.check(peer);
      const unfinished = readdirSync(profile).filter((file) => /creating|renewing|\.tmp$|\.part$|\.new$/.test(file));
      if (unfinished.length > 0) throw new Lost(`${name} with ${pages} free pages leaves ${unfinished.join(', ')}`);
      noneInClear(beginning, profile);
    } finally {
      await peer.kill();
    }
  }
}

function noneInClear({ name, inClear }: Beginning, profile: string): void {
  for (const file of readdirSync(profile, { recursive: true, encoding: 'utf8' })) {
    const path = join(profile, file);
    const bytes = contentOf(path);
    if (bytes === undefined) continue;
    for (const text of inClear) if (bytes.includes(text)) throw new Lost(`${name}: "${text}" stands in ${file} in clear`);
  }
}

/** A backup of somebody with some messages, and these. */
async function backupIn(folder: string): Promise<{ readonly path: string; readonly texts: readonly string[] }> {
  const path = join(folder, 'a.keyshift-backup');
  const [ann, bo] = await Promise.all(['ann', 'bo'].map((name) => HeadlessPeer.start(join(folder, `${name} of a backup`), { listen: '127.0.0.1:0' })));
  if (ann === undefined || bo === undefined) throw new Error('two were to be started');
  try {
    await Promise.all([ann, bo].map(async (peer) => {
      await peer.call('vault.create', { passphrase, name: 'Somebody' });
      await peer.call('settings.set', { findOnNetwork: false });
    }));
    const { link } = await ann.call('contacts.createInvitation', {});
    const { contactId } = await bo.call('contacts.acceptInvitation', { link });
    await bo.until('they know each other', async () => (await bo.call('contacts.list')).some((each) => !each.pending));
    const { conversationId } = await bo.call('conversations.open', { contactId });
    for (let n = 0; n < 40; n += 1) await bo.call('messages.send', { conversationId, text: `${needle} ${n}` });
    await bo.call('backup.create', { path, passphrase: strong });
    return { path, texts: (await bo.call('messages.list', { conversationId, limit: 500 })).map(({ text }) => text) };
  } finally {
    await Promise.all([ann.kill(), bo.kill()]);
  }
}

/** Settings that cannot be kept are refused, and the ones before hold, also at the next start. */
async function preferences(at: string): Promise<string> {
  const profile = join(at, 'profile');
  rmSync(profile, { recursive: true, force: true });
  let peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
  try {
    await peer.call('vault.create', { passphrase, name: 'Ann' });
    await peer.call('settings.set', { proxy: 'socks5://127.0.0.1:9', findOnNetwork: false });
    const file = readFileSync(join(profile, 'preferences.json'));
    for (const restart of [false, true]) {
      const filler = fill(at, 0);
      const told = await peer.call('settings.set', { proxy: 'socks5://127.0.0.1:10' }).then(() => 'done', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));
      if (told !== 'disk.full') throw new Lost(`settings on a full disk say ${told}`);
      if (restart) {
        await peer.kill();
        rmSync(filler);
        peer = await HeadlessPeer.start(profile);
      }
      if ((await peer.call('settings.get')).proxy !== 'socks5://127.0.0.1:9') throw new Lost('settings that were refused hold');
      if (!readFileSync(join(profile, 'preferences.json')).equals(file)) throw new Lost('settings that were refused are in the file');
      if (!restart) rmSync(filler);
    }
    return 'settings refused, the ones before hold';
  } finally {
    await peer.kill();
  }
}

/** Undefined for a folder, and for a file that the program took away meanwhile: it is running. */
function contentOf(path: string): Buffer | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path) : undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
