import { KeyshiftError } from '../../shared/errors';
import { type Meeting, type MeetingEnd, nearbyName } from '../../shared/model/discovery';
import type { Card } from '../engine/certificates/card';
import type { Address } from '../engine/ports';
import type { Channel } from '../engine/session/channel';
import { meetingMs } from '../engine/session/channel-frames';
import type { Ask, NearbyNews, NearbyParts } from '../engine/session/meeting-nearby';
import { answerNearby, askNearby, type MeetingTalk } from '../engine/session/meeting-talk';
import type { Named } from '../engine/session/meeting-proof';
import { HeldChannels } from './held-channels';
import { AskLimits } from './nearby-askers';
import { type Current, type NearbyMeetingsParts, noMeeting, underWay } from './nearby-current';
import type { NearbyPerson } from './nearby-people';
import { reachNearby } from './nearby-reach';
import { SlidingLimit } from './sliding-limit';

/** Meetings in either role: what makes six digits enough (protocol.md §12). */
const maxMeetings = 3;
const withinMs = 10 * 60_000;
/** After somebody who asked went away, nobody else's question takes its place for so long: the answer on its way is not for them. */
const quietMs = 2_000;
/** Two devices give up at about the same time; who hears the other close then, heard the end of the time. */
const timeoutSlackMs = 2_000;

/** One meeting at a time, asked for here or there. */
export class NearbyMeetings {
  readonly #parts: NearbyMeetingsParts;
  readonly #channels = new HeldChannels();
  readonly #tries: SlidingLimit;
  readonly #askers: AskLimits;
  #current: Current | undefined;
  #quietUntil = 0;
  /** The contact that somebody who was revealed said to be, where that is why it ended. */
  #objected: string | undefined;

  constructor(parts: NearbyMeetingsParts) {
    this.#parts = parts;
    this.#tries = new SlidingLimit(parts.clock, maxMeetings, withinMs);
    this.#askers = new AskLimits(parts.clock, withinMs);
  }

  /** The one under way, or the last one. */
  get view(): Meeting | undefined {
    return this.#current?.view;
  }

  /** Asks somebody from the list; or says yes, when it is they who ask. Throws `discovery.busy`, `discovery.too-many`. */
  meet(person: NearbyPerson, by: string): void {
    const before = underWay(this.#current);
    if (before?.view.step === 'asked' && before.view.name === person.name) return this.answer(true);
    if (before !== undefined) throw new KeyshiftError('discovery.busy', 'Another meeting is under way.');
    const wait = this.#tries.waitMs();
    if (wait > 0) {
      const retryAt = Math.ceil(this.#parts.clock.now() + wait);
      throw new KeyshiftError('discovery.too-many', 'Three meetings within ten minutes are enough: more would make guessing worth while.', { retryAt });
    }
    const current = this.#begin({ name: person.name, askedBy: 'you', step: 'asking' }, by, undefined);
    void this.#ask(current, person.addresses);
  }

  /** Yes or no to who asks; "no" also calls off one's own question and a comparison under way. Throws `discovery.no-meeting`. */
  answer(accept: boolean): void {
    const current = underWay(this.#current);
    if (current === undefined || (accept && current.view.step !== 'asked')) throw noMeeting();
    if (accept) return this.#accept(current);
    this.callOff();
  }

  /** Whether both screens show the same digits. Throws `discovery.no-meeting`. */
  confirm(same: boolean): void {
    const current = underWay(this.#current);
    const step = current?.view.step;
    if (current === undefined || (step !== 'compare' && !(step === 'waiting' && !same))) throw noMeeting();
    if (same) this.#show(current, { ...current.view, step: 'waiting' });
    current.talk?.confirm(same);
  }

  /** The listener's side of a channel for a meeting. */
  incoming(channel: Channel, source: string): void {
    const held = this.#channels.hold(channel);
    const talk: MeetingTalk = answerNearby(held, this.#nearbyParts(), (news) => {
      if (news.kind === 'asked') this.#asked(talk, news.ask, source);
      else this.#hear(talk, news);
    });
  }

  /** Ends what is under way, by the wish of the person here, who need not be told of it. */
  callOff(): void {
    const current = underWay(this.#current);
    if (current === undefined) return;
    this.#current = undefined;
    // Who asked and has no answer gets one; everybody else sees the channel close.
    if (current.view.step === 'asked' && !current.accepted) current.talk?.answer(false);
    this.#leave(current);
    this.#parts.changed();
  }

  /** The way to the other person is closed from here: a meeting under way ends for both. */
  cut(): void {
    const current = underWay(this.#current);
    if (current !== undefined) this.#end(current, 'gone');
  }

  /** Ends everything and forgets the last meeting: the keys are about to go. */
  forget(): void {
    this.#current?.quit.abort();
    this.#current = undefined;
    this.#channels.closeAll();
  }

  #begin(view: Meeting, by: string, talk: MeetingTalk | undefined): Current {
    this.#current = { view, by, begunAt: this.#parts.clock.monotonic(), quit: new AbortController(), talk, held: undefined, accepted: false };
    this.#parts.changed();
    return this.#current;
  }

  async #ask(current: Current, addresses: readonly Address[]): Promise<void> {
    const { signal } = current.quit;
    const channel = await reachNearby(this.#parts, addresses, signal);
    if (signal.aborted) return channel?.close();
    if (channel === undefined) return this.#notAnswered(current, 'gone');
    const talk: MeetingTalk = askNearby(this.#channels.hold(channel), this.#nearbyParts(), { by: current.by, wanted: current.view.name }, (news) => this.#hear(talk, news));
    current.talk = talk;
  }

  #asked(talk: MeetingTalk, ask: Ask, source: string): void {
    const own = this.#parts.ownWords();
    if (own === undefined || ask.wanted !== own || ask.by === own || !nearbyName.safeParse(ask.by).success) return talk.answer(false);
    const current = underWay(this.#current);
    if (current?.view.step === 'asking' && !current.accepted && current.view.name === ask.by) return this.#bothAsked(current, talk, own);
    const { clock } = this.#parts;
    if (current !== undefined || clock.monotonic() < this.#quietUntil || this.#tries.waitMs() > 0 || !this.#askers.may(source)) return talk.answer(false);
    this.#begin({ name: ask.by, askedBy: 'them', step: 'asked' }, own, talk);
  }

  /** Both asked each other: that is consent. The question of the lower words goes on; the other waits for it to fail. */
  #bothAsked(current: Current, talk: MeetingTalk, own: string): void {
    if (own < current.view.name) {
      current.held?.cancel();
      current.held = talk;
      return;
    }
    current.quit.abort();
    current.talk?.cancel();
    current.talk = talk;
    this.#accept(current);
  }

  #accept(current: Current): void {
    if (current.accepted) return;
    current.accepted = true;
    current.talk?.answer(true);
  }

  /** The own question led nowhere; theirs may, unless whoever answered it did not mean well. */
  #notAnswered(current: Current, reason: MeetingEnd): void {
    const { held } = current;
    if (held === undefined || (reason !== 'gone' && reason !== 'declined')) return this.#end(current, reason);
    current.held = undefined;
    current.talk = held;
    this.#accept(current);
  }

  #hear(talk: MeetingTalk, news: NearbyNews): void {
    const current = underWay(this.#current);
    if (current?.held === talk && news.kind === 'ended') current.held = undefined;
    if (current === undefined || current.talk !== talk) return;
    if (news.kind === 'digits') {
      current.held?.cancel();
      current.held = undefined;
      this.#show(current, { ...current.view, step: 'compare', digits: news.digits });
    }
    if (news.kind === 'met') this.#met(current, news.card);
    if (news.kind === 'ended') this.#over(current, news.reason);
  }

  #over(current: Current, reason: MeetingEnd): void {
    const late = this.#parts.clock.monotonic() - current.begunAt >= meetingMs - timeoutSlackMs;
    const told = reason === 'gone' && late ? 'timeout' : reason;
    if (current.view.step === 'asking' && !current.accepted) this.#notAnswered(current, told);
    else this.#end(current, told);
  }

  #met(current: Current, card: Card): void {
    const { introductions, book } = this.#parts.profile();
    const { identity } = card.chain;
    try {
      const objection = this.#judge(identity);
      if (objection !== undefined) return this.#end(current, objection);
      const contactId = introductions.metNearby(card);
      this.#show(current, { ...current.view, step: 'met', contactId });
    } catch (error) {
      const code = error instanceof KeyshiftError ? error.code : 'internal';
      this.#parts.logger.warn('nearby.not-met', { reason: code });
      // Without a pin only a first key proves whose it is; a full disk makes no contact either.
      this.#end(current, code === 'contact.key-mismatch' && book.find(identity.peerId) !== undefined ? 'other-key' : 'failed');
    }
  }

  #judge(revealed: Named): 'blocked' | 'other-key' | undefined {
    const { introductions, stores } = this.#parts.profile();
    const objection = introductions.objectionTo(revealed);
    this.#objected = objection === undefined ? undefined : stores.contacts.byPeer(revealed.peerId)?.contactId;
    return objection;
  }

  #end(current: Current, reason: MeetingEnd): void {
    this.#leave(current);
    const contactId = reason === 'blocked' || reason === 'other-key' ? this.#objected : undefined;
    const { digits: _over, ...view } = current.view;
    this.#show(current, { ...view, step: 'ended', reason, ...(contactId === undefined ? {} : { contactId }) });
  }

  #leave(current: Current): void {
    const { talk, held, quit } = current;
    quit.abort();
    current.talk = undefined;
    current.held = undefined;
    talk?.cancel();
    held?.cancel();
    if (current.view.step === 'asked') this.#quietUntil = this.#parts.clock.monotonic() + quietMs;
  }

  #show(current: Current, view: Meeting): void {
    current.view = view;
    this.#parts.changed();
  }

  #nearbyParts(): NearbyParts {
    const { crypto, clock, profile } = this.#parts;
    const { local } = profile();
    return {
      crypto,
      local,
      now: () => clock.now(),
      myAddresses: this.#parts.ownAddresses(),
      mayMeet: () => this.#tries.take(),
      judge: (revealed) => this.#judge(revealed),
    };
  }
}
