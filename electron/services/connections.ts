import type { InstanceId, PeerId } from '../engine/ids';
import type { Address, Clock, Link, Logger, Random, Transport } from '../engine/ports';
import type { Session } from '../engine/session/session';
import type { SessionHost } from '../engine/session/session-host';
import { backoffMs } from './backoff';
import type { PeerBook } from './peer-book';

const dialTimeoutMs = 5_000;
/** A connection that lived this long was healthy: the next back-off starts from the beginning. A shorter one counts as a failure. */
const healthyMs = 60_000;
/** A person's act cuts a back-off short, but no sooner after the last try than this: a script acts a thousand times a second. */
const actGapMs = 1_000;
const dialsAtOnce = 16;

interface Reaching {
  /** The one used last; a person with several devices may have others beside it. */
  session: Session | undefined;
  readonly open: Set<Session>;
  dialling: boolean;
  /** Tries and connections in a row that came to nothing. */
  failures: number;
  /** When the last try or connection ended; monotonic milliseconds. */
  endedAt: number | undefined;
  cancelTimer: (() => void) | undefined;
}

export interface ConnectionsParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly transport: Transport;
  readonly host: SessionHost;
  readonly book: PeerBook;
  /** Whether this person should be reached now: a contact who agreed and is not blocked. */
  readonly wanted: (peerId: PeerId) => boolean;
  /** A session is to be used from now on. May come again for one that is back in use. */
  readonly onOpen: (peerId: PeerId, session: Session) => void;
  /** One ended; whether another is left. */
  readonly onEnd: (peerId: PeerId, session: Session, connected: boolean) => void;
}

/** Keeps one live session with every contact that can be reached, with back-off where nobody answers. */
export class Connections {
  readonly #parts: ConnectionsParts;
  readonly #peers = new Map<PeerId, Reaching>();
  readonly #queue: PeerId[] = [];
  #dials = 0;
  #closed = false;

  constructor(parts: ConnectionsParts) {
    this.#parts = parts;
  }

  session(peerId: PeerId): Session | undefined {
    return this.#peers.get(peerId)?.session;
  }

  sessions(): Session[] {
    return [...this.#peers.values()].flatMap(({ open }) => [...open]);
  }

  /**
   * Reaches for this person now, unless that is under way or done; a person's act cuts the back-off short. Never throws:
   * it follows acts that are durable already.
   */
  reach(peerId: PeerId): void {
    const peer = this.#peer(peerId);
    if (peer.session !== undefined || peer.dialling || !this.#wanted(peerId)) return;
    peer.cancelTimer?.();
    peer.cancelTimer = undefined;
    const gap = peer.endedAt === undefined ? 0 : peer.endedAt + actGapMs - this.#parts.clock.monotonic();
    if (gap > 0) this.#reachIn(gap, peerId, peer);
    else this.#enqueue(peerId, peer);
  }

  /** A confirmed session, whoever dialled; it takes the place of what was used before. May come again for a session that is back in use. */
  adopt(session: Session): void {
    const { peerId } = session.peer.identity;
    if (this.#closed || !this.#parts.wanted(peerId)) {
      session.close();
      return;
    }
    const peer = this.#peer(peerId);
    peer.cancelTimer?.();
    peer.cancelTimer = undefined;
    peer.session = session; // the session host ends what this one replaces, when it no longer needs it
    const since = this.#parts.clock.monotonic();
    const isNew = !peer.open.has(session);
    peer.open.add(session);
    if (isNew) session.onClose(() => this.#ended(peerId, peer, session, since));
    this.#parts.onOpen(peerId, session);
  }

  #ended(peerId: PeerId, peer: Reaching, session: Session, since: number): void {
    peer.open.delete(session);
    if (peer.session === session) peer.session = [...peer.open].at(-1);
    if (peer.session === undefined) {
      peer.endedAt = this.#parts.clock.monotonic();
      peer.failures = peer.endedAt - since >= healthyMs ? 0 : peer.failures + 1;
    }
    try {
      this.#parts.onEnd(peerId, session, peer.session !== undefined);
    } catch (error) {
      this.#fault('session.end-not-told', error); // must not keep us from coming back
    }
    if (peer.session === undefined) this.#retryLater(peerId, peer);
  }

  /** Ends the sessions with these devices of a person. */
  dropDevices(peerId: PeerId, isGone: (instanceId: InstanceId) => boolean): void {
    for (const session of this.#peers.get(peerId)?.open ?? []) {
      if (isGone(session.peer.instance.instanceId)) session.close();
    }
  }

  /** Ends what there is with this person: blocked or removed. */
  drop(peerId: PeerId): void {
    const peer = this.#peers.get(peerId);
    if (peer === undefined) return;
    peer.cancelTimer?.();
    peer.cancelTimer = undefined;
    for (const session of peer.open) session.close();
    peer.failures = 0; // our own doing
    peer.endedAt = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    for (const peer of this.#peers.values()) {
      peer.cancelTimer?.();
      for (const session of peer.open) session.close();
    }
  }

  #peer(peerId: PeerId): Reaching {
    let peer = this.#peers.get(peerId);
    if (peer === undefined) {
      peer = { session: undefined, open: new Set(), dialling: false, failures: 0, endedAt: undefined, cancelTimer: undefined };
      this.#peers.set(peerId, peer);
    }
    return peer;
  }

  #next(): void {
    while (this.#dials < dialsAtOnce) {
      const peerId = this.#queue.shift();
      if (peerId === undefined) return;
      this.#dials += 1;
      void this.#dial(peerId)
        // A damaged row or a failing disk costs this try, not the process.
        .catch((error: unknown) => this.#fault('dial.fault', error))
        .finally(() => {
          this.#dials -= 1;
          this.#next();
        });
    }
  }

  async #dial(peerId: PeerId): Promise<void> {
    const { book, logger } = this.#parts;
    const peer = this.#peer(peerId);
    try {
      const known = book.find(peerId);
      for (const address of known?.record.addresses ?? []) {
        if (peer.session !== undefined || !this.#wanted(peerId)) return;
        try {
          await this.#tryAddress(peerId, address);
          return;
        } catch (error) {
          logger.debug('dial.failed', { port: address.port, reason: error instanceof Error ? error.name : 'unknown' });
        }
      }
      this.#failed(peer);
    } catch (error) {
      this.#failed(peer);
      throw error;
    } finally {
      peer.dialling = false;
      if (peer.session === undefined) this.#retryLater(peerId, peer);
    }
  }

  async #tryAddress(peerId: PeerId, address: Address): Promise<void> {
    const { transport, host, book } = this.#parts;
    const known = book.find(peerId);
    if (known === undefined) throw new Error('the contact is gone');
    const link: Link = await transport.dial(address, dialTimeoutMs);
    if (this.#closed) {
      link.destroy();
      return;
    }
    await host.dial(link, { peerId, pinnedSpkiHash: known.record.pinnedSpkiHash, exchange: known.exchange });
  }

  #retryLater(peerId: PeerId, peer: Reaching): void {
    if (peer.cancelTimer !== undefined || peer.dialling || !this.#wanted(peerId)) return;
    this.#reachIn(backoffMs(this.#parts.random, peer.failures), peerId, peer);
  }

  #reachIn(milliseconds: number, peerId: PeerId, peer: Reaching): void {
    peer.cancelTimer = this.#parts.clock.setTimer(milliseconds, () => {
      peer.cancelTimer = undefined;
      if (peer.session === undefined && !peer.dialling && this.#wanted(peerId)) this.#enqueue(peerId, peer);
    });
  }

  #enqueue(peerId: PeerId, peer: Reaching): void {
    peer.dialling = true;
    this.#queue.push(peerId);
    this.#next();
  }

  #failed(peer: Reaching): void {
    peer.failures += 1;
    peer.endedAt = this.#parts.clock.monotonic();
  }

  /** A row that cannot be read now is nobody to dial now. */
  #wanted(peerId: PeerId): boolean {
    if (this.#closed) return false;
    try {
      return this.#parts.wanted(peerId);
    } catch (error) {
      this.#fault('dial.fault', error);
      return false;
    }
  }

  #fault(event: string, error: unknown): void {
    this.#parts.logger.error(event, { reason: error instanceof Error ? error.name : 'unknown' });
  }
}
