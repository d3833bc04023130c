import type { Duplex } from 'node:stream';
import { createLocalRecord, type LocalParty, openLocalParty } from '../../electron/engine/certificates/local-party';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import { kernelRandom } from '../../electron/engine/crypto/kernel-random';
import type { Link, LocalRecord } from '../../electron/engine/ports';
import type { ResumptionStore } from '../../electron/engine/session/resumption-entry';
import { Resumptions } from '../../electron/engine/session/resumptions';
import type { Session } from '../../electron/engine/session/session';
import { createSessionHost, type SessionHost } from '../../electron/engine/session/session-host';
import { TcpLink } from '../../electron/network/tcp-link';
import { systemClock } from '../../electron/platform/clock';
import type { Ends } from './session-wires';

const unlimited = { perSecond: 1e9, burst: 1e9 };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** One device with primitives, and so caches and a meter, of its own, and its session host. */
export interface Peer {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  readonly host: SessionHost;
  /** The next session this side confirms. */
  next(): Promise<Session>;
  close(): void;
}

/** Both ends of one confirmed session. */
export interface Pair {
  readonly dialler: Session;
  readonly listener: Session;
}

/** An RSA key, 0.1–2 s. In force now, since the same certificate serves TLS, too. */
export async function newRecord(name: string): Promise<LocalRecord> {
  const crypto = await createCrypto({ random: kernelRandom });
  return createLocalRecord(crypto, { name, deviceName: `${name}'s desk`, now: Date.now() - 3_600_000 });
}

/** The device of this record, started just now: it has verified nobody yet. `other` is its contact. Sessions are resumed where there is a store. */
export async function startPeer(record: LocalRecord, other: LocalRecord, store?: ResumptionStore): Promise<Peer> {
  const crypto = await createCrypto({ random: kernelRandom });
  const local = openLocalParty(crypto, record);
  // Only what a contact's pin is: of the other side nothing has been seen.
  const pin = { spkiHash: openLocalParty(await createCrypto({ random: kernelRandom }), other).identity.spkiHash, blocked: false };
  const waiting: ((session: Session) => void)[] = [];
  const host = createSessionHost({
    crypto,
    clock: systemClock,
    logger: silent,
    local: () => local,
    peers: { pinned: (peerId) => (peerId === other.peerId ? pin : undefined) },
    onSession: (session) => waiting.shift()?.(session),
    isKnownSource: () => true,
    ...(store && { resumptions: new Resumptions({ crypto, clock: systemClock, logger: silent, store }) }),
    // Nobody comes back five hundred times a second; asking the budget costs the same either way.
    limits: { decapsulations: unlimited, decapsulationsPerSource: unlimited, decapsulationsKept: unlimited },
  });
  return {
    crypto,
    local,
    host,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    close: () => (host.close(), local.wipe()),
  };
}

/** Everything a person's client does from two connected sockets to a session that both sides have confirmed. */
export async function shakeHands(from: Peer, to: Peer, ends: Ends): Promise<Pair> {
  const accepted = to.next();
  to.host.accept(linkOf(ends.listener, 'listener'));
  const exchange = to.local.exchange.current.credential;
  const [dialler, listener] = await Promise.all([
    from.host.dial(linkOf(ends.dialler, 'dialler'), { peerId: to.local.peerId, pinnedSpkiHash: to.local.identity.spkiHash, exchange }),
    accepted,
  ]);
  return { dialler, listener };
}

export async function part({ dialler, listener }: Pair): Promise<void> {
  const gone = [dialler, listener].map((session) => new Promise<void>((resolve) => session.onClose(resolve)));
  dialler.close();
  await Promise.all(gone);
}

function linkOf(stream: Duplex, role: Link['role']): Link {
  return new TcpLink(stream, {
    role,
    remote: { host: '127.0.0.1', port: 1 },
    onFault: (error) => {
      throw error;
    },
  });
}
