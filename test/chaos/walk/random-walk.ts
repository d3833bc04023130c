import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { RefusingDisk } from '../../support/refusing-disk';
import { wait } from '../fault';
import { Lost } from '../pair';
import type { Answer, Deed } from './deeds';
import { Walker } from './walker-process';

/** Rows with their tags: what the database holds. */
type Rows = ReadonlyMap<number, number>;
type Write = Extract<Deed, { do: 'write' }>;

const mostRows = 900;
const diskCodes = ['disk.full', 'disk.failed'];

/** What a walk came by. */
export interface Walked {
  readonly told: number;
  readonly refused: number;
  readonly kills: number;
  readonly cuts: number;
}

/**
 * One database on a disk that by chance takes and refuses, is written to, copied back, emptied, closed, killed, and loses its power. After each opening everything that was told
 * is there and nothing is damaged; at the end the disk takes again.
 */
export class RandomWalk {
  readonly #disk: RefusingDisk;
  readonly #random: () => number;
  readonly #key = randomBytes(32).toString('hex');
  readonly #trace: string | undefined;
  readonly #deeds: string[] = [];
  #process: Walker | undefined;
  #starts = 0;
  /** What may be there, the newest last: the first is what was told for certain, the others came behind it and nobody was told of them for certain. */
  #possible: Rows[] = [new Map()];
  /** What nobody was told of and an opening did not show: on the disk it may be cut off or not, until something newer is there for certain. */
  #undone: Rows[] = [];
  #isOpen = false;
  #isRefusing = false;
  #tag = 0;
  #counts = { told: 0, refused: 0, kills: 0, cuts: 0 };

  constructor(disk: RefusingDisk, random: () => number, trace?: string) {
    this.#disk = disk;
    this.#random = random;
    this.#trace = trace;
  }

  async walk(steps: number): Promise<Walked> {
    try {
      await this.#ask({ do: 'create' });
      for (let step = 0; step < steps; step += 1) await this.#step();
      await this.#end();
      return this.#counts;
    } catch (error) {
      throw error instanceof Lost ? new Lost(`${error.message}\n${this.#deeds.join('\n')}`) : error;
    } finally {
      await this.#process?.kill();
    }
  }

  async #step(): Promise<void> {
    const chance = this.#random();
    if (chance < 0.4) await this.#write(this.#chosen(40, false));
    else if (chance < 0.5) await this.#write(this.#chosen(40, true));
    // Behind a thousand pages the log is copied back by itself.
    else if (chance < 0.57) await this.#write(this.#chosen(500, false));
    else if (chance < 0.62) await this.#do({ do: 'wait' });
    else if (chance < 0.67) await this.#do({ do: 'copy' });
    else if (chance < 0.72) await this.#do({ do: 'empty' });
    else if (chance < 0.79) await this.#close();
    else if (chance < 0.84) await this.#kill();
    else if (chance < 0.88) await this.#killWithin(this.#chosen(this.#random() < 0.5 ? 40 : 400, this.#random() < 0.3));
    else if (chance < 0.91) await this.#cut();
    else this.#turn();
  }

  #turn(): void {
    this.#isRefusing = !this.#isRefusing;
    this.#note(this.#isRefusing ? 'the disk refuses' : 'the disk takes again');
    if (this.#isRefusing) this.#disk.refuse();
    else this.#disk.takeAgain();
  }

  #chosen(most: number, isBehind: boolean): Write {
    const numbers = [...this.#newest.keys()];
    const last = numbers.at(-1) ?? 0;
    const rows = new Set<number>();
    for (let count = 1 + Math.floor(this.#random() * most); count > 0; count -= 1) {
      const again = numbers[Math.floor(this.#random() * numbers.length)];
      rows.add(this.#random() < 0.3 && again !== undefined ? again : last + count);
    }
    const first = numbers[0] ?? 0;
    const below = numbers.length > mostRows ? first + Math.floor(numbers.length / 2) : this.#random() < 0.2 ? first + 5 : first;
    return { do: 'write', isBehind, rows: [...rows].sort((a, b) => a - b), tag: (this.#tag += 1), below };
  }

  get #newest(): Rows {
    return this.#possible.at(-1) ?? new Map();
  }

  #after({ rows, tag, below }: Write): Rows {
    const all = new Map(this.#newest);
    for (const n of rows) all.set(n, tag);
    return new Map([...all].filter(([n]) => n >= below).sort(([a], [b]) => a - b));
  }

  async #write(deed: Write): Promise<void> {
    if (!(await this.#opened())) return;
    const answer = await this.#ask(deed);
    if (answer?.is !== 'done') return;
    this.#counts.told += 1;
    const after = this.#after(deed);
    this.#possible = deed.isBehind ? [this.#newest, after] : [after];
    if (!deed.isBehind) this.#undone = [];
  }

  async #do(deed: Deed): Promise<void> {
    if (this.#isOpen) await this.#ask(deed);
  }

  async #close(): Promise<void> {
    await this.#do({ do: 'close' });
    this.#isOpen = false;
  }

  async #kill(): Promise<void> {
    this.#note('killed');
    this.#counts.kills += 1;
    await this.#process?.kill();
    this.#process = undefined;
    this.#isOpen = false;
  }

  async #killWithin(deed: Write): Promise<void> {
    if (!(await this.#opened())) return;
    const answered = this.#ask(deed);
    await wait(this.#random() * 12);
    await this.#kill();
    const answer = await answered;
    if (answer?.is === 'refused') return;
    const after = this.#after(deed);
    // What is told is owed; what nobody was told of may be there.
    const isTold = answer?.is === 'done' && !deed.isBehind;
    this.#possible = isTold ? [after] : [...this.#possible, after];
    if (isTold) this.#undone = [];
  }

  async #cut(): Promise<void> {
    await this.#kill();
    this.#note('the power is cut');
    this.#counts.cuts += 1;
    this.#disk.cut();
    this.#isRefusing = false;
    this.#possible = [...this.#possible, ...this.#undone];
  }

  async #end(): Promise<void> {
    if (this.#isRefusing) this.#turn();
    if (!(await this.#opened())) throw new Lost('it does not open on a disk that takes what is written');
    await this.#write(this.#chosen(10, false));
    await this.#cut();
    if (!(await this.#opened())) throw new Lost('it does not open behind the last cut');
  }

  /** Opened and looked through. False: the disk refuses that. */
  async #opened(): Promise<boolean> {
    if (this.#isOpen) return true;
    const answer = await this.#ask({ do: 'look' });
    if (answer?.is !== 'rows') return false;
    this.#isOpen = true;
    const found = JSON.stringify(answer.rows);
    const at = this.#possible.findIndex((rows) => JSON.stringify([...rows]) === found);
    if (at < 0) throw new Lost(`other rows are there than were told: ${answer.rows.length}, where ${this.#possible.map(({ size }) => size).join(' or ')} were to be`);
    this.#undone.push(...this.#possible.slice(at + 1));
    this.#possible = this.#possible.slice(at, at + 1);
    return true;
  }

  async #ask(deed: Deed): Promise<Answer | undefined> {
    this.#process ??= await Walker.start(join(this.#disk.at, 'a.db'), this.#key, this.#trace === undefined ? undefined : `${this.#trace}.${(this.#starts += 1)}`);
    const answer = await this.#process.ask(deed);
    this.#note(`${deed.do}${deed.do === 'write' ? ` ${deed.isBehind ? 'behind ' : ''}${deed.rows.length} rows, tag ${deed.tag}, below ${deed.below}` : ''}: ${answer?.is === 'refused' ? `${answer.code} ${answer.message}` : (answer?.is ?? 'no answer')}`);
    if (answer?.is === 'refused') {
      this.#counts.refused += 1;
      // Not what this is about, and mended by nothing but mounting it anew (faults/turned.ts).
      if (this.#disk.isReadOnly) await this.#cut();
      else if (!diskCodes.includes(answer.code)) throw new Lost(`${deed.do}: ${answer.code}, ${answer.message}`);
      if (!this.#isRefusing && deed.do !== 'look') this.#note('(although the disk takes)');
    }
    return answer;
  }

  #note(what: string): void {
    this.#deeds.push(`  ${this.#starts} ${what}`);
  }
}
