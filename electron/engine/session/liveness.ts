import type { SessionLimits } from './limits';

export type LivenessLimits = Pick<SessionLimits, 'pingMs' | 'deadMs' | 'answerMs' | 'answerDeadMs' | 'notReadingMs'>;

/** What is due: asking for a sign of life, giving one unasked, or the end. */
export type Due = 'ping' | 'pong' | 'end';

/**
 * When a session counts as dead (protocol.md §8). Pure; all times monotonic milliseconds. Hearing nothing leads to a ping
 * and later to the end; sooner where something was sent that the other side answers, and at once when asked to make sure.
 */
export class Liveness {
  readonly #limits: LivenessLimits;
  #heardAt: number;
  /** A ping went out since something was heard; for silence, and for an answer that is owed. */
  #pinged = false;
  #askedForAnswer = false;
  /** Since when an answer is owed: the first such sending since something was heard. */
  #owedSince: number | undefined;
  /** By when something must be heard, when somebody asked to make sure. */
  #deadline: number | undefined;
  /** Not reading, we hear nothing: the other side is told that we live. */
  #reading = true;
  #toldAt: number;

  constructor(limits: LivenessLimits, now: number) {
    this.#limits = limits;
    this.#heardAt = now;
    this.#toldAt = now;
  }

  /** A record came. */
  heard(now: number): void {
    this.#heardAt = now;
    this.#pinged = false;
    this.#askedForAnswer = false;
    this.#owedSince = undefined;
    this.#deadline = undefined;
  }

  /** Something went out that the other side answers. */
  sent(now: number): void {
    this.#owedSince ??= now;
  }

  /** What waited to be sent moves on: somebody takes it, however slowly. */
  moved(now: number): void {
    if (this.#owedSince === undefined) return;
    this.#owedSince = now;
    this.#askedForAnswer = false;
  }

  /** Something must be heard within `milliseconds` from now, unless that is asked for already. True: a ping is to go out. */
  makeSure(now: number, milliseconds: number): boolean {
    if (!this.#reading) return false;
    const asked = this.#deadline !== undefined;
    this.#deadline = Math.min(this.#deadline ?? Number.POSITIVE_INFINITY, now + milliseconds);
    return !asked;
  }

  /** Reading stopped or goes on. Nobody is given up for what we did not read. */
  reads(reading: boolean, now: number): void {
    if (this.#reading === reading) return;
    this.#reading = reading;
    this.#toldAt = now;
    this.heard(now);
  }

  /** When to look again. */
  get next(): number {
    const { pingMs, deadMs, answerMs, answerDeadMs, notReadingMs } = this.#limits;
    if (!this.#reading) return this.#toldAt + notReadingMs;
    const silence = this.#heardAt + (this.#pinged ? deadMs : pingMs);
    const owed = this.#owedSince === undefined ? Number.POSITIVE_INFINITY : this.#owedSince + (this.#askedForAnswer ? answerDeadMs : answerMs);
    return Math.min(silence, owed, this.#deadline ?? Number.POSITIVE_INFINITY);
  }

  /** What is due now; the caller does it. */
  look(now: number): Due | undefined {
    const { pingMs, deadMs, answerMs, answerDeadMs, notReadingMs } = this.#limits;
    if (!this.#reading) {
      if (now - this.#toldAt < notReadingMs) return undefined;
      this.#toldAt = now;
      return 'pong';
    }
    const quiet = now - this.#heardAt;
    const owed = this.#owedSince === undefined ? 0 : now - this.#owedSince;
    if (quiet >= deadMs || owed >= answerDeadMs || (this.#deadline !== undefined && now >= this.#deadline)) return 'end';
    const silent = quiet >= pingMs && !this.#pinged;
    const owing = owed >= answerMs && !this.#askedForAnswer;
    this.#pinged ||= silent || owing;
    this.#askedForAnswer ||= owing;
    return silent || owing ? 'ping' : undefined;
  }
}
