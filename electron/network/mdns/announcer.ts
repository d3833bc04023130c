import type { Clock, Random } from '../../engine/ports';
import { type Announced, announcementPacket, fullName, goodbyePacket, type Heard } from './packets';

/** RFC 6762 §8.3: said twice, a second apart. §6: answered after 20–120 ms, and said no more than once a second. */
const againMs = 1_000;
const leastGapMs = 1_000;

/** A card as an announcer or a browser sees it. */
export interface Card {
  readonly address: string;
  send(bytes: Buffer): void;
}

interface Saying {
  saidAt: number | undefined;
  cancel: (() => void) | undefined;
}

/** Says one thing on every card, again whenever somebody asks. */
export class Announcer {
  readonly announced: Announced;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #cards = new Map<Card, Saying>();
  #spoke = false;

  constructor(announced: Announced, clock: Clock, random: Random) {
    this.announced = announced;
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether anybody may know this announcement already. */
  get spoke(): boolean {
    return this.#spoke;
  }

  begin(card: Card): void {
    const saying: Saying = { saidAt: undefined, cancel: undefined };
    this.#cards.set(card, saying);
    this.#say(card, saying);
    saying.cancel = this.#clock.setTimer(againMs, () => this.#say(card, saying));
  }

  leave(card: Card): void {
    this.#cards.get(card)?.cancel?.();
    this.#cards.delete(card);
  }

  hear(card: Card, { asked, askedNames }: Heard): void {
    const { kind, name } = this.announced;
    const own = name.toLowerCase();
    const isAsked = asked.some((one) => one.kind === kind && !one.known.includes(own)) || askedNames.includes(fullName(this.announced));
    const saying = this.#cards.get(card);
    // What is about to be said anyway answers everybody who asked meanwhile.
    if (!isAsked || saying === undefined || saying.cancel !== undefined) return;
    const [byte = 0] = this.#random.bytes(1);
    const now = this.#clock.monotonic();
    const polite = 20 + (byte * 100) / 255;
    const gap = saying.saidAt === undefined ? 0 : saying.saidAt + leastGapMs - now;
    saying.cancel = this.#clock.setTimer(Math.max(polite, gap), () => this.#say(card, saying));
  }

  end(): void {
    for (const [card, { cancel }] of this.#cards) {
      cancel?.();
      card.send(goodbyePacket(this.announced));
    }
    this.#cards.clear();
  }

  #say(card: Card, saying: Saying): void {
    this.#spoke = true;
    saying.cancel = undefined;
    saying.saidAt = this.#clock.monotonic();
    card.send(announcementPacket(this.announced, card.address));
  }
}
