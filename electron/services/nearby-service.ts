import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { DiscoveryStatus } from '../../shared/model/discovery';
import type { Random } from '../engine/ports';
import type { EventHub } from './event-hub';
import type { NearbyMeetingsParts } from './nearby-current';
import type { NearbyDoor } from './nearby-door';
import { NearbyMeetings } from './nearby-meetings';
import { randomNearbyName } from './nearby-name';
import { NearbyPeople, nearbyVersion } from './nearby-people';
import type { LanDiscovery } from './ports';

/** A search ends by itself. */
const searchMs = 5 * 60_000;
/** The longest until the clock is looked at again: no timer counts while a machine sleeps, and it may wake in another network. */
const glanceMs = 10_000;
/** A network that cannot be used says so within this time, so that whoever begins hears it. */
const settleMs = 250;
/** People come and go in bursts: told at most so often. */
const peopleMs = 250;

export interface NearbyServiceParts extends Omit<NearbyMeetingsParts, 'ownWords' | 'changed'> {
  readonly random: Random;
  readonly events: EventHub;
  /** Undefined where this device cannot announce anything, or must not (a proxy hides where it is). */
  readonly lan: () => LanDiscovery | undefined;
  /** Where this device listens. */
  readonly port: () => number;
}

interface Search {
  readonly name: string;
  /** Unix milliseconds. */
  readonly endsAt: number;
  readonly people: NearbyPeople;
  readonly undo: (() => void)[];
  failed: boolean;
  /** Set while whoever began waits to hear how it went. */
  settle: (() => void) | undefined;
}

/** Finding people near: shows this device under random words, lists others who do the same, and meets one of them. */
export class NearbyService implements NearbyDoor {
  readonly handlers: Handlers['discovery'];
  readonly #parts: NearbyServiceParts;
  readonly #meetings: NearbyMeetings;
  #search: Search | undefined;
  #cancelTelling: (() => void) | undefined;

  constructor(parts: NearbyServiceParts) {
    this.#parts = parts;
    this.#meetings = new NearbyMeetings({ ...parts, ownWords: () => this.#search?.name, changed: () => this.#tell() });
    const opened = <T>(work: () => T): T => {
      parts.profile(); // throws while the vault is not open
      return work();
    };
    this.handlers = {
      start: () => {
        parts.profile().devices.standing.assertCounts();
        return this.#start();
      },
      stop: () => opened(() => this.#stop()),
      status: () => opened(() => this.#status()),
      meet: ({ nearbyId }) => opened(() => this.#meet(nearbyId)),
      answer: ({ accept }) => opened(() => (this.#meetings.answer(accept), null)),
      confirm: ({ same }) => opened(() => (this.#meetings.confirm(same), null)),
    };
  }

  accepts(): boolean {
    return this.#search !== undefined;
  }

  answer: NearbyDoor['answer'] = (channel, source) => this.#meetings.incoming(channel, source);

  /**
   * The settings changed: where nothing may be announced any more, the search ends, and with it a meeting: a proxy cuts what is
   * connected without it, and must not be asked for neighbours that have not answered yet.
   */
  recheck(): void {
    if (this.#parts.lan() !== undefined) return;
    this.#meetings.cut();
    if (this.#search !== undefined) this.#over(this.#search);
  }

  profileEnds(tell: boolean): void {
    const shown = this.#search !== undefined || this.#meetings.view !== undefined;
    this.#meetings.forget();
    this.#hide();
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
    if (shown && tell) this.#tell();
  }

  /** While it runs already, its five minutes go on. */
  async #start(): Promise<DiscoveryStatus> {
    if (this.#search === undefined) {
      const search = this.#begin();
      await this.#settled(search);
      if (search.failed) throw notPossible();
    }
    return this.#status();
  }

  #begin(): Search {
    const { lan, clock, random, port } = this.#parts;
    const discovery = lan();
    if (discovery === undefined) throw notPossible();
    const name = randomNearbyName(random);
    const people = new NearbyPeople(random, name);
    const search: Search = { name, endsAt: Math.ceil(clock.now() + searchMs), people, undo: [], failed: false, settle: undefined };
    this.#search = search;
    search.undo.push(
      this.#endLater(search, clock.monotonic() + searchMs),
      discovery.announce({ kind: 'near', name, port: port(), facts: { v: nearbyVersion } }, () => this.#failed(search)),
      discovery.browse(
        'near',
        (sighting) => {
          if (this.#search === search && people.hear(sighting)) this.#tellSoon();
        },
        () => this.#failed(search),
      ),
    );
    // Failed while it began: what was begun is undone now.
    if (search.failed) for (const undo of search.undo) undo();
    else this.#tell();
    return search;
  }

  /** By the wall clock, as it is shown, and at `latest` by the monotonic one. Gives what calls it off. */
  #endLater(search: Search, latest: number): () => void {
    const { clock } = this.#parts;
    let cancel: () => void = () => undefined;
    const look = (): void => {
      const left = Math.min(search.endsAt - clock.now(), latest - clock.monotonic());
      if (left <= 0) this.#over(search);
      else cancel = clock.setTimer(Math.min(left, glanceMs), look);
    };
    look();
    return () => cancel();
  }

  #settled(search: Search): Promise<void> {
    if (search.failed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.setTimer(settleMs, resolve);
      search.settle = () => {
        cancel();
        resolve();
      };
    });
  }

  #stop(): null {
    this.#meetings.callOff();
    if (this.#hide()) this.#tell();
    return null;
  }

  #meet(nearbyId: string): null {
    const search = this.#search;
    if (search === undefined) throw new KeyshiftError('discovery.not-running', 'People nearby are not being looked for.');
    const person = search.people.find(nearbyId);
    if (person === undefined) throw new KeyshiftError('discovery.gone', 'This person does not show themselves any more.');
    this.#meetings.meet(person, search.name);
    return null;
  }

  #status(): DiscoveryStatus {
    const meeting = this.#meetings.view;
    const search = this.#search;
    return {
      running: search !== undefined,
      ...(search === undefined ? {} : { name: search.name, endsAt: search.endsAt }),
      people: search?.people.list() ?? [],
      ...(meeting === undefined ? {} : { meeting }),
    };
  }

  /** The time is up: nobody new; a meeting under way has its own time. */
  #over(search: Search): void {
    if (this.#search === search && this.#hide()) this.#tell();
  }

  #failed(search: Search): void {
    if (this.#search !== search) return;
    this.#parts.logger.warn('nearby.failed');
    search.failed = true;
    this.#over(search);
  }

  /** True when there was something to hide. */
  #hide(): boolean {
    const search = this.#search;
    this.#search = undefined;
    for (const undo of search?.undo ?? []) undo();
    search?.settle?.();
    return search !== undefined;
  }

  #tell(): void {
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
    this.#parts.events.emit({ type: 'discovery.changed' });
  }

  #tellSoon(): void {
    this.#cancelTelling ??= this.#parts.clock.setTimer(peopleMs, () => this.#tell());
  }
}

function notPossible(): KeyshiftError {
  return new KeyshiftError('discovery.not-possible', 'This device cannot show itself to people nearby.');
}
