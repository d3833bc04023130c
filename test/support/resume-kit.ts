import { randomBytes } from 'node:crypto';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { InstanceId } from '../../electron/engine/ids';
import type { Clock } from '../../electron/engine/ports';
import type { HandshakeEnvironment, Opened } from '../../electron/engine/session/handshake-state';
import type { ResumptionEntry, ResumptionStore } from '../../electron/engine/session/resumption-entry';
import { type LeasingDesk, Resumptions } from '../../electron/engine/session/resumptions';
import { encodeFrame, frameTypes } from '../../electron/engine/wire/frame';
import { concat } from '../../electron/engine/wire/writer';
import { createResumptionStore } from '../../electron/storage/resumption-store';
import { type Contacts, dialler, listener, type Party, recordingLogger, type Side, targetOf, testNow } from './session-kit';
import { freshDatabase } from './fresh-database';
import { whenTestEnds } from './per-file';

/** The real store, over a database in memory. */
export function newResumptionStore(limit?: number): ResumptionStore {
  const db = freshDatabase();
  whenTestEnds(() => db.close());
  return createResumptionStore(db, limit);
}

/** A device that keeps entries: its store outlives `restarted`, all else does not. */
export interface Keeper {
  readonly party: Party;
  readonly store: ResumptionStore;
  readonly resumptions: Resumptions;
  readonly lines: string[];
  /** Who it knows. */
  contacts: Contacts;
}

/** Wall clock at the tests' noon; nothing here waits. */
export const stillClock: Clock = { now: () => testNow, monotonic: () => 0, setTimer: () => () => {} };

export function keeperOf(party: Party, contacts: Contacts, store: ResumptionStore = newResumptionStore(), clock: Clock = stillClock): Keeper {
  const logger = recordingLogger();
  return { party, store, resumptions: new Resumptions({ crypto: party.crypto, clock, logger, store }), lines: logger.lines, contacts };
}

/** The same device after a restart: fresh primitives, nothing verified yet, the same database. */
export async function restarted({ party, store, contacts }: Keeper): Promise<Keeper> {
  const crypto = await createCrypto({ random: kernelRandom });
  return keeperOf({ ...party, crypto }, contacts, store);
}

/** One side of one handshake, with the desk it leases at. */
export interface DeskSide {
  readonly side: Side;
  readonly desk: LeasingDesk;
}

/** Frames that were opened before, as the host's filter remembers them. */
export type Seen = Set<string>;

function changesOf(desk: LeasingDesk, seen: Seen | undefined): Partial<HandshakeEnvironment> {
  return {
    resumption: desk,
    ...(seen && {
      isReplay: (hash) => seen.has(Buffer.from(hash).toString('hex')),
      opened: (hash) => void seen.add(Buffer.from(hash).toString('hex')),
    }),
  };
}

export function dialFrom(keeper: Keeper, to: Party, instanceId?: InstanceId): DeskSide {
  const desk = keeper.resumptions.desk();
  const target = { ...targetOf(to), ...(instanceId && { instanceId }) };
  return { desk, side: dialler(keeper.party, target, keeper.contacts, changesOf(desk, undefined)) };
}

export function listenAt(keeper: Keeper, seen?: Seen): DeskSide {
  const desk = keeper.resumptions.desk();
  return { desk, side: listener(keeper.party, keeper.contacts, changesOf(desk, seen)) };
}

/** All four messages, and what each side keeps of the session. */
export function runBoth(a: DeskSide, b: DeskSide): void {
  b.side.receive(a.side.next());
  a.side.receive(b.side.next());
  b.side.receive(a.side.next());
  a.side.receive(b.side.next());
  for (const { side, desk } of [a, b]) {
    desk.opened(side.opened.peer);
    desk.release();
  }
}

export function keep({ resumptions, party }: Keeper, opened: Opened): void {
  resumptions.keep(opened, party.local, opened);
}

/** A full handshake of the two, kept on both sides in place of whatever there was: the next one resumes. */
export function meetOnce(a: Keeper, b: Keeper): { readonly atA: Opened; readonly atB: Opened } {
  for (const [keeper, other] of [[a, b], [b, a]] as const) {
    for (const { keyId, peerInstance } of keeper.store.ofPeer(other.party.local.peerId)) if (peerInstance === other.party.local.instanceId) keeper.store.remove(keyId);
  }
  const [from, to] = [dialFrom(a, b.party), listenAt(b)];
  runBoth(from, to);
  keep(a, from.side.opened);
  keep(b, to.side.opened);
  return { atA: from.side.opened, atB: to.side.opened };
}

/** An M1 of a resumption that is right in its layout and nothing else. */
export function junkResume(): Uint8Array {
  return encodeFrame(frameTypes.m1, concat(Uint8Array.of(2), randomBytes(112), Uint8Array.of(0), randomBytes(72)));
}

/** The one entry a device has of another. */
export function entryOf(keeper: Keeper, other: Party): ResumptionEntry {
  const [entry] = keeper.store.ofPeer(other.local.peerId);
  if (!entry) throw new Error('there is no entry');
  return entry;
}

/** Changes what is kept, as damage or a thief would. */
export function rewrite(keeper: Keeper, other: Party, change: Partial<ResumptionEntry>): void {
  keeper.store.put({ ...entryOf(keeper, other), ...change });
}
