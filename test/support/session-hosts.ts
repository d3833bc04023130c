import type { Session, SessionItem } from '../../electron/engine/session/session';
import { createSessionHost, type SessionHost, type SessionHostParts } from '../../electron/engine/session/session-host';
import { createLinkPair, type LinkPair, type LinkPairOptions } from './link-pair';
import { ManualClock } from './manual-clock';
import { type Contacts, type Party, peersOf, recordingLogger, targetOf, testNow } from './session-kit';

/** One side of sessions, and what came out of it. */
export interface HostEnd {
  readonly host: SessionHost;
  readonly sessions: Session[];
  readonly items: SessionItem[];
  readonly logger: ReturnType<typeof recordingLogger>;
}

export function hostOf(party: Party, contacts: Contacts, clock: ManualClock, changes: Partial<SessionHostParts> = {}): HostEnd {
  const sessions: Session[] = [];
  const items: SessionItem[] = [];
  const logger = recordingLogger();
  const host = createSessionHost({
    crypto: party.crypto,
    clock,
    logger,
    local: () => party.local,
    peers: peersOf(contacts),
    onSession: (session) => {
      sessions.push(session);
      session.onItems((batch) => items.push(...batch));
    },
    ...changes,
  });
  return { host, sessions, items, logger };
}

/** The first has dialled the second, and both have a session. */
export async function connectHosts(alice: Party, bob: Party, options: Partial<LinkPairOptions> = {}, changes: Partial<SessionHostParts> = {}) {
  const clock = new ManualClock(testNow);
  const a = hostOf(alice, [bob], clock, changes);
  const b = hostOf(bob, [alice], clock, changes);
  const pair = createLinkPair({ clock, ...options });
  b.host.accept(pair.listener);
  const dialled = a.host.dial(pair.dialler, targetOf(bob));
  await clock.advance(100);
  return { clock, a, b, pair, dialled, session: await dialled };
}

/** A host nobody has reached yet. */
export function listening(party: Party, contacts: Contacts, changes: Partial<SessionHostParts> = {}) {
  const clock = new ManualClock(testNow);
  return { clock, b: hostOf(party, contacts, clock, changes) };
}

/** A connection comes in. */
export function arrive(clock: ManualClock, end: HostEnd, options: Partial<LinkPairOptions> = {}): LinkPair {
  const pair = createLinkPair({ clock, ...options });
  end.host.accept(pair.listener);
  return pair;
}

export const messageItem = (value: string): SessionItem => ({ kind: 'message', bytes: new TextEncoder().encode(value) });
