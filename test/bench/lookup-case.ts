import { OwnKeys } from '../../electron/engine/session/own-keys';
import { livesOf } from '../support/rekey-kit';
import { interleaved, ratio, type Subject } from './measure';
import { type Report, type Row, spread } from './report';

const keys = 10_000;
/** Ten thousand keys, one looked up: below a millisecond. */
const goal = { must: 1, moonshot: 10 };

/**
 * Which own identity key a question is about, among ten thousand: each key in turn, and hashes of none. What a start does once for all questions, the
 * index, is timed beside it. The anchor is no program but the time that is allowed, so that the ratio says how far below it each stays.
 */
export async function lookupCase(runtime: string, rounds: number): Promise<Omit<Report, 'load'>> {
  const { newest } = await livesOf('Ada', 0, ['routine']);
  const [template] = newest.local.history?.elements ?? [];
  if (template?.kind !== 'link') throw new Error('a link');
  const hash = (at: number): Uint8Array => newest.crypto.sha256(Uint8Array.of(at >> 16, at >> 8, at));
  const hashes = Array.from({ length: keys }, (_, at) => hash(at));
  const strangers = Array.from({ length: keys }, (_, at) => hash(at + keys));
  const [first = never(), ...later] = hashes;
  const steps = later.map((spkiHash, at) => ({ ...template, epoch: at + 2, spkiHash }));
  const index = new OwnKeys(first, steps);
  const ask = (asked: readonly Uint8Array[], found: boolean): Subject => ({
    name: found ? 'found' : 'none',
    count: keys,
    run: () => {
      for (const one of asked) if ((index.after(one, false) !== undefined) !== found) throw new Error('it was not looked up');
    },
  });
  const cases: readonly { readonly part: string; readonly subject: Subject; readonly judged: boolean }[] = [
    { part: 'each of them', subject: ask(hashes, true), judged: true },
    { part: 'none of them', subject: ask(strangers, false), judged: true },
    { part: 'the index of all, once', subject: { name: 'index', count: 1, run: () => void new OwnKeys(first, steps) }, judged: false },
  ];
  const times = await interleaved(cases.map(({ subject }) => subject), rounds);
  const rows = cases.map(({ part, judged }, at): Row => {
    const own = times[at] ?? never();
    const allowed = own.map(() => 1_000);
    return { work: `one of ${keys} own keys by its hash`, part, own: spread(own), anchor: spread(allowed), ratio: ratio(allowed, own), ...(judged && { goal }) };
  });
  return { runtime, work: 'look-up', rounds, against: 'the millisecond it may take', unit: 'µs', rows };
}

function never(): never {
  throw new Error('there is one for each');
}
