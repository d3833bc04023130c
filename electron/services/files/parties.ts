import type { FileWord } from '../../engine/files/words';
import { encodeFileWord, parseFileWord } from '../../engine/files/words';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { Logger } from '../../engine/ports';
import type { Session } from '../../engine/session/session';
import type { SiblingHandler, SiblingLine } from '../devices/siblings';

/** A device that is here now, which files are got from and given to. */
export interface Party {
  /** Whose device; undefined: another own one. */
  readonly peerId: PeerId | undefined;
  /** False: wait until it takes more. */
  say(word: FileWord): boolean;
}

export interface PartyHandler {
  met(party: Party): void;
  left(party: Party): void;
  heard(party: Party, word: FileWord): void;
  /** It takes more, and no message waits. */
  idle(party: Party): void;
}

/** Contacts' devices and the own other ones, which speak about files in the same words. What goes wrong with a word ends the session that brought it. */
export class Parties implements SiblingHandler {
  readonly #handler: PartyHandler;
  readonly #logger: Logger;
  readonly #contacts = new Map<Session, Party>();
  readonly #own = new Map<InstanceId, Party>();
  #line: SiblingLine | undefined;

  constructor(logger: Logger, handler: PartyHandler) {
    this.#logger = logger;
    this.#handler = handler;
  }

  useLine(line: SiblingLine): void {
    this.#line = line;
  }

  /** Own devices first: what one of them has costs no contact anything. */
  all(): readonly Party[] {
    return [...this.#own.values(), ...this.#contacts.values()];
  }

  ofContact(peerId: PeerId): readonly Party[] {
    return [...this.#contacts.values()].filter((party) => party.peerId === peerId);
  }

  /** May come again for a session that is back in use. */
  open(session: Session): void {
    if (this.#contacts.has(session)) return;
    const party: Party = { peerId: session.peer.identity.peerId, say: (word) => session.send([{ kind: 'file', bytes: encodeFileWord(word) }]) };
    this.#contacts.set(session, party);
    session.onClose(() => this.end(session));
    this.#handler.met(party);
  }

  end(session: Session): void {
    const party = this.#contacts.get(session);
    if (party === undefined) return;
    this.#contacts.delete(session);
    this.#handler.left(party);
  }

  /** `bytes` is a view of a record, which lasts as long as it does. */
  hear(session: Session, bytes: Uint8Array): void {
    const party = this.#contacts.get(session);
    if (party === undefined) return;
    try {
      this.#take(party, bytes);
    } catch (error) {
      this.#logger.warn('file.word-refused', { reason: error instanceof Error ? error.name : 'unknown' });
      session.close();
    }
  }

  takesMore(session: Session): void {
    const party = this.#contacts.get(session);
    if (party !== undefined) this.#handler.idle(party);
  }

  met(instanceId: InstanceId): void {
    const before = this.#own.get(instanceId);
    if (before) this.#handler.left(before);
    const party: Party = { peerId: undefined, say: (word) => this.#line?.send(instanceId, encodeFileWord(word)) === true };
    this.#own.set(instanceId, party);
    this.#handler.met(party);
  }

  heard(instanceId: InstanceId, words: Uint8Array): void {
    const party = this.#own.get(instanceId);
    if (party !== undefined) this.#take(party, words);
  }

  drained(instanceId: InstanceId): void {
    const party = this.#own.get(instanceId);
    if (party !== undefined) this.#handler.idle(party);
  }

  left(instanceId: InstanceId): void {
    const party = this.#own.get(instanceId);
    if (party === undefined) return;
    this.#own.delete(instanceId);
    this.#handler.left(party);
  }

  #take(party: Party, bytes: Uint8Array): void {
    const word = parseFileWord(bytes);
    if (word) this.#handler.heard(party, word);
  }
}
