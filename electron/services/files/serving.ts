import type { Crypto } from '../../engine/crypto/crypto';
import { chunkBytes, chunkCount } from '../../engine/files/chunk';
import type { FileWord, NoReason } from '../../engine/files/words';
import type { Clock, Logger } from '../../engine/ports';
import { toHex } from '../../engine/wire/encoding';
import type { HeldFiles } from '../ports/files';
import type { TransferRow } from '../ports/transfers';
import { chunksAtOnce, SealedContent } from './held-content';
import type { Party } from './parties';

/** Files one device may fetch at once; more make it wait. */
const jobsEach = 8;
/** Of those that were made to wait so many are told when there is a place again. */
const turnedAwayEach = 1_024;
/** What could not be read is said to be here again after so long, twice as long each time. */
const [againMs, mostAgainMs] = [60_000, 60 * 60_000];
/** A file nobody asked about for so long is closed. */
const idleMs = 30_000;

interface Job {
  readonly row: TransferRow;
  content: SealedContent | undefined;
  /** The next piece to send, and up to which they are wanted. */
  next: number;
  upTo: number;
  ended: boolean;
  cancelIdle: (() => void) | undefined;
}

interface Desk {
  readonly party: Party;
  readonly jobs: Map<string, Job>;
  /** Asked for while there was no place; oldest first. */
  readonly turnedAway: Set<string>;
  /** Could not be read: how often in a row. */
  readonly failed: Map<string, number>;
  /** What calls off to say that these are here again. */
  readonly timers: Map<string, () => void>;
  /** The connection takes no more now. */
  blocked: boolean;
  sending: boolean;
}

export interface ServingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly held: HeldFiles;
  /** The row, where this device may have it. */
  readonly find: (party: Party, transferId: string) => TransferRow | undefined;
  /** Why it cannot be had here now. */
  readonly refusal: (party: Party, row: TransferRow) => NoReason | undefined;
  /** That device has so much of it. */
  readonly has: (party: Party, row: TransferRow, chunks: number) => void;
  /** Nothing of it is being given. */
  readonly rests: (transferId: string) => void;
  /** That device was given all of it, and has not said yet what became of it. */
  readonly gaveAll: (party: Party, row: TransferRow) => void;
}

/**
 * Gives pieces of files to devices that ask, one piece at a time and never more than the connection takes at once: a message that comes meanwhile
 * waits for a single piece.
 */
export class Serving {
  readonly #parts: ServingParts;
  readonly #desks = new Map<Party, Desk>();
  #closed = false;

  constructor(parts: ServingParts) {
    this.#parts = parts;
  }

  want(party: Party, word: FileWord & { readonly kind: 'want' }): void {
    const transferId = toHex(word.transferId);
    const row = this.#parts.find(party, transferId);
    // Somebody else's file and none at all are told alike.
    const refusal = row === undefined ? 'not-here' : this.#parts.refusal(party, row);
    const desk = this.#desk(party);
    if (word.from === word.upTo) return this.#drop(desk, transferId);
    if (row === undefined || refusal !== undefined) {
      this.#drop(desk, transferId);
      party.say({ kind: 'no', transferId: word.transferId, reason: refusal ?? 'not-here' });
      return;
    }
    const job = desk.jobs.get(transferId) ?? this.#begin(desk, row, word.from);
    if (job === undefined) {
      if (desk.turnedAway.size < turnedAwayEach) desk.turnedAway.add(transferId);
      party.say({ kind: 'no', transferId: word.transferId, reason: 'paused' });
      return;
    }
    desk.turnedAway.delete(transferId);
    job.next = Math.max(job.next, word.from);
    job.upTo = Math.min(word.upTo, chunkCount(row.size));
    this.#parts.has(party, row, word.from);
    void this.#send(party, desk);
  }

  idle(party: Party): void {
    const desk = this.#desks.get(party);
    if (desk === undefined) return;
    desk.blocked = false;
    void this.#send(party, desk);
  }

  left(party: Party): void {
    const desk = this.#desks.get(party);
    this.#desks.delete(party);
    desk?.turnedAway.clear();
    for (const cancel of desk?.timers.values() ?? []) cancel();
    if (desk) for (const transferId of desk.jobs.keys()) this.#drop(desk, transferId);
  }

  /** Not given any more, to anybody: `reason` says why. */
  stop(transferId: string, reason?: NoReason): void {
    for (const [party, desk] of this.#desks) {
      if (!desk.jobs.has(transferId)) continue;
      this.#drop(desk, transferId);
      if (reason) party.say({ kind: 'no', transferId: Uint8Array.from(Buffer.from(transferId, 'hex')), reason });
    }
  }

  close(): void {
    this.#closed = true;
    for (const party of this.#desks.keys()) this.left(party);
  }

  #desk(party: Party): Desk {
    const desk = this.#desks.get(party) ?? { party, jobs: new Map(), turnedAway: new Set(), failed: new Map(), timers: new Map(), blocked: false, sending: false };
    this.#desks.set(party, desk);
    return desk;
  }

  #begin(desk: Desk, row: TransferRow, from: number): Job | undefined {
    // One that waits for the next word makes room: it is found again when that comes.
    const idle = desk.jobs.size < jobsEach ? undefined : [...desk.jobs.values()].find((job) => job.next >= job.upTo);
    if (idle) this.#end(desk, idle);
    if (desk.jobs.size >= jobsEach) return undefined;
    const job: Job = { row, content: undefined, next: from, upTo: from, ended: false, cancelIdle: undefined };
    desk.jobs.set(row.transferId, job);
    return job;
  }

  /** A piece of each in turn. Reading is done while nothing else waits for it. */
  async #send(party: Party, desk: Desk): Promise<void> {
    if (desk.sending) return;
    desk.sending = true;
    try {
      for (;;) {
        const due = [...desk.jobs.values()].filter((job) => job.next < job.upTo);
        if (due.length === 0) return;
        for (const job of due) {
          if (desk.blocked || this.#closed) return;
          await this.#sendSome(party, desk, job);
        }
      }
    } finally {
      desk.sending = false;
    }
  }

  async #sendSome(party: Party, desk: Desk, job: Job): Promise<void> {
    const { transferId } = job.row;
    if (job.ended) return;
    let isHere = true;
    try {
      const content = await this.#contentOf(job);
      isHere = content !== undefined;
      if (job.ended) return;
      const pieces = content === undefined ? [] : await content.sealed(job.next, Math.min(chunksAtOnce, job.upTo - job.next));
      const from = job.next;
      for (const [at, sealed] of pieces.entries()) {
        if (this.#closed || job.ended || this.#parts.find(party, transferId) === undefined) return this.#drop(desk, transferId, job);
        if (sealed.length === 0) throw new Error('a piece is missing');
        desk.failed.delete(transferId);
        job.next = from + at + 1;
        if (job.next === chunkCount(job.row.size)) {
          this.#drop(desk, transferId, job); // asked again, it begins anew
          this.#parts.gaveAll(party, job.row);
        }
        if (!party.say({ kind: 'chunk', transferId: Uint8Array.from(Buffer.from(transferId, 'hex')), index: from + at, sealed })) {
          desk.blocked = true;
          return;
        }
      }
      if (content === undefined) throw new Error('not here');
    } catch (error) {
      if (job.ended) return; // what was being read was closed meanwhile, and may be asked for anew already
      this.#parts.logger.warn('file.not-given', { reason: error instanceof Error ? error.name : 'unknown' });
      this.#drop(desk, transferId);
      party.say({ kind: 'no', transferId: Uint8Array.from(Buffer.from(transferId, 'hex')), reason: 'not-here' });
      if (isHere) this.#readyLater(party, desk, transferId);
    }
  }

  /** A disk that failed once may not the next time, and nobody asks again by themselves. */
  #readyLater(party: Party, desk: Desk, transferId: string): void {
    // Whoever asks before they are told hears of it all the same, once.
    if (this.#desks.get(party) !== desk || desk.timers.has(transferId)) return;
    const times = desk.failed.get(transferId) ?? 0;
    desk.failed.set(transferId, times + 1);
    desk.timers.set(transferId, this.#parts.clock.setTimer(Math.min(mostAgainMs, againMs * 2 ** times), () => {
      desk.timers.delete(transferId);
      party.say({ kind: 'ready', transferId: Uint8Array.from(Buffer.from(transferId, 'hex')) });
    }));
  }

  async #contentOf(job: Job): Promise<SealedContent | undefined> {
    job.cancelIdle?.();
    job.cancelIdle = this.#parts.clock.setTimer(idleMs, () => {
      void job.content?.close();
      job.content = undefined;
    });
    if (job.content !== undefined || job.row.file === undefined) return job.content;
    const file = await this.#parts.held.open(job.row.file);
    if (file === undefined) return undefined;
    const content = new SealedContent(this.#parts.crypto, job.row, file);
    if (job.ended) await content.close();
    else job.content = content;
    return content;
  }

  /** `only`: where it is this one still. */
  #drop(desk: Desk, transferId: string, only?: Job): void {
    const job = desk.jobs.get(transferId);
    if (job === undefined || (only !== undefined && job !== only)) return;
    this.#end(desk, job);
    // Whoever was turned away does not ask again by itself. That one of these is wanted no more nobody says: the last who goes tells all that are left.
    for (const next of this.#closed ? [] : [...desk.turnedAway].slice(0, desk.jobs.size === 0 ? undefined : 1)) {
      desk.turnedAway.delete(next);
      desk.party.say({ kind: 'ready', transferId: Uint8Array.from(Buffer.from(next, 'hex')) });
    }
  }

  #end(desk: Desk, job: Job): void {
    desk.jobs.delete(job.row.transferId);
    job.ended = true;
    job.cancelIdle?.();
    void job.content?.close();
    job.content = undefined;
    this.#parts.rests(job.row.transferId);
  }
}

/** Bytes of the file in so many of its pieces. */
export function bytesOf(row: Pick<TransferRow, 'size'>, chunks: number): number {
  return Math.min(row.size, chunks * chunkBytes);
}
