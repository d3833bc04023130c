import type { LocalParty } from '../../engine/certificates/local-party';
import type { VerifiedCache } from '../../engine/certificates/chain';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { HandoverTaker, ShownM1 } from '../../engine/session/handover-taker';
import type { Resumptions } from '../../engine/session/resumptions';
import type { Session } from '../../engine/session/session';
import { sealHint } from '../../engine/sharing/owner-hint';
import { encodeWord, type HandoverWord, parseWord } from '../../engine/sharing/words';
import type { PeerBook } from '../peer-book';
import type { Stores } from '../ports';
import type { SessionRepository } from '../ports/session-repository';
import type { Surroundings } from '../surroundings';
import { HandoverHolder } from './handover-holder';
import { Publisher } from './handover-publisher';
import { type HandoverSource, OwnerSource, RepositorySource } from './handover-sources';
import { Taker } from './handover-taker';
import { SharedKeys } from './shared-keys';
import type { SiblingHandler, SiblingLine, Siblings } from './siblings';

export interface HandoverParts {
  readonly around: Pick<Surroundings, 'crypto' | 'clock' | 'logger' | 'settings'>;
  readonly local: LocalParty;
  readonly stores: Pick<Stores, 'sharing' | 'resumptions' | 'devices' | 'contacts'>;
  readonly book: PeerBook;
  readonly verified: VerifiedCache;
  readonly resumptions: Resumptions;
  readonly siblings: Siblings;
  readonly commit: <T>(work: () => T) => T;
  /** Sessions with contacts. */
  readonly sessions: () => readonly Session[];
}

/** Sessions with contacts that go on at another device of the person (protocol.md §10.5): asks for them, gives them away, publishes them. */
export class Handover implements HandoverTaker, SiblingHandler {
  readonly #parts: HandoverParts;
  readonly #keys: SharedKeys;
  readonly #line: SiblingLine;
  readonly #owner: OwnerSource;
  readonly #holder: HandoverHolder;
  readonly #taker: Taker;
  readonly #publisher: Publisher;
  #repository: RepositorySource | undefined;
  #offered: SessionRepository | undefined;

  constructor(parts: HandoverParts) {
    const { around, local, stores, book, verified, resumptions, siblings, commit } = parts;
    const { crypto, clock, logger } = around;
    const { sharing } = stores;
    this.#parts = parts;
    this.#keys = new SharedKeys({ crypto, logger, local, store: sharing, others: () => siblings.active(), credential: (instanceId) => stores.devices.find(instanceId)?.credential, commit });
    this.#line = siblings.line('handover', this);
    this.#owner = new OwnerSource({ clock, self: local.instanceId, line: () => this.#line });
    const isActive = (instanceId: InstanceId): boolean => siblings.active().includes(instanceId);
    const isArchive = (instanceId: InstanceId): boolean => local.list.instances.some((each) => each.instanceId === instanceId && each.roles.includes('archive'));
    // An archive gives what it has and takes nothing (S4-30): nothing is lent to it, sealed for it or named to contacts for its sake.
    const takers = (): readonly InstanceId[] => siblings.active().filter((instanceId) => !isArchive(instanceId));
    this.#publisher = new Publisher({ crypto, clock, logger, local, keys: this.#keys, sharing, resumptions, others: takers, commit, repository: () => this.#offered, fence: (keyId) => this.#lose(keyId) });
    const settleElsewhere = (keyId: Uint8Array): Promise<boolean> => this.#publisher.withdraw(keyId);
    this.#holder = new HandoverHolder({ crypto, clock, logger, local, book, keys: this.#keys, sharing, entries: stores.resumptions, resumptions, commit, isActive, isArchive, fence: (keyId) => this.#fence(keyId), settleElsewhere });
    const mayTalk = (peerId: PeerId): boolean => {
      const contact = stores.contacts.byPeer(peerId);
      return contact?.relation === 'mutual' && !contact.blocked;
    };
    const sources = (): readonly HandoverSource[] => (this.#repository ? [this.#owner, this.#repository] : [this.#owner]);
    this.#taker = new Taker({ crypto, clock, logger, local, book, verified, keys: this.#keys, sharing, resumptions, commit, isActive, takesNone: () => isArchive(local.instanceId), mayTalk, sources });
  }

  start(): void {
    const { stores, around, commit } = this.#parts;
    this.#keys.prepare();
    try {
      commit(() => stores.sharing.removeExpired(around.clock.now()));
    } catch {
      around.logger.warn('handover.not-tidied'); // what is over is used for nothing
    }
  }

  /** From now on sessions are published there, where that is chosen, and taken from there; undefined: it is not to be had any more. */
  useRepository(repository: SessionRepository | undefined): void {
    const { around, local } = this.#parts;
    const { crypto, clock } = around;
    this.#repository = repository && new RepositorySource({ crypto, clock, self: local.instanceId, repository, persons: () => this.#keys.persons() });
    if (this.#repository) void this.#taker.finish(this.#repository, () => true);
    this.#offered = repository;
    if (repository) void this.#publisher.look(repository);
    this.chosen();
  }

  /** The person may have chosen whether to publish: that counts for sessions that stand, too. */
  chosen(): void {
    this.#choose();
    for (const session of this.#parts.sessions()) this.#publisher.opened(session);
  }

  /** A session with a contact came into use: what it may show to this person's other devices. */
  opened(session: Session): void {
    const { around, local, siblings } = this.#parts;
    const person = siblings.active().length > 0 ? this.#keys.person() : undefined;
    if (!person) return;
    this.#choose();
    session.send([{ kind: 'owner-hint', bytes: sealHint(around.crypto, person, session.keyId, local.instanceId) }]);
    this.#publisher.opened(session);
  }

  /** For the resumptions of this profile. */
  isLent(keyId: Uint8Array): boolean {
    return this.#holder.isLent(keyId);
  }

  asks(shown: ShownM1, source: string): boolean {
    return this.#taker.asks(shown, source);
  }

  look(shown: ShownM1): Promise<void> {
    return this.#taker.look(shown);
  }

  met(instanceId: InstanceId): void {
    this.#tell(instanceId, { kind: 'hello', keys: this.#keys.known(instanceId) });
    void this.#taker.finish(this.#owner, ({ line }) => line.owner === instanceId);
  }

  heard(from: InstanceId, bytes: Uint8Array): void {
    const word = parseWord(bytes);
    switch (word?.kind) {
      case undefined:
        return;
      case 'hello': {
        const sealed = this.#keys.lackedBy(from, word.keys);
        if (sealed) this.#tell(from, { kind: 'keys', sealed });
        return;
      }
      case 'keys':
        return this.#receive(from, word.sealed);
      case 'ask':
        return this.#tell(from, this.#holder.ask(from, word));
      case 'take':
        void this.#holder.take(from, word).then((answer) => this.#tell(from, answer));
        return;
      case 'spare':
        return this.#holder.spare(from, word);
      case 'lent':
      case 'taken':
      case 'refused':
        return this.#owner.heard(from, word);
    }
  }

  left(instanceId: InstanceId): void {
    this.#owner.left(instanceId);
  }

  close(): void {
    this.#publisher.close();
  }

  /** Whether to publish is the person's to say, at any time. */
  #choose(): void {
    this.#publisher.use(this.#parts.around.settings().shareSessions === 'repository' ? this.#offered : undefined);
  }

  #receive(from: InstanceId, sealed: Uint8Array): void {
    const { siblings, around } = this.#parts;
    const signingKey = siblings.session(from)?.peer.instance.signingKey;
    if (!signingKey || !this.#keys.take(from, signingKey, sealed)) around.logger.warn('handover.keys-refused');
  }

  #tell(to: InstanceId, word: HandoverWord): void {
    this.#line.send(to, encodeWord(word));
  }

  /** Another device has it: what there still is of it here must not be used once more (S4-18, A61). */
  #fence(keyId: Uint8Array): void {
    const { around, sessions } = this.#parts;
    for (const session of sessions()) if (around.crypto.equal(session.keyId, keyId)) session.close();
    around.logger.info('handover.gave-away');
  }

  /** The repository says that it was taken from there. */
  #lose(keyId: Uint8Array): void {
    const { stores, resumptions, commit, around } = this.#parts;
    try {
      commit(() => {
        stores.resumptions.remove(keyId);
        stores.sharing.removeLedger(keyId);
      });
    } catch {
      around.logger.warn('handover.not-purged'); // it is used for nothing any more, as long as this process lives
    }
    resumptions.surrendered(keyId);
    this.#fence(keyId);
  }
}
