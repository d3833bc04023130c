import { KeyshiftError } from '../../../shared/errors';
import type { MailboxToRevoke } from '../../../shared/model/mailbox';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { EventHub } from '../event-hub';
import type { DeviceMailboxStore } from '../ports/device-mailboxes';
import type { Mailbox, MailboxRegistration } from '../ports/mailbox';
import { type KnownMailboxes, type OpenRevocation, toRevoke } from './to-revoke';

/** The first look, and the ones after it, each so much later than the one before. */
const firstLookMs = 2_000;
const longestPauseMs = 60 * 60_000;
/** No more often than this, whatever happens and whoever looks at the page. */
const askedGapMs = 10_000;
/** A slot that ends sooner than this says nothing about the operator: clocks differ. */
const marginMs = 60 * 60_000;

export interface RevokingParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly store: DeviceMailboxStore;
  readonly ownInstance: InstanceId;
  readonly mailbox: Pick<Mailbox, 'probe'> | undefined;
  readonly commit: <T>(work: () => T) => T;
  readonly stateOf: KnownMailboxes['stateOf'];
  readonly nameOf: KnownMailboxes['nameOf'];
  /** What this device takes mail with, and whether the mailbox takes it at this moment. */
  readonly own: () => { readonly registration: MailboxRegistration | undefined; readonly isConnected: boolean };
}

type Look = 'stands' | 'seen' | 'withdrawn' | 'unknown';

/**
 * Devices that are gone and that a mailbox still knows: what its operator has to type, until it is done. Where this device takes mail in the same mailbox it
 * sees for itself whether a slot that was given with the other device still stands; elsewhere its person has to say so.
 */
export class Revoking {
  readonly #parts: RevokingParts;
  readonly #quit = new AbortController();
  #cancel: (() => void) | undefined;
  /** When the look that is planned comes, by the monotonic clock. */
  #dueAt = Infinity;
  #pause = firstLookMs;
  #lookedAt = -Infinity;
  #busy = false;

  constructor(parts: RevokingParts) {
    this.#parts = parts;
  }

  list(): readonly MailboxToRevoke[] {
    return this.#open().map(({ shown }) => shown);
  }

  /** Something may be different: devices, registrations, or the connection to the mailbox. Never throws. */
  touch(): void {
    this.#pause = firstLookMs;
    this.#later();
  }

  /** Somebody looks at it. */
  asked(): void {
    if (this.#parts.clock.monotonic() - this.#lookedAt >= askedGapMs) this.touch();
  }

  /**
   * The person says that the operator did it. Where this device can look it does, and what it sees counts more.
   * Errors: mailbox.task-unknown, mailbox.still-registered.
   */
  async confirm(taskId: string): Promise<void> {
    const find = (): OpenRevocation => {
      const found = this.#open().find(({ shown }) => shown.taskId === taskId);
      if (!found) throw new KeyshiftError('mailbox.task-unknown', 'Nothing of this kind is open any more.');
      return found;
    };
    const look = await this.#look(find());
    if (look === 'stands') throw new KeyshiftError('mailbox.still-registered', 'The mailbox still takes what is given with this device. Its operator has not revoked it yet.');
    if (look === 'seen' || this.#quit.signal.aborted) return;
    this.#say(find(), false);
  }

  close(): void {
    this.#quit.abort();
    this.#cancel?.();
  }

  #open(): readonly OpenRevocation[] {
    const { store, ownInstance, stateOf, nameOf, own } = this.#parts;
    const rows = store.list();
    return rows.length === 0 ? [] : toRevoke({ rows, ends: store.ends(), own: ownInstance, stateOf, nameOf, registration: own().registration });
  }

  #later(): void {
    const { clock } = this.#parts;
    const now = clock.monotonic();
    const dueAt = Math.max(now + this.#pause, this.#lookedAt + askedGapMs);
    const isWanted = !this.#quit.signal.aborted && this.#isWatched();
    // A look is never put off: whoever asks again and again, or hears much, would keep it from coming.
    if (isWanted && this.#cancel !== undefined && this.#dueAt <= dueAt) return;
    this.#cancel?.();
    this.#cancel = undefined;
    if (!isWanted) return;
    this.#dueAt = dueAt;
    this.#cancel = clock.setTimer(dueAt - now, () => {
      this.#cancel = undefined;
      void this.#round();
    });
  }

  /** What cannot be read now is looked at again. */
  #isWatched(): boolean {
    try {
      return this.#open().some(({ shown }) => shown.watched);
    } catch (error) {
      this.#parts.logger.error('mailbox.not-looked', { reason: error instanceof Error ? error.name : 'unknown' });
      return true;
    }
  }

  async #round(): Promise<void> {
    const { clock, logger } = this.#parts;
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (const each of this.#open()) if (!this.#quit.signal.aborted) await this.#look(each);
    } catch (error) {
      // A full disk, say: looked at again.
      logger.error('mailbox.not-looked', { reason: error instanceof Error ? error.name : 'unknown' });
    }
    this.#busy = false;
    this.#lookedAt = clock.monotonic();
    this.#pause = Math.min(longestPauseMs, this.#pause * 2);
    this.#later();
  }

  /** `seen`: it stood once while the device did not count any more, and is withdrawn now. `withdrawn`: without having been seen to stand. */
  async #look({ row, shown }: OpenRevocation): Promise<Look> {
    const { mailbox, clock, commit, store, own } = this.#parts;
    const { witness } = row;
    const now = clock.now();
    if (!shown.watched || witness === undefined || mailbox === undefined || !own().isConnected || (witness.expiresAt > 0 && witness.expiresAt < now + marginMs)) return 'unknown';
    const outcome = await mailbox.probe(witness, this.#quit.signal);
    // Only where the mailbox took this very device before and after: an operator who lost everything refuses everybody.
    const before = store.find(row);
    if (this.#quit.signal.aborted || !own().isConnected || before === undefined || before.witness?.token !== witness.token) return 'unknown';
    if (outcome === 'stands') {
      if (shown.saidAt !== undefined || before.stoodAt === undefined) {
        commit(() => store.put({ ...before, stoodAt: Math.max(Math.trunc(now), (shown.saidAt ?? 0) + 1) }));
        this.#changed();
      }
      return 'stands';
    }
    if (outcome !== 'withdrawn') return 'unknown';
    if (before.stoodAt === undefined) return 'withdrawn';
    this.#say({ row, shown }, true);
    return 'seen';
  }

  #say({ row: { instanceId, deviceKey, address, stoodAt } }: OpenRevocation, seen: boolean): void {
    const { commit, store, ownInstance, clock, logger } = this.#parts;
    const at = Math.max(Math.trunc(clock.now()), stoodAt ?? 0);
    commit(() => store.putEnd({ instanceId, deviceKey, address, author: ownInstance, seen, at }));
    logger.info('mailbox.revoked', { seen });
    this.#changed();
  }

  #changed(): void {
    // Both pages show it.
    this.#parts.events.emit({ type: 'mailbox.changed' });
    this.#parts.events.emit({ type: 'devices.changed' });
  }
}
