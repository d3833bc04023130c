import type { Crypto } from '../../engine/crypto/crypto';
import type { LocalParty } from '../../engine/certificates/local-party';
import { sealDeposit } from '../../engine/dialog/deposit';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { Session } from '../../engine/session/session';
import type { SiblingHandler, SiblingLine } from '../devices/siblings';
import type { History } from '../history';
import type { RelayedRow, WaysStore } from '../ports/ways';
import { giveAgainMs, type Recipient } from './posting';
import { isControlId, type RelayedControls } from './relayed-controls';
import { type CarriedWord, encodeRelayWord, maxRelayIds, parseRelayWord, relayIdBytes, type RelayWord } from './relay-words';

/** A connection of one's own is given so long before another own device is asked to carry. */
const headStartMs = 1_000;
/** After an acknowledgement, so long until carriers are asked what they may forget: more may follow. */
const askAfterMs = 2_000;
const page = 32;
/** Carried for one device at the most, there and back. */
const mostDeposits = 2_048;
const mostBytes = 8 * 1024 * 1024;
/** Whatever nobody fetched by then is given anew by who wrote it. */
const keptMs = 31 * 24 * 60 * 60 * 1000;
const dayMs = 24 * 60 * 60 * 1000;

export interface RelayParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly store: WaysStore;
  readonly history: Pick<History, 'sent'>;
  /** What is said of messages; given here to people who have no mailbox for it. */
  readonly controls: RelayedControls;
  readonly carriesControlsTo: (peerId: PeerId) => boolean;
  readonly commit: <T>(work: () => T) => T;
  /** Undefined for whoever is blocked, whose key is in doubt, who has not answered, or who is here. */
  readonly recipient: (peerId: PeerId) => Recipient | undefined;
  readonly mayCarryFor: (peerId: PeerId) => boolean;
  readonly sessionsWith: (peerId: PeerId) => readonly Session[];
  /** A contact's word for this device, brought by another own one. Throws what the disk says. */
  readonly onBack: (deposit: Uint8Array) => void;
}

/** Own devices bring to contacts what another of them wrote, and take back what those say to it (protocol.md §11). */
export class Relay implements SiblingHandler {
  readonly #parts: RelayParts;
  #line: SiblingLine | undefined;
  readonly #timers = new Map<PeerId, () => void>();
  #cancelAsk: (() => void) | undefined;

  constructor(parts: RelayParts) {
    this.#parts = parts;
  }

  use(line: SiblingLine): void {
    this.#line = line;
  }

  /** What nobody will fetch any more goes. */
  start(): void {
    const { store, clock, commit } = this.#parts;
    const now = clock.now();
    commit(() => store.removeRelayedOutside(now - keptMs, now + dayMs));
  }

  /** Something may be waiting for this person. Never throws. */
  touch(peerId: PeerId): void {
    if (this.#timers.has(peerId) || (this.#line?.connected().length ?? 0) === 0) return;
    this.#timers.set(peerId, this.#parts.clock.setTimer(headStartMs, () => {
      this.#timers.delete(peerId);
      this.#give(peerId, this.#line?.connected() ?? []);
    }));
  }

  /** Something of this device's own was acknowledged: carriers may forget it. */
  acknowledged(): void {
    if ((this.#line?.connected().length ?? 0) === 0) return;
    this.#cancelAsk ??= this.#parts.clock.setTimer(askAfterMs, () => {
      this.#cancelAsk = undefined;
      for (const instanceId of this.#line?.connected() ?? []) this.#say(instanceId, { kind: 'which' });
    });
  }

  /** A session with this person came into use: bring what is carried for them. */
  bring(peerId: PeerId, session: Session): void {
    const rows = this.#parts.store.relayed(peerId);
    if (rows.length === 0) return;
    session.send(rows.map(({ deposit }) => ({ kind: 'deposit', bytes: toContact(deposit) })));
    this.#parts.controls.brought(peerId, session, rows.map(({ id }) => id));
  }

  /** A contact's word for another own device. */
  takeBack(peerId: PeerId, author: InstanceId, deposit: Uint8Array): void {
    const { crypto, store, clock, commit } = this.#parts;
    const row: RelayedRow = { id: crypto.sha256(deposit).slice(0, relayIdBytes), peerId, author, deposit: deposit.slice(), receivedAt: clock.now() };
    if (!this.#hasRoomBack(peerId, author, deposit.length) || !commit(() => store.addRelayed(row, true))) return;
    this.#say(author, { kind: 'back', ...row });
  }

  met(instanceId: InstanceId): void {
    for (const row of this.#parts.store.relayedBack(instanceId)) this.#say(instanceId, { kind: 'back', ...row });
    this.#say(instanceId, { kind: 'which' });
    this.onSibling?.();
  }

  /** A device came: what waits may be given to it. */
  onSibling: (() => void) | undefined;

  heard(instanceId: InstanceId, words: Uint8Array): void {
    const word = parseRelayWord(words);
    if (word === undefined) return;
    const { store, commit } = this.#parts;
    if ('deposit' in word) {
      if (word.kind === 'carry') return this.#carry(instanceId, word);
      this.#parts.onBack(word.deposit);
      this.#say(instanceId, { kind: 'took', ids: [word.id] });
    } else if (word.kind === 'which') this.#tellCarried(instanceId);
    else if (word.kind === 'carrying') this.#release(instanceId, word.ids);
    else if (word.kind === 'done') commit(() => word.ids.forEach((id) => store.removeRelayed(instanceId, id)));
    else this.#taken(instanceId, word.ids);
  }

  close(): void {
    this.#cancelAsk?.();
    this.#parts.controls.close();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #give(peerId: PeerId, to: readonly InstanceId[]): void {
    const { store, clock, crypto, local, recipient, logger } = this.#parts;
    try {
      this.#giveControls(peerId, to);
      const now = Math.max(0, Math.trunc(clock.now()));
      for (let after = 0; ; ) {
        const known = recipient(peerId);
        if (known === undefined) return;
        const rows = store.due(peerId, 'device', { after, to: known.exchange.hash, since: now - giveAgainMs, now, limit: page });
        const last = rows.at(-1);
        if (last === undefined || last.cursor <= after) return;
        after = last.cursor;
        for (const { cursor, bytes } of rows) {
          const deposit = sealDeposit(crypto, local, known, bytes);
          for (const instanceId of to) this.#say(instanceId, { kind: 'carry', id: idOf(cursor, known), peerId, deposit });
        }
      }
    } catch (error) {
      logger.error('relay.not-given', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  #giveControls(peerId: PeerId, to: readonly InstanceId[]): void {
    const { controls, recipient, carriesControlsTo } = this.#parts;
    const known = to.length > 0 && carriesControlsTo(peerId) ? recipient(peerId) : undefined;
    for (const word of known ? controls.make(peerId, known) : []) for (const instanceId of to) this.#say(instanceId, { kind: 'carry', peerId, ...word });
  }

  #carry(author: InstanceId, { id, peerId, deposit }: CarriedWord): void {
    const { store, clock, commit, mayCarryFor, sessionsWith } = this.#parts;
    if (!mayCarryFor(peerId) || !this.#hasRoom(author, deposit.length)) return;
    commit(() => {
      store.removeRelayed(author, id);
      store.addRelayed({ id, peerId, author, deposit, receivedAt: clock.now() }, false);
    });
    this.#say(author, { kind: 'took', ids: [id] });
    for (const session of sessionsWith(peerId)) {
      session.send([{ kind: 'deposit', bytes: toContact(deposit) }]);
      this.#parts.controls.brought(peerId, session, [id]);
    }
  }

  /** A carrier has these of this device; or this device's word back has arrived there. */
  #taken(instanceId: InstanceId, ids: readonly Uint8Array[]): void {
    const { store, history, local, commit, clock, recipient } = this.#parts;
    const now = Math.max(0, Math.trunc(clock.now()));
    commit(() => {
      for (const id of ids) {
        store.removeRelayed(instanceId, id);
        if (isControlId(id)) {
          this.#parts.controls.taken(id);
          continue;
        }
        const cursor = cursorOf(id);
        const row = store.waitingAt(cursor);
        const to = row && recipient(row.peerId);
        if (row === undefined || to === undefined || Buffer.compare(id, idOf(cursor, to)) !== 0) continue;
        store.given('device', [cursor], to.exchange.hash, now);
        history.sent({ peerId: row.peerId, dialogId: row.dialogId, instanceId: local.instanceId, from: row.sequence, upTo: row.sequence, way: 'device' });
      }
    });
  }

  #tellCarried(author: InstanceId): void {
    const ids = this.#parts.store.relayedFrom(author);
    for (let at = 0; at < ids.length; at += maxRelayIds) this.#say(author, { kind: 'carrying', ids: ids.slice(at, at + maxRelayIds) });
  }

  /** What does not wait any more need not be carried. */
  #release(instanceId: InstanceId, ids: readonly Uint8Array[]): void {
    const done = ids.filter((id) => !isControlId(id) && this.#parts.store.waitingAt(cursorOf(id)) === undefined);
    if (done.length > 0) this.#say(instanceId, { kind: 'done', ids: done });
  }

  #hasRoom(author: InstanceId, more: number): boolean {
    const { count, bytes } = this.#parts.store.relayedUsage(author);
    return count < mostDeposits && bytes + more <= mostBytes;
  }

  /** Nobody has more than is free beside it: whatever one of them sends, there is room for the next. */
  #hasRoomBack(peerId: PeerId, author: InstanceId, more: number): boolean {
    const [all, theirs] = [this.#parts.store.relayedUsage(author), this.#parts.store.relayedBackUsage(author, peerId)];
    return theirs.count < mostDeposits - all.count && theirs.bytes + more <= mostBytes - all.bytes;
  }

  #say(instanceId: InstanceId, word: RelayWord): void {
    this.#line?.send(instanceId, encodeRelayWord(word));
  }
}

/** cursor u64 ‖ first 8 bytes of the hash of the exchange credential it is sealed to. */
export function idOf(cursor: number, { exchange }: Recipient): Uint8Array {
  const id = Buffer.alloc(relayIdBytes);
  id.writeBigUInt64BE(BigInt(cursor));
  id.set(exchange.hash.subarray(0, 8), 8);
  return id;
}

function cursorOf(id: Uint8Array): number {
  const cursor = Buffer.from(id.buffer, id.byteOffset, id.length).readBigUInt64BE();
  return cursor <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(cursor) : 0;
}

const forEverybody = new Uint8Array(16);

/** Item `deposit`: target instance[16], zeros for the person ‖ deposit. */
export function toContact(deposit: Uint8Array, target: Uint8Array = forEverybody): Uint8Array {
  return Buffer.concat([target, deposit]);
}
