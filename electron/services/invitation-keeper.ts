import type { Crypto } from '../engine/crypto/crypto';
import { invitationHelloKey } from '../engine/identity/invitation-link';
import type { PeerId } from '../engine/ids';
import type { Clock, Logger } from '../engine/ports';
import type { OpenInvitation } from '../engine/identity/invitation-proof';
import type { InvitationRow, Stores } from './ports';

/** Bytes of a link's secret; what is left of it afterwards has another length. */
const secretBytes = 16;
/** Wall clocks jump: the next expiry is looked at again after this long at the latest. */
const longestWaitMs = 60 * 60 * 1000;
const shortestWaitMs = 1_000;

/** What a row of the database gives to the meeting: the secret, or what answers "used" without it. */
export function openInvitation(row: InvitationRow | undefined): OpenInvitation | undefined {
  if (row === undefined) return undefined;
  return row.secret.length === secretBytes ? { secret: row.secret } : { helloKey: row.secret };
}

export interface InvitationKeeperParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stores: Stores;
}

/**
 * Keeps the secret of a link no longer than protocol.md §12 needs it: an unused one until it expires, a redeemed one until
 * the first session with its holder shows that the answer arrived, and never beyond its expiry.
 */
export class InvitationKeeper {
  readonly #parts: InvitationKeeperParts;
  #cancelTimer: (() => void) | undefined;
  #closed = false;

  constructor(parts: InvitationKeeperParts) {
    this.#parts = parts;
  }

  /** Erases what has expired and looks again when the next one does. Never throws. */
  sweep(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#closed) return;
    const { clock, logger, stores } = this.#parts;
    try {
      const now = clock.now();
      const rows = this.#list();
      if (rows.some(({ expiresAt }) => expiresAt <= now)) {
        stores.transaction(() => stores.invitations.removeExpiredBefore(now + 1));
        stores.purge();
      }
      const next = rows.map(({ expiresAt }) => expiresAt).filter((at) => at > now);
      if (next.length === 0) return;
      this.#again(Math.min(...next) - now);
    } catch (error) {
      logger.error('invitation.not-erased', { reason: error instanceof Error ? error.name : 'unknown' });
      this.#again(longestWaitMs);
    }
  }

  /** A session with this person is confirmed, so they hold our answer: of their link only what tells a second holder "used" stays. Never throws. */
  met(peerId: PeerId): void {
    const { logger, stores } = this.#parts;
    try {
      const spent = this.#list().filter(({ redeemedBy, isKept }) => redeemedBy === peerId && isKept);
      if (spent.length === 0) return;
      stores.transaction(() => {
        for (const { invitationId } of spent) this.#forget(invitationId);
      });
      stores.purge();
    } catch (error) {
      logger.error('invitation.not-erased', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelTimer?.();
  }

  #forget(invitationId: string): void {
    const { crypto, stores } = this.#parts;
    const row = stores.invitations.find(invitationId);
    if (row === undefined) return;
    const helloKey = invitationHelloKey(crypto, row.secret);
    try {
      stores.invitations.put({ ...row, secret: helloKey });
    } finally {
      crypto.wipe(row.secret);
      crypto.wipe(helloKey);
    }
  }

  /** Without the secrets, which nobody needs who looks through all of them. */
  #list(): (Pick<InvitationRow, 'invitationId' | 'expiresAt' | 'redeemedBy'> & { readonly isKept: boolean })[] {
    return this.#parts.stores.invitations.list().map(({ secret, ...row }) => {
      const isKept = secret.length === secretBytes;
      this.#parts.crypto.wipe(secret);
      return { ...row, isKept };
    });
  }

  #again(milliseconds: number): void {
    const wait = Math.min(longestWaitMs, Math.max(shortestWaitMs, milliseconds));
    this.#cancelTimer = this.#parts.clock.setTimer(wait, () => this.sweep());
  }
}
