import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HeadlessPeer, RpcError } from '../../support/headless-peer';
import type { Fault } from '../fault';
import { Lost, Pair, passphrase, type Party } from '../pair';

const nobody = 65_534;
/** What the program runs as: root is kept out of nothing. */
const ordinary = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
const files = ['vault', 'keyshift.db', 'preferences.json', 'lock'] as const;

/** Something of the profile cannot be used by whoever starts the program. `opens`: it does without it. */
interface Shut {
  readonly name: string;
  readonly at: string;
  readonly mode?: number;
  readonly foreign?: true;
  readonly opens?: true;
}

const shut: readonly Shut[] = [
  { name: 'a folder that can only be read', at: '.', mode: 0o500 },
  { name: 'a folder that cannot be read', at: '.', mode: 0o300 },
  { name: 'a folder without any right', at: '.', mode: 0 },
  { name: 'a folder of somebody else', at: '.', foreign: true },
  { name: 'a vault that cannot be read', at: 'vault', mode: 0 },
  { name: 'a vault of somebody else', at: 'vault', foreign: true },
  { name: 'a database that can only be read', at: 'keyshift.db', mode: 0o400 },
  { name: 'a database of somebody else', at: 'keyshift.db', foreign: true },
  { name: 'a lock of somebody else', at: 'lock', foreign: true },
  { name: 'preferences that cannot be read', at: 'preferences.json', mode: 0, opens: true },
];

/** What happens to the folder under the running program, and what puts it right again; without that, the profile is gone. */
interface Change {
  readonly name: string;
  make(profile: string): void;
  mend?(profile: string): void;
}

const changes: readonly Change[] = [
  { name: 'can only be read', make: (profile) => chmodSync(profile, 0o500), mend: (profile) => chmodSync(profile, 0o700) },
  {
    name: 'is of somebody else',
    make: (profile) => chownSync(profile, 0, 0),
    mend: (profile) => chownSync(profile, nobody, nobody),
  },
  {
    name: 'is moved away',
    make: (profile) => renameSync(profile, `${profile} moved`),
    mend: (profile) => {
      rmSync(profile, { recursive: true, force: true });
      renameSync(`${profile} moved`, profile);
    },
  },
  { name: 'is removed', make: (profile) => rmSync(profile, { recursive: true }) },
];

/** A profile's folder that the program may not use, or that changes under it: it says so, makes nothing in its place, and all is there once it is mended. */
export const folders: Fault = {
  name: 'a profile folder that may not be used, or is moved or removed while it is',
  why: () => (process.getuid?.() === 0 && process.platform === 'linux' ? undefined : 'folders of somebody else need root on Linux'),
  async run({ folder }) {
    chmodSync(folder, 0o755);
    chmodSync(join(folder, '..'), 0o755);
    const home = join(folder, 'home');
    mkdirSync(home);
    chownSync(home, nobody, nobody);
    const pair = await Pair.create(folder, { annAt: join(home, 'ann'), ann: { within: ordinary } });
    const { ann } = pair;
    const told = new Set<string>();
    try {
      await pair.talk(200);
      await pair.settle();
      for (const one of shut) told.add(await start(ann, one));
      for (const change of changes) {
        await ann.restart();
        await pair.settle();
        for (const word of await changed(ann, change)) told.add(word);
        if (change.mend) {
          await ann.restart();
          await pair.settle();
          await ann.peer.end();
        }
      }
      return `${shut.length} starts and ${changes.length} changes under it: ${[...told].join(', ')}; all was there once it was mended`;
    } finally {
      await pair.end();
    }
  },
};

/** A start with something of it shut. Gives the code of what was said. */
async function start({ profile, peer, options }: Party, { name, at, mode, foreign, opens }: Shut): Promise<string> {
  await peer.end();
  const path = join(profile, at);
  const { mode: before } = statSync(path);
  const content = (): string[] => files.map((file) => (existsSync(join(profile, file)) ? readFileSync(join(profile, file)).toString('base64') : 'none'));
  const was = content();
  if (foreign) chownSync(path, 0, 0);
  else chmodSync(path, mode ?? 0);
  const told = await opened(profile, options);
  // Preferences that nobody could read are put aside by the first change, as they were.
  const aside = join(profile, 'preferences.broken.json');
  if (opens && existsSync(aside)) renameSync(aside, path);
  if (JSON.stringify(content()) !== JSON.stringify(was)) throw new Lost(`${name}: the start changed something`);
  if (foreign) chownSync(path, nobody, nobody);
  chmodSync(path, before & 0o777);
  if (opens) {
    if (told !== 'open') throw new Lost(`${name}: the start says ${told}`);
    return told;
  }
  if (!/cannot be read and written/.test(told)) throw new Lost(`${name}: the start says ${told.slice(0, 300)}`);
  return 'profile.unreadable';
}

async function opened(profile: string, options: Party['options']): Promise<string> {
  try {
    const peer = await HeadlessPeer.start(profile, options);
    try {
      await peer.call('vault.unlock', { passphrase });
      return 'open';
    } finally {
      await peer.kill();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** It happens among messages. What was confirmed until somebody looks is kept, where it can be; everything else is refused in words. */
async function changed(ann: Party, { name, make, mend }: Change): Promise<readonly string[]> {
  await ann.say(3);
  make(ann.profile);
  const { length } = ann.confirmed;
  for (let turn = 0; turn < 10; turn += 1) await ann.say(2);
  const told: string[] = [];
  for (const [code, sentence] of ann.refused) {
    if (!['profile.gone', 'profile.unreadable', 'disk.failed'].includes(code)) throw new Lost(`a profile whose folder ${name} says ${code}: ${sentence}`);
    told.push(code);
  }
  ann.refused.clear();
  const settings = await ann.peer.call('settings.set', { theme: 'dark' }).then(() => 'done', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));
  if (!['done', 'profile.gone', 'profile.unreadable', 'disk.failed'].includes(settings)) throw new Lost(`settings in a folder that ${name} say ${settings}`);
  const { state } = await ann.peer.call('vault.status');
  if (state !== 'open') throw new Lost(`a profile whose folder ${name} is ${state}`);
  if (!mend && ann.confirmed.length > length) throw new Lost(`${ann.confirmed.length - length} messages were taken by a profile that is removed`);
  await ann.peer.end();
  if (!mend && existsSync(join(ann.profile, 'vault'))) throw new Lost('a profile that was removed has a vault again');
  mend?.(ann.profile);
  return told.length > 0 ? told : [`a folder that ${name}: goes on`];
}
