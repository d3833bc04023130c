import type { Clock, Random } from '../../engine/ports';
import type { LanSighting } from '../../services/ports';
import type { Card } from './announcer';
import { type Heard, type HeardService, questionPacket, type ServiceKind } from './packets';
import { Sightings } from './sightings';

/** RFC 6762 §5.2: asked at once, then ever more seldom; often enough that two lost packets make nobody disappear. */
const askAgainMs = [1_000, 3_000, 9_000, 27_000];
const steadyMs = 40_000;

interface Asking {
  asked: number;
  cancel: (() => void) | undefined;
}

/** Asks on every card who announces one kind, and remembers what is answered. */
export class Browser {
  readonly #kind: ServiceKind;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sightings: Sightings;
  readonly #cards = new Map<Card, Asking>();

  constructor(kind: ServiceKind, clock: Clock, random: Random, onSighting: (sighting: LanSighting) => void) {
    this.#kind = kind;
    this.#clock = clock;
    this.#random = random;
    this.#sightings = new Sightings(kind, clock, onSighting);
  }

  begin(card: Card): void {
    const asking: Asking = { asked: 0, cancel: undefined };
    this.#cards.set(card, asking);
    this.#ask(card, asking);
  }

  leave(card: Card): void {
    this.#cards.get(card)?.cancel?.();
    this.#cards.delete(card);
  }

  hear(card: Card, source: string, heard: Heard, isOwn: (service: HeardService) => boolean): void {
    for (const service of heard.services) {
      if (service.kind === this.#kind && !isOwn(service)) this.#sightings.hear(service, source);
    }
    // RFC 6762 §7.3: somebody else asks; the answers come to everybody, so this device need not ask now.
    const asking = this.#cards.get(card);
    if (asking !== undefined && asking.asked > askAgainMs.length && heard.asked.some(({ kind, known }) => kind === this.#kind && known.length === 0)) this.#askLater(card, asking);
  }

  end(): void {
    for (const { cancel } of this.#cards.values()) cancel?.();
    this.#cards.clear();
    this.#sightings.end();
  }

  #ask(card: Card, asking: Asking): void {
    asking.asked += 1;
    card.send(questionPacket(this.#kind));
    this.#askLater(card, asking);
  }

  #askLater(card: Card, asking: Asking): void {
    asking.cancel?.();
    const [byte = 0] = this.#random.bytes(1);
    const wait = askAgainMs[asking.asked - 1] ?? steadyMs + byte * 40;
    asking.cancel = this.#clock.setTimer(wait, () => this.#ask(card, asking));
  }
}
