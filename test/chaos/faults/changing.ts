import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { RpcError } from '../../support/headless-peer';
import { type ExportKind, exportKinds, fillForExports, needle } from '../exported';
import { type Fault, wait } from '../fault';
import { Lost, Pair, type Party } from '../pair';

const mebibyte = 1_048_576;
const size = 48 * mebibyte;

/** What somebody else does to a file while it is read. */
const changes: Readonly<Record<string, (path: string) => void>> = {
  grown: (path) => appendFileSync(path, 'more'),
  'cut short': (path) => truncateSync(path, 5 * mebibyte),
  'overwritten': (path) => {
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.alloc(mebibyte, 'other '), 0, mebibyte, size - 2 * mebibyte);
    closeSync(file);
  },
  'replaced by another file': (path) => {
    writeFileSync(`${path}.new`, Buffer.alloc(size, 'another '));
    renameSync(`${path}.new`, path);
  },
  'replaced by a link': (path) => {
    rmSync(path);
    symlinkSync('/etc/passwd', path);
  },
  'replaced by a folder': (path) => {
    rmSync(path);
    mkdirSync(path);
  },
  'taken away': (path) => rmSync(path),
};

/** Files that change while they are read to be sent, and places that become something else while they are written to. */
export const changingFiles: Fault = {
  name: 'files that change while they are read or written',
  async run(chaos) {
    const { folder, random, amount } = chaos;
    const pair = await Pair.create(folder);
    const { ann, bo } = pair;
    const tally = { sent: 0, refused: 0 };
    const told = new Set<string>();
    try {
      const transferId = await fillForExports(chaos, pair);
      const held = (): number => readdirSync(join(ann.profile, 'files')).length;
      const before = held();
      for (let round = 0; round < Math.max(1, Math.ceil(amount)); round += 1) {
        for (const [name, change] of Object.entries(changes)) {
          const path = join(folder, `file ${round}`);
          rmSync(path, { recursive: true, force: true });
          const content = Buffer.alloc(size, `as it was ${round}, `);
          writeFileSync(path, content);
          const sending = ann.peer.call('files.send', { conversationId: ann.conversationId, path, text: `${name} ${round}` }).then(({ transferId }) => transferId, (error: unknown) => error);
          await wait(5 + random() * 120);
          change(path);
          const answer = await sending;
          if (typeof answer === 'string') {
            // As a whole what stood there at one time, whether before or after.
            const saved = join(folder, 'saved');
            await ann.peer.call('files.save', { transferId: answer, path: saved });
            const there = readFileSync(saved);
            rmSync(saved);
            if (![content, contentOf(path)].some((state) => state?.equals(there) === true)) throw new Lost(`a file that was ${name} is sent as something it never was`);
            tally.sent += 1;
            await ann.peer.call('files.forget', { transferId: answer });
          } else {
            if (!(answer instanceof RpcError) || !['file.changed', 'file.gone', 'path.unusable', 'file.empty'].includes(answer.code)) throw new Lost(`a file that was ${name} says ${String(answer)}`);
            tally.refused += 1;
            told.add(answer.code);
          }
          await ann.peer.until('nothing of it is left', () => held() === before, 30_000).catch(() => {
            throw new Lost(`a file that was ${name} leaves ${held() - before} behind`);
          });
        }
      }
      let places = 0;
      for (const kind of exportKinds.slice(0, amount < 1 ? 2 : undefined)) {
        for (const change of placeChanges) {
          await changedPlace({ folder: join(folder, `place ${(places += 1)}`), bo, kind, transferId, change, pause: random() * 60 });
        }
      }
      await pair.settle();
      return `${tally.refused} refused (${[...told].join(', ')}), ${tally.sent} sent as they were; ${places} times the place of an export became something else: nothing of it left, nothing of others touched`;
    } finally {
      await pair.end();
    }
  },
};

function contentOf(path: string): Buffer | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(path) : undefined;
}

/** What becomes of the place while a file for the person is written to it; `victim` is somebody else's. */
const placeChanges: readonly ((place: { readonly folder: string; readonly path: string; readonly victim: string }) => void)[] = [
  ({ path, victim }) => symlinkSync(victim, path),
  ({ path }) => mkdirSync(path),
  ({ folder }) => renameSync(folder, `${folder} moved`),
  ({ folder, victim }) => {
    renameSync(folder, `${folder} moved`);
    symlinkSync(join(victim, '..'), folder);
  },
];

async function changedPlace({ folder, bo, kind, transferId, change, pause }: { folder: string; bo: Party; kind: ExportKind; transferId: string; change: (typeof placeChanges)[number]; pause: number }): Promise<void> {
  const [others, path] = [`${folder} of others`, join(folder, kind.file)];
  const victim = join(others, 'victim');
  for (const each of [folder, others]) mkdirSync(each);
  writeFileSync(victim, 'not ours');
  const making = kind.make(bo, path, transferId).then(() => 'done', (error: unknown) => (error instanceof RpcError ? error.code : String(error)));
  await Promise.race([making, wait(pause)]);
  try {
    change({ folder, path, victim });
  } catch {
    // It was quicker.
  }
  const told = await making;
  if (!['done', 'path.unusable'].includes(told)) throw new Lost(`${kind.name} whose place became something else says ${told}`);
  if (readFileSync(victim, 'utf8') !== 'not ours') throw new Lost(`${kind.name} went over somebody else's file`);
  for (const place of [folder, others, `${folder} moved`]) {
    const names = statSync(place, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(place) : [];
    for (const name of names) {
      const left = name === kind.file || name === 'victim' ? undefined : contentOf(join(place, name));
      if (left !== undefined && (left.length > 0 || left.includes(needle))) throw new Lost(`${kind.name} whose place became something else (${told}) leaves ${left.length} bytes as ${name}`);
    }
  }
}
