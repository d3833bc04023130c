import { KeyshiftError, type ErrorCode } from '../../../shared/errors';
import type { Crypto } from '../../engine/crypto/crypto';
import { chunkBytes, chunkCount, sealedChunkBytes, sealedSize } from '../../engine/files/chunk';
import type { FileWord, NoReason } from '../../engine/files/words';
import type { PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import { fromHex, toHex } from '../../engine/wire/encoding';
import type { HeldFile, HeldFiles } from '../ports/files';
import type { TransferChange, TransferRow } from '../ports/transfers';
import { reserveBytes } from './copying';
import { type FetchJob, firstWindow, jobOf, largestWindow, nextWindow } from './fetch-job';
import { chunksAtOnce, SealedContent } from './held-content';
import type { Party } from './parties';
import { headBytes, shownAs } from './shown-as';

/** Files of one person fetched at once, and of all: others wait their turn. Whoever gives slowly holds up only what is their own. */
const fetchesOfEach = 3;
const fetchesAtOnce = 9;
/** Pieces after which the disk is waited for and the database notes how far it is: what a crash costs. */
const syncEvery = 64;
/** The same in time, on a slow line. */
const syncMs = 2_000;
/** Somebody who was asked and sends nothing for so long is not asked again before they say that they have it. */
const silenceMs = 30_000;
/** What stopped on a disk that took not even that word is begun anew after so long. */
const againMs = 60_000;

export interface FetchingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly held: HeldFiles;
  readonly parties: () => readonly Party[];
  readonly find: (transferId: string) => TransferRow | undefined;
  /** In a transaction of its own. */
  readonly change: (transferId: string, change: TransferChange) => void;
  readonly moved: (transferId: string, doneBytes: number) => void;
  /** It rests: nobody has it now, or it is over in whatever way. */
  readonly rests: (transferId: string) => void;
  /** It is whole and what was promised. */
  readonly whole: (transferId: string) => void;
}

/**
 * Gets files that are wanted here, each from one device at a time that has it, piece by piece in order. Whatever is noted as here survives
 * anything; what came after that is asked for again.
 */
export class Fetching {
  readonly #parts: FetchingParts;
  readonly #jobs = new Map<string, FetchJob>();
  /** Those that stopped without a word of it, each with what calls its next turn off. */
  readonly #again = new Map<string, () => void>();
  #closed = false;

  constructor(parts: FetchingParts) {
    this.#parts = parts;
  }

  /** Whether pieces of it come right now. */
  isRunning(transferId: string): boolean {
    return this.#jobs.get(transferId)?.party !== undefined;
  }

  /** Whether whoever is there and could give it said that they have no copy. */
  isMissing(transferId: string): boolean {
    const job = this.#jobs.get(transferId);
    if (job === undefined || job.without.size === 0) return false;
    return this.#parts.parties().every((each) => !mayGive(each, job) || job.without.has(each));
  }

  /** Wanted from now on. */
  begin(row: TransferRow): void {
    if (this.#closed || this.#jobs.has(row.transferId)) return;
    this.#jobs.set(row.transferId, jobOf(row));
    this.#look();
  }

  /** Not wanted any more, or not now. */
  stop(transferId: string): void {
    const job = this.#jobs.get(transferId);
    if (job === undefined) return;
    this.#tellStop(job);
    this.#end(job);
    this.#look();
  }

  /** Ends those whose message is gone. */
  dropGone(): void {
    for (const transferId of this.#jobs.keys()) if (this.#parts.find(transferId) === undefined) this.stop(transferId);
  }

  met(): void {
    this.#look();
    this.#tellMissing();
  }

  left(party: Party): void {
    for (const job of this.#jobs.values()) {
      job.refused.delete(party);
      job.without.delete(party);
      if (job.party === party) this.#lost(job);
    }
    this.#look();
    this.#tellMissing();
  }

  /** This device has it now. */
  ready(party: Party, transferId: string): void {
    const job = this.#jobs.get(transferId);
    if (job === undefined) return;
    job.refused.delete(party);
    job.without.delete(party);
    this.#look();
    this.#tellMissing();
  }

  /** This device does not give it now. `reason`: as it says. */
  refused(party: Party, transferId: string, reason?: NoReason): void {
    const job = this.#jobs.get(transferId);
    if (job === undefined) return;
    job.refused.add(party);
    if (reason === 'not-here') job.without.add(party);
    if (job.party === party) this.#lost(job);
    this.#look();
    this.#tellMissing();
  }

  /** What nobody asked for, or comes late, is nothing: memory is bounded by what was asked for. */
  chunk(party: Party, word: FileWord & { readonly kind: 'chunk' }): void {
    const job = this.#jobs.get(toHex(word.transferId));
    const content = job?.content;
    if (job === undefined || content === undefined || job.party !== party || job.busy || word.index !== job.next || word.index >= job.asked) return;
    const plaintext = content.opened(word.index, word.sealed);
    if (plaintext === undefined) {
      this.#parts.logger.warn('file.piece-refused');
      this.#tellStop(job);
      // A contact's devices all have it from one of them; another of ours may still have it right.
      return this.refused(party, job.row.transferId);
    }
    this.#parts.crypto.wipe(plaintext);
    job.next += 1;
    this.#write(job, content.file, word.index, word.sealed);
    this.#parts.moved(job.row.transferId, Math.min(job.row.size, job.next * chunkBytes));
    if (job.next === chunkCount(job.row.size)) void this.#finish(job, content);
    else this.#askMore(job);
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#again.values()) cancel();
    const jobs = [...this.#jobs.values()];
    for (const job of jobs) this.#end(job);
    await Promise.all(jobs.map(({ writing }) => writing));
  }

  /** Those who came, left or said something may be all that decides it. What is got or looked at now tells how it goes by itself. */
  #tellMissing(): void {
    for (const [transferId, job] of this.#jobs) {
      const isMissing = this.isMissing(transferId);
      if (job.busy || isMissing === job.toldMissing) continue;
      job.toldMissing = isMissing;
      if (job.party === undefined) this.#parts.rests(transferId);
    }
  }

  /** Whoever waits and can be served is. */
  #look(): void {
    if (this.#closed) return;
    const running = new Map<PeerId, number>();
    let all = 0;
    const runs = ({ row }: FetchJob): void => {
      running.set(row.peerId, (running.get(row.peerId) ?? 0) + 1);
      all += 1;
    };
    for (const job of this.#jobs.values()) if (job.party !== undefined || job.busy) runs(job);
    for (const job of this.#jobs.values()) {
      if (all >= fetchesAtOnce) return;
      if (job.party !== undefined || job.busy || (running.get(job.row.peerId) ?? 0) >= fetchesOfEach) continue;
      const party = this.#parts.parties().find((each) => mayGive(each, job) && !job.refused.has(each));
      // The last check of what is here needs nobody.
      if (party === undefined && job.next < chunkCount(job.row.size)) continue;
      runs(job);
      if (job.content === undefined) void this.#open(job);
      else if (party !== undefined) this.#ask(job, party);
    }
  }

  /** Its place on disk; then it is asked for. */
  async #open(job: FetchJob): Promise<void> {
    job.busy = true;
    try {
      const content = await this.#contentOf(job);
      if (job.ended) return await content.close();
      job.content = content;
      job.busy = false;
      if (job.next === chunkCount(job.row.size)) await this.#finish(job, content); // only the last check was missing
      else this.#look();
    } catch (error) {
      this.#failed(job, error);
    }
  }

  async #contentOf(job: FetchJob): Promise<SealedContent> {
    const { crypto, held, change } = this.#parts;
    const { row } = job;
    const left = sealedSize(row.size) - row.have * sealedChunkBytes;
    if ((await held.room()) < left + reserveBytes) throw new KeyshiftError('disk.full', 'There is no room for this file.');
    const before = row.file === undefined ? undefined : await held.open(row.file);
    if (before !== undefined) return new SealedContent(crypto, row, before);
    const file = toHex(crypto.random(16));
    const made = await held.create(file);
    try {
      // Given up meanwhile, or its message is gone: nobody would know whose it is.
      if (job.ended || this.#parts.find(row.transferId) === undefined) throw new KeyshiftError('transfer.unknown', 'That file is not wanted any more.');
      change(row.transferId, { file, have: 0 });
    } catch (error) {
      await made.close();
      await held.remove(file).catch(() => undefined); // swept at the next start
      throw error;
    }
    job.row = { ...row, file, have: 0 };
    job.next = job.asked = job.written = job.noted = 0;
    return new SealedContent(crypto, row, made);
  }

  #ask(job: FetchJob, party: Party): void {
    job.party = party;
    // Whatever was asked of it before is done with: it would go on behind what it sent then.
    this.#tellStop(job);
    job.notedAt = this.#parts.clock.monotonic();
    job.window = firstWindow;
    job.asked = job.next;
    this.#askFor(job);
    this.#parts.moved(job.row.transferId, job.next * chunkBytes);
  }

  /** When half of what was asked for is here. */
  #askMore(job: FetchJob): void {
    this.#listen(job);
    // A disk that is slow, or is being waited for, slows down whoever sends.
    if (job.asked - job.next > job.window / 2 || job.next - job.written >= largestWindow) return;
    job.window = nextWindow(job.window, this.#parts.clock.monotonic() - job.askedAt);
    this.#askFor(job);
  }

  #askFor(job: FetchJob): void {
    job.asked = Math.min(chunkCount(job.row.size), job.next + job.window);
    job.askedAt = this.#parts.clock.monotonic();
    this.#listen(job);
    job.party?.say({ kind: 'want', transferId: fromHex(job.row.transferId), from: job.next, upTo: job.asked });
  }

  #listen(job: FetchJob): void {
    job.cancelSilence?.();
    job.cancelSilence = this.#parts.clock.setTimer(silenceMs, () => {
      const { party } = job;
      if (party === undefined) return;
      this.#tellStop(job);
      this.refused(party, job.row.transferId);
    });
  }

  /** One after the other; pieces that came are on their way to the disk while the next are asked for. */
  #write(job: FetchJob, file: HeldFile, index: number, sealed: Uint8Array): void {
    const isLast = index + 1 === chunkCount(job.row.size);
    job.writing = job.writing
      .then(async () => {
        if (job.ended) return;
        await file.write(index * sealedChunkBytes, sealed);
        job.written = index + 1;
        if (index + 1 - job.noted >= syncEvery || this.#parts.clock.monotonic() - job.notedAt >= syncMs || isLast) {
          await file.sync();
          this.#note(job, index + 1);
          // Others write to this disk, too.
          if (!isLast && (await this.#parts.held.room()) < reserveBytes / 2) throw new KeyshiftError('disk.full', 'There is no room for the rest of this file.');
        }
        if (job.party !== undefined && !job.busy) this.#askMore(job);
      })
      .catch((error: unknown) => this.#failed(job, error));
  }

  #note(job: FetchJob, have: number): void {
    if (job.ended || this.#closed) return;
    this.#parts.change(job.row.transferId, { have });
    job.noted = have;
    job.notedAt = this.#parts.clock.monotonic();
  }

  /** All of it is here: is it what was promised? What lies on the disk is asked, not what came. */
  async #finish(job: FetchJob, content: SealedContent): Promise<void> {
    job.busy = true;
    this.#tellStop(job);
    job.party = undefined;
    job.cancelSilence?.();
    try {
      await job.writing;
      const { crypto } = this.#parts;
      const hash = crypto.hasher();
      const count = chunkCount(job.row.size);
      let head = new Uint8Array(0);
      for (let index = 0; index < count && !job.ended; index += chunksAtOnce) {
        for (const piece of await content.clear(index, chunksAtOnce)) {
          if (head.length === 0) head = piece.slice(0, headBytes);
          hash.update(piece);
          crypto.wipe(piece);
        }
      }
      if (job.ended) return;
      if (!crypto.equal(hash.digest(), job.row.hash)) throw new KeyshiftError('file.altered', 'What arrived is not the file that was promised.');
      this.#parts.change(job.row.transferId, { shown: shownAs(head), have: count, wanted: false, ...(job.row.direction === 'in' && { ended: 'done', failure: undefined, settled: false }) });
      this.#end(job);
      this.#parts.whole(job.row.transferId);
      this.#look();
    } catch (error) {
      this.#failed(job, error);
    }
  }

  /** What is here stays, unless it is wrong; asking again goes on from there. */
  #failed(job: FetchJob, error: unknown): void {
    if (job.ended) return;
    this.#tellStop(job);
    const code: ErrorCode = error instanceof KeyshiftError ? error.code : 'disk.failed';
    const isWrong = code === 'file.altered';
    this.#parts.logger.warn('file.not-fetched', { reason: code });
    this.#end(job);
    try {
      this.#parts.change(job.row.transferId, {
        wanted: false,
        ...(job.row.direction === 'in' && { ended: 'failed', failure: code, settled: !isWrong }),
        ...(isWrong && { file: undefined, have: 0 }),
      });
    } catch {
      this.#parts.logger.warn('file.state-not-stored');
      this.#laterAgain(job.row.transferId);
    }
    this.#parts.rests(job.row.transferId);
    this.#look();
  }

  /** Nobody could be told that it stopped: what is noted still says that it is wanted, and so it is. */
  #laterAgain(transferId: string): void {
    this.#again.get(transferId)?.();
    this.#again.set(transferId, this.#parts.clock.setTimer(againMs, () => {
      this.#again.delete(transferId);
      const row = this.#closed ? undefined : this.#parts.find(transferId);
      if (row?.wanted === true && !row.paused) this.begin(row);
    }));
  }

  #tellStop(job: FetchJob): void {
    job.party?.say({ kind: 'want', transferId: fromHex(job.row.transferId), from: job.next, upTo: job.next });
  }

  /** Nobody gives it now. How far it is is noted. */
  #lost(job: FetchJob): void {
    job.party = undefined;
    job.cancelSilence?.();
    job.writing = job.writing.then(() => this.#syncNow(job)).catch((error: unknown) => this.#failed(job, error));
    this.#parts.rests(job.row.transferId);
  }

  async #syncNow(job: FetchJob): Promise<void> {
    // What was written, not what came: what is still to be written may come from another device already.
    const { written, content } = job;
    if (job.ended || content === undefined || written <= job.noted) return;
    await content.file.sync();
    this.#note(job, written);
  }

  #end(job: FetchJob): void {
    if (job.ended) return;
    const { content } = job;
    // How far it came is worth a last word to the database, not an error. What waited to be written is not written any more.
    if (!this.#closed && content !== undefined && job.next > job.noted && job.next < chunkCount(job.row.size)) {
      job.writing = job.writing.then(() => content.file.sync()).then(() => this.#lastNote(job)).catch(() => undefined);
    }
    job.ended = true;
    job.party = undefined;
    job.cancelSilence?.();
    this.#jobs.delete(job.row.transferId);
    job.writing = job.writing.then(() => content?.close());
  }

  #lastNote(job: FetchJob): void {
    const have = job.written;
    const row = this.#closed ? undefined : this.#parts.find(job.row.transferId);
    if (row !== undefined && row.file === job.row.file && row.have < have && row.wanted) this.#parts.change(row.transferId, { have });
  }
}

/** An own device, or one of whoever it is shared with. */
function mayGive({ peerId }: Party, { row }: FetchJob): boolean {
  return peerId === undefined || peerId === row.peerId;
}
