import { type ErrorCode, KeyshiftError } from '../../../shared/errors';
import type { UpdateStatus } from '../../../shared/model/updates';
import type { Clock, Random } from '../../engine/ports';
import type { ChosenUpdate, InstalledUpdate, PackageFile, UpdateInstaller, UpdateShelf, UpdateSignatures, UpdateSource } from '../ports/updates';
import { isOfAnotherTime, judge, type Judgement, type Memory, readMemory, type Self, startingMemory, writeMemory } from './judge';
import type { KeyList, Manifest } from './manifest';
import { Timetable } from './timetable';
import { longestUpdateFile } from './update-file';

export interface UpdaterParts {
  readonly self: Self;
  /** The keys in the app, and which host is asked. */
  readonly pinned: { readonly list: KeyList; readonly host: string };
  readonly source: UpdateSource;
  readonly shelf: UpdateShelf;
  readonly signatures: UpdateSignatures;
  readonly installer: UpdateInstaller;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  /** `status` is another one; at most five times a second while something is fetched. */
  readonly changed: () => void;
  /** Errors that nobody waits for. */
  readonly failed: (error: unknown) => void;
}

/** On the server: the newest update file, with the packages beside it. */
export const updateFileName = 'latest.keyshift-update';
const toldEvery = 200;

interface Offer {
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  readonly file: PackageFile;
  here: number;
  ready: boolean;
}

/** Finds, fetches, checks and makes ready newer versions of the app. One thing at a time; nothing is asked of anybody unless it is on or a person says so. */
export class Updater {
  readonly #parts: UpdaterParts;
  readonly #timetable: Timetable;
  #memory: Memory;
  #on = false;
  #checkedAt: number | undefined;
  #offer: Offer | undefined;
  #installed: ({ readonly version: string } & InstalledUpdate) | undefined;
  #work: UpdateStatus['work'] = 'none';
  #problem: ErrorCode | undefined;
  /** Something is under way, which may be nothing that is told. */
  #busy = false;
  #closed = false;
  #stop: AbortController | undefined;
  #idle: Promise<unknown> = Promise.resolve();
  #remembering: Promise<unknown> = Promise.resolve();

  private constructor(parts: UpdaterParts, kept: Kept | undefined) {
    this.#parts = parts;
    this.#memory = startingMemory(parts.pinned.list, kept?.memory);
    this.#on = kept?.on ?? false;
    this.#checkedAt = kept?.checkedAt;
    this.#timetable = new Timetable({ clock: parts.clock, random: parts.random, check: () => this.#checkQuietly() });
  }

  static async open(parts: UpdaterParts): Promise<Updater> {
    const updater = new Updater(parts, readKept(await parts.shelf.remembered()));
    await updater.#findAgain();
    if (updater.#on) updater.#timetable.begin(updater.#checkedAt);
    return updater;
  }

  status(): UpdateStatus {
    const { self, pinned, installer } = this.#parts;
    const offer = this.#offer;
    return {
      current: self.version,
      possible: 'yes',
      host: pinned.host,
      on: this.#on,
      way: installer.way,
      work: this.#work,
      ...(this.#checkedAt !== undefined && { checkedAt: this.#checkedAt }),
      ...(offer && { offer: { version: offer.manifest.version, issuedAt: offer.manifest.issued, notes: { ...offer.manifest.notes }, size: offer.file.size, here: offer.here, ready: offer.ready } }),
      ...(this.#installed && { installed: { ...this.#installed } }),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  async setOn(on: boolean): Promise<void> {
    await this.#remember({ on });
    if (on && !this.#closed) this.#timetable.begin(this.#checkedAt);
    else this.#timetable.end();
    this.#parts.changed();
  }

  /** Asks the server now. */
  async check(): Promise<void> {
    await this.#ask();
  }

  /** Whether the server answered: not where somebody ended it before. */
  async #ask(): Promise<boolean> {
    let holds = false;
    await this.#run('checking', async (signal) => {
      try {
        await this.#believe(await this.#parts.source.small(updateFileName, longestUpdateFile, signal));
        holds = true;
        await this.#remember({ checkedAt: this.#parts.clock.now() });
      } finally {
        this.#timetable.looked(holds);
      }
    });
    return holds;
  }

  /** Fetches the package, or the rest of it. Ends without an error when it is paused. */
  download(): Promise<void> {
    return this.#run('downloading', async (signal) => {
      const offer = this.#wanted();
      if (offer.ready) return;
      const { shelf, source } = this.#parts;
      const { file } = offer;
      // All of it may lie there under its name, where only the last word of an earlier fetch failed.
      if ((await shelf.here(file)) >= file.size && (await shelf.isRight(file))) {
        offer.here = file.size;
        offer.ready = true;
        return;
      }
      const here = await shelf.here(file);
      const from = here > file.size ? 0 : here;
      const coming = from === file.size ? { from, pieces: nothing() } : await source.large(file.name, from, file.size, signal);
      await this.#take(offer, coming.from, coming.pieces);
      if (!offer.ready && !signal.aborted) throw new KeyshiftError('updates.unreachable', 'The connection ended before all of it was here. What came stays.');
    });
  }

  /** What is here stays. */
  async pause(): Promise<void> {
    this.#stop?.abort();
    await this.#idle;
  }

  /** What is here goes. */
  async cancel(): Promise<void> {
    await this.pause();
    // What began in between ends as well. From here on nothing else begins: it would fetch into the folder that is emptied, or find a newer version that this one would replace.
    while (this.#busy) await this.pause();
    await this.#run('none', async () => {
      const offer = this.#offer;
      if (offer === undefined) return;
      await this.#parts.shelf.clear();
      this.#offer = { ...offer, here: 0, ready: false };
      this.#installed = undefined;
      await this.#parts.shelf.keepUpdateFile(offer.bytes);
    });
  }

  /** An update file and its package that the person has; asks nobody. Errors also: updates.not-newer. */
  fromFile(chosen: ChosenUpdate): Promise<void> {
    return this.#run('reading', async () => {
      await this.#believe(chosen.updateFile);
      const offer = this.#offer;
      if (offer === undefined) throw new KeyshiftError('updates.not-newer', 'That is not a newer version than this one.');
      if (offer.ready) return;
      const source = await chosen.open(offer.file.name);
      try {
        if (source.size !== offer.file.size) throw new KeyshiftError('updates.altered', 'The package has another size than the one that was signed.');
        await this.#take(offer, 0, source.pieces);
        if (!offer.ready) throw new KeyshiftError('updates.altered', 'The package ended early.');
      } finally {
        await source.close();
      }
    });
  }

  /** Judged and compared once more, it is put in place, or made ready for the person to. */
  install(): Promise<void> {
    return this.#run('installing', async () => {
      const offer = this.#wanted();
      if (!offer.ready) throw new KeyshiftError('updates.nothing', 'There is no package yet.');
      const { outcome } = judge(offer.bytes, this.#memory, this.#parts.self, this.#parts.clock.now(), this.#parts.signatures);
      if (outcome.kind === 'refused') throw refusal(outcome.why);
      if (outcome.kind === 'current' || outcome.file.sha256 !== offer.file.sha256) throw new KeyshiftError('updates.nothing', 'There is no package of a newer version.');
      try {
        this.#installed = { version: outcome.manifest.version, ...(await this.#parts.installer.install(outcome.file)) };
      } catch (error) {
        if (!(await this.#parts.shelf.isRight(offer.file))) this.#offer = { ...offer, here: 0, ready: false };
        throw error;
      }
    });
  }

  get installed(): InstalledUpdate | undefined {
    return this.#installed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timetable.end();
    await this.pause();
  }

  /** What was believed before this start. */
  async #findAgain(): Promise<void> {
    const { shelf, self, signatures } = this.#parts;
    const bytes = await shelf.updateFile();
    if (bytes === undefined) return;
    try {
      await this.#believe(bytes);
    } catch (error) {
      if (!(error instanceof KeyshiftError)) throw error;
    }
    // Overtaken or damaged by now, it goes. Where only the clock is against it, that may be set right again: what was fetched waits for the next answer.
    if (this.#offer === undefined && !isOfAnotherTime(bytes, this.#memory, self, signatures)) await shelf.clear();
  }

  /** Judges an update file, and remembers before anything follows from it. */
  async #believe(bytes: Uint8Array): Promise<void> {
    const { shelf, self, clock, signatures } = this.#parts;
    const { memory, outcome } = judge(bytes, this.#memory, self, clock.now(), signatures);
    if (JSON.stringify(writeMemory(memory)) !== JSON.stringify(writeMemory(this.#memory))) await this.#remember({ memory });
    if (outcome.kind === 'refused') {
      // What is refused may still prove that what was offered is overtaken, or signed by a key that counts no more: it could not be installed.
      if (this.#offer !== undefined && isOvertaken(judge(this.#offer.bytes, memory, self, clock.now(), signatures))) await this.#drop();
      throw refusal(outcome.why);
    }
    if (outcome.kind === 'current') return this.#drop();
    const { manifest, file } = outcome;
    if (this.#offer?.file.sha256 !== file.sha256) this.#installed = undefined;
    await shelf.clear(file);
    await shelf.keepUpdateFile(bytes);
    const here = Math.min(await shelf.here(file), file.size);
    this.#offer = { bytes, manifest, file, here, ready: here === file.size && (await shelf.isRight(file)) };
  }

  /** There is nothing to be had any more. */
  async #drop(): Promise<void> {
    // Also of what lies there since a start at which it could not be judged.
    await this.#parts.shelf.clear();
    this.#offer = undefined;
    this.#installed = undefined;
  }

  async #take(offer: Offer, from: number, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const { clock, changed, shelf } = this.#parts;
    let toldAt = Number.NEGATIVE_INFINITY;
    try {
      const end = await shelf.take(offer.file, from, pieces, (bytes) => {
        offer.here = bytes;
        if (clock.monotonic() - toldAt < toldEvery) return;
        toldAt = clock.monotonic();
        changed();
      });
      offer.ready = end === 'whole';
    } catch (error) {
      offer.here = Math.min(await shelf.here(offer.file), offer.file.size);
      throw error;
    }
  }

  #wanted(): Offer {
    if (this.#offer === undefined) throw new KeyshiftError('updates.nothing', 'There is no newer version.');
    return this.#offer;
  }

  async #run(work: UpdateStatus['work'], run: (signal: AbortSignal) => Promise<void>): Promise<void> {
    if (this.#busy) throw new KeyshiftError('updates.busy', 'Something of this is under way already.');
    const stop = new AbortController();
    this.#stop = stop;
    this.#busy = true;
    this.#work = work;
    this.#problem = undefined;
    this.#parts.changed();
    const done = run(stop.signal);
    this.#idle = done.catch(() => undefined);
    try {
      await done;
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#problem = error instanceof KeyshiftError ? error.code : 'internal';
      throw error;
    } finally {
      this.#work = 'none';
      this.#busy = false;
      this.#stop = undefined;
      this.#parts.changed();
    }
  }

  async #checkQuietly(): Promise<boolean> {
    if (!this.#on || this.#busy) return false;
    try {
      return await this.#ask();
    } catch (error) {
      if (!(error instanceof KeyshiftError)) this.#parts.failed(error);
      return false;
    }
  }

  /** On the disk first. One after the other: all of it is written each time, and what was switched off meanwhile must not come back with an answer. */
  #remember(change: Partial<Kept>): Promise<void> {
    const remembered = this.#remembering.then(async () => {
      const kept = { memory: this.#memory, on: this.#on, checkedAt: this.#checkedAt, ...change };
      await this.#parts.shelf.remember({ ...writeMemory(kept.memory), on: kept.on, ...(kept.checkedAt !== undefined && { checkedAt: kept.checkedAt }) });
      this.#memory = kept.memory;
      this.#on = kept.on;
      this.#checkedAt = kept.checkedAt;
    });
    this.#remembering = remembered.catch(() => undefined);
    return remembered;
  }
}

/** By what was seen since, and not by a clock that may be set right again. */
function isOvertaken({ outcome }: Judgement): boolean {
  return outcome.kind === 'refused' && outcome.why !== 'updates.expired' && outcome.why !== 'updates.from-future';
}

interface Kept {
  readonly memory: Memory;
  readonly on: boolean;
  readonly checkedAt: number | undefined;
}

function readKept(value: unknown): Kept | undefined {
  const memory = readMemory(value);
  if (memory === undefined || typeof value !== 'object' || value === null) return undefined;
  const on = 'on' in value && value.on === true;
  const checkedAt = 'checkedAt' in value && typeof value.checkedAt === 'number' && Number.isSafeInteger(value.checkedAt) ? value.checkedAt : undefined;
  return { memory, on, checkedAt };
}

function refusal(why: ErrorCode): KeyshiftError {
  return new KeyshiftError(why, refusals[why] ?? 'That update is refused.');
}

const refusals: Readonly<Partial<Record<ErrorCode, string>>> = {
  'updates.garbled': 'That is no update file, or a damaged one.',
  'updates.unknown-key': 'It is not signed by who signs for this app.',
  'updates.bad-signature': 'Its signature is wrong: it was changed after it was signed.',
  'updates.other-product': 'It is for another app.',
  'updates.older': 'It is older than one that was seen before.',
  'updates.expired': 'It is out of date.',
  'updates.from-future': 'It is dated later than the clock of this machine.',
  'updates.wrong-system': 'It has no package for this system.',
};

async function* nothing(): AsyncGenerator<Uint8Array> {}
