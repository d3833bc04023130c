import type { Session, SessionItem } from '../../electron/engine/session/session';
import { createSessionHost, type SessionHost, type SessionHostParts } from '../../electron/engine/session/session-host';
import type { ResumptionStore } from '../../electron/engine/session/resumption-entry';
import { Resumptions } from '../../electron/engine/session/resumptions';
import { createLinkPair, type LinkPairOptions } from './link-pair';
import { ManualClock } from './manual-clock';
import { newResumptionStore } from './resume-kit';
import { type Party, peersOf, recordingLogger, targetOf } from './session-kit';

/** One device with what it keeps of sessions, and what came to it. */
export interface End {
  readonly clock: ManualClock;
  readonly party: Party;
  readonly host: SessionHost;
  readonly store: ResumptionStore;
  readonly resumptions: Resumptions;
  readonly sessions: Session[];
  readonly items: SessionItem[];
  readonly logger: ReturnType<typeof recordingLogger>;
}

export function endOf(clock: ManualClock, party: Party, other: Party, changes: Partial<SessionHostParts> = {}, store: ResumptionStore = newResumptionStore()): End {
  const [sessions, items]: [Session[], SessionItem[]] = [[], []];
  const logger = recordingLogger();
  const { crypto } = party;
  const resumptions = new Resumptions({ crypto, clock, logger, store });
  const host = createSessionHost({
    crypto,
    clock,
    logger,
    local: () => party.local,
    peers: peersOf([other]),
    resumptions,
    onSession: (session) => {
      sessions.push(session);
      session.onItems((batch) => items.push(...batch));
    },
    ...changes,
  });
  return { clock, party, host, store, resumptions, sessions, items, logger };
}

/** `from` dials `to`; both ends of the connection and the session, or why there was none. */
export async function dial(from: End, to: End, options: Partial<LinkPairOptions> = {}) {
  const pair = createLinkPair({ clock: from.clock, ...options });
  to.host.accept(pair.listener);
  const dialled = from.host.dial(pair.dialler, targetOf(to.party));
  dialled.catch(() => {});
  await from.clock.advance(200);
  return { pair, dialled, session: await dialled };
}

export const text = (value: string): SessionItem => ({ kind: 'message', bytes: new TextEncoder().encode(value) });
export const entries = (of: End, other: Party) => of.store.ofPeer(other.local.peerId);
