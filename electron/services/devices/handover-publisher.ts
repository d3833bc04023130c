import type { LocalParty } from '../../engine/certificates/local-party';
import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { HeldBack } from '../../engine/session/held-link';
import type { Resumptions } from '../../engine/session/resumptions';
import type { Session } from '../../engine/session/session';
import { checkpoint, close, held, type LedgerLine, settled } from '../../engine/sharing/ledger';
import { coverLine, recordName, uncoverLine } from '../../engine/sharing/repository-record';
import { sealShared } from '../../engine/sharing/session-state';
import type { SharingKey } from '../../engine/sharing/sharing-keys';
import { toHex } from '../../engine/wire/encoding';
import { RepositoryUnreachable, type SessionRepository } from '../ports/session-repository';
import type { SharingStore } from '../ports/sharing';
import { changeRecord } from './handover-sources';
import type { SharedKeys } from './shared-keys';

/** How long records may wait for a repository, milliseconds; then they go, and what it has of the session is behind. */
const patienceMs = 1_000;
/** While somebody else is about to take the session, it is looked at again after this long. */
const lookAgainMs = 500;
/** After it did not answer, a session is published again after this long. */
const againMs = 30_000;
const nothing = new Uint8Array(0);

export interface PublisherParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly keys: Pick<SharedKeys, 'person' | 'persons' | 'to'>;
  readonly sharing: Pick<SharingStore, 'ledger' | 'holding' | 'putLedger' | 'removeLedger'>;
  readonly resumptions: Pick<Resumptions, 'toLend' | 'isKept'>;
  readonly others: () => readonly InstanceId[];
  readonly commit: <T>(work: () => T) => T;
  /** To be had now, whether anything is published there or not any more. */
  readonly repository: () => SessionRepository | undefined;
  /** Another device took it from the repository. */
  readonly fence: (keyId: Uint8Array) => void;
}

interface Published {
  readonly session: Session;
  readonly person: SharingKey;
  readonly back: HeldBack;
  /** Of the last write of ours. */
  revision: number;
  generation: number;
  busy: boolean;
  /** The session ended, or is not published at the moment. */
  over: boolean;
  /** It was told that the repository does not know where the session is: once, however often it is tried again. */
  isBehind: boolean;
}

/**
 * Publishes sessions with contacts in a repository and keeps what it has of them up to date (seed 003, figure 4: 404–408). A
 * record goes to the contact only when the repository knows that it will have been sent: whoever takes the session after this
 * device died is never behind what the contact heard (S4-15). One write is under way at a time and covers all that was sealed by then.
 */
export class Publisher {
  readonly #parts: PublisherParts;
  #repository: SessionRepository | undefined;
  readonly #published = new Map<string, Published>();

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  use(repository: SessionRepository | undefined): void {
    if (repository === this.#repository) return;
    this.#repository = repository;
    for (const one of this.#published.values()) this.#stop(one);
    this.#published.clear();
  }

  opened(session: Session): void {
    const { keys, others } = this.#parts;
    const name = toHex(session.keyId);
    const person = keys.person();
    if (!this.#repository || !person || others().length === 0 || this.#published.has(name)) return;
    const one: Published = { session, person, back: session.holdBack(() => this.#write(one)), revision: 0, generation: 0, busy: false, over: false, isBehind: false };
    this.#published.set(name, one);
    session.onClose(() => {
      one.over = true;
      if (this.#published.get(name) !== one) return;
      this.#published.delete(name);
      // Its contact may have gone on with it elsewhere.
      const repository = this.#parts.repository();
      if (repository) void this.#lookAt(repository, session.keyId);
    });
    this.#write(one);
    if (session.resumedFrom) this.#closeUsed(person, session.resumedFrom);
  }

  /** Before it counts as another device's here: nobody may have taken it from the repository, or will. */
  async withdraw(keyId: Uint8Array): Promise<boolean> {
    const { crypto, clock, local, sharing } = this.#parts;
    const mark = sharing.ledger(keyId)?.line.body ?? nothing;
    if (mark.length === 0) return true;
    const [person, repository] = [this.#personOf(mark), this.#parts.repository()];
    try {
      // Taken out before already, by this device that then stopped: as it stands.
      const change = (before: LedgerLine): LedgerLine | undefined => (before.phase === 'gone' && before.taker === local.instanceId ? before : moved(close(before, local.instanceId, clock.now())));
      return person !== undefined && repository !== undefined && (await changeRecord(crypto, repository, person, keyId, change)) !== undefined;
    } catch {
      return false;
    }
  }

  /** A repository can be asked: whether somebody took from it, while this device was off, what it had published (A61). Never throws. */
  async look(repository: SessionRepository): Promise<void> {
    try {
      for (const { keyId } of this.#parts.sharing.holding()) if (!(await this.#lookAt(repository, keyId))) return;
    } catch (error) {
      this.#fault(error); // asked again at the next connection
    }
  }

  close(): void {
    for (const one of this.#published.values()) one.over = true;
    this.#published.clear();
  }

  /** Whether one that is not in use here is another device's by now: then nothing of it stays (S4-35). False: the repository is not to be had; asked again at the next connection. */
  async #lookAt(repository: SessionRepository, keyId: Uint8Array): Promise<boolean> {
    const { crypto, clock, local, sharing, resumptions, commit, fence } = this.#parts;
    try {
      const row = sharing.ledger(keyId);
      const person = row?.part === 'holder' ? this.#personOf(row.line.body) : undefined;
      if (!person || this.#published.has(toHex(keyId))) return true;
      if (!resumptions.isKept(keyId)) {
        commit(() => sharing.removeLedger(keyId));
        return true;
      }
      const stored = await repository.read(recordName(crypto, person, keyId));
      const there = stored && uncoverLine(crypto, person, keyId, stored.record);
      if (there && settled(there, clock.now()).phase === 'gone' && there.taker !== local.instanceId) fence(keyId);
      return true;
    } catch (error) {
      if (!(error instanceof RepositoryUnreachable)) this.#fault(error);
      return false;
    }
  }

  #fault(error: unknown): void {
    this.#parts.logger.error('handover.fault', { reason: error instanceof Error ? error.name : 'unknown' });
  }

  #write(one: Published): void {
    if (one.busy || one.over) return;
    one.busy = true;
    const upTo = one.back.count;
    const cancel = this.#parts.clock.setTimer(patienceMs, () => this.#fallBehind(one));
    void this.#put(one)
      .then(
        (outcome) => {
          if (outcome === 'written') this.#letGo(one, upTo);
          else if (outcome === 'taken') this.#parts.fence(one.session.keyId);
          else if (outcome !== 'lent') this.#stop(one);
          return outcome;
        },
        (error: unknown) => {
          if (!(error instanceof RepositoryUnreachable)) this.#fault(error);
          this.#fallBehind(one);
          return 'failed' as const;
        },
      )
      .catch((error: unknown) => {
        this.#fault(error);
        return 'failed' as const;
      })
      .then((outcome) => {
        cancel();
        one.busy = false;
        if (outcome === 'lent') this.#parts.clock.setTimer(lookAgainMs, () => this.#write(one));
        else if (one.back.count > upTo) this.#write(one);
      });
  }

  /** The session as it stands at this moment, written on top of what this device wrote last. */
  async #put(one: Published): Promise<'written' | 'lent' | 'taken' | 'rolled-back'> {
    const { crypto, clock, local, logger } = this.#parts;
    const repository = this.#repository;
    const { keyId } = one.session;
    const body = this.#sealed(one);
    if (!repository || !body) return 'rolled-back';
    this.#mark(one, body.expiresAt);
    const name = recordName(crypto, one.person, keyId);
    const write = async (line: LedgerLine, expected: number): Promise<boolean> => {
      const revision = await repository.write(name, coverLine(crypto, one.person, keyId, line), expected);
      if (revision !== undefined) Object.assign(one, { revision, generation: line.generation });
      return revision !== undefined;
    };
    if (await write(held(local.instanceId, body.expiresAt, body.bytes, one.generation), one.revision)) return 'written';
    // Somebody else wrote: whoever is about to take it, has taken it, or gave it back (S4-19).
    const stored = await repository.read(name);
    const line = stored && uncoverLine(crypto, one.person, keyId, stored.record);
    if (!line || line.generation < one.generation) {
      logger.error('repository.rolled-back');
      return 'rolled-back';
    }
    const { phase } = settled(line, clock.now());
    if (phase === 'gone') return 'taken';
    if (phase === 'lent') return 'lent';
    const next = moved(checkpoint(line, local.instanceId, body.bytes, clock.now()));
    return next && (await write(next, stored.revision)) ? 'written' : 'lent';
  }

  #sealed({ session }: Published): { readonly bytes: Uint8Array; readonly expiresAt: number } | undefined {
    const { crypto, resumptions, keys, others } = this.#parts;
    const entry = resumptions.toLend(session.keyId);
    if (!entry) return undefined;
    try {
      const pairs = others().flatMap((instanceId) => keys.to(instanceId) ?? []);
      return { bytes: sealShared(crypto, entry, pairs), expiresAt: entry.expiresAt };
    } finally {
      crypto.wipe(entry.secret);
    }
  }

  /** The one this session was made from can serve nobody any more. */
  #closeUsed(person: SharingKey, keyId: Uint8Array): void {
    const { crypto, clock, local } = this.#parts;
    if (!this.#repository) return;
    void changeRecord(crypto, this.#repository, person, keyId, (line) => moved(close(line, local.instanceId, clock.now()))).catch(() => undefined);
  }

  #letGo(one: Published, upTo: number): void {
    one.back.letGo(upTo);
    one.isBehind = false;
    if (!one.over) this.#parts.logger.debug('handover.published');
  }

  /** For a while it goes on unpublished: whoever takes what the repository has is found out by the contact (S4-14). */
  #fallBehind(one: Published): void {
    if (one.over) return;
    this.#stop(one);
    if (!one.isBehind) this.#parts.logger.info('handover.behind');
    one.isBehind = true;
    this.#parts.clock.setTimer(againMs, () => this.#again(one));
  }

  /** The positions it has then are those of everything that was sent: from then on it is up to date once more. */
  #again(one: Published): void {
    if (this.#published.get(toHex(one.session.keyId)) !== one) return;
    one.over = false;
    one.back.again();
    this.#write(one);
  }

  #stop(one: Published): void {
    one.over = true;
    one.back.end();
  }

  /** Durable before anybody can take it from there: who asks this device for it, even after a restart, gets it by the repository's word only. */
  #mark({ session: { keyId }, person }: Published, expiresAt: number): void {
    const { sharing, local, commit } = this.#parts;
    const line = sharing.ledger(keyId)?.line ?? held(local.instanceId, expiresAt);
    if (line.body.length === 0) commit(() => sharing.putLedger({ keyId, part: 'holder', line: { ...line, body: person.id } }));
  }

  #personOf(mark: Uint8Array): SharingKey | undefined {
    const { crypto, keys } = this.#parts;
    return keys.persons().find(({ id }) => crypto.equal(id, mark));
  }
}

function moved(move: ReturnType<typeof close>): LedgerLine | undefined {
  return 'line' in move ? move.line : undefined;
}
