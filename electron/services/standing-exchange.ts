import { judgeOwnList, type OwnListNews } from '../engine/certificates/retirement';
import type { InstanceList } from '../engine/certificates/instance-list';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import type { DialogEngine } from '../engine/dialog/dialog-engine';
import { encodeStanding, parseStanding } from '../engine/dialog/standing';
import type { PeerId } from '../engine/ids';
import type { Clock, Logger } from '../engine/ports';
import type { Session, SessionItem } from '../engine/session/session';
import { TokenBucket } from '../engine/session/token-bucket';
import { toHex } from '../engine/wire/encoding';
import type { PeerBook } from './peer-book';

/** Items of one session that are heard at once, and how many more in a second: each is a transaction, and a whole word has everything that waits sent again. */
const heardInSession = { burst: 64, perSecond: 4 };

export interface StandingParts {
  readonly crypto: Crypto;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly engine: Pick<DialogEngine, 'standing' | 'meet' | 'hold'>;
  readonly book: PeerBook;
  /** One transaction. */
  readonly commit: <T>(work: () => T) => T;
  /** A newer device list of the own person in which this device is no active one any more. */
  readonly onDelisted: (toldBy: PeerId, news: OwnListNews) => void;
  /** A newer device list of the own person with this device in it. */
  readonly onNewerList: (list: InstanceList) => void;
}

/**
 * The first word of every session, both ways, before any message (protocol.md §7): a device that was restored or copied
 * learns here that the world knows more of it than it does itself.
 */
export class StandingExchange {
  readonly #parts: StandingParts;
  readonly #heard = new WeakMap<Session, TokenBucket>();
  /** Ended here: thousands more may stand in the record that did it. */
  readonly #over = new WeakSet<Session>();

  constructor(parts: StandingParts) {
    this.#parts = parts;
  }

  /** What to send first. */
  items(session: Session): SessionItem[] {
    const { peerId } = session.peer.identity;
    const parts = this.#parts.engine.standing(peerId, session.peer.instance.instanceId, this.#newerList(session));
    return parts.map((part) => ({ kind: 'standing', bytes: encodeStanding(part) }));
  }

  /** To a device that shows an older list than the one known: only which list that is, and nothing of any dialog. */
  outdated(session: Session): SessionItem[] {
    const [first] = this.#parts.engine.standing(session.peer.identity.peerId, session.peer.instance.instanceId, this.#newerList(session));
    return first ? [{ kind: 'standing', bytes: encodeStanding({ ...first, streams: [], last: true }) }] : [];
  }

  /** True once messages may flow. */
  heard(session: Session, bytes: Uint8Array): boolean {
    const { crypto, local, engine, commit, logger, onDelisted, onNewerList } = this.#parts;
    const { peerId } = session.peer.identity;
    if (this.#over.has(session)) return false;
    const standing = this.#mayHear(session) ? parseStanding(bytes) : undefined;
    if (!standing) {
      this.#over.add(session);
      logger.warn('standing.rejected');
      session.close();
      return false;
    }
    const news = standing.list.length > 0 ? judgeOwnList(crypto, local, standing.list) : undefined;
    if (news && !news.isListed) {
      engine.hold();
      onDelisted(peerId, news);
      return false;
    }
    if (news) {
      // The profile opens again with it: nothing of this session is needed any more.
      onNewerList(news.list);
      return false;
    }
    return commit(() => engine.meet(session.peer, standing, session)) === 'met';
  }

  #mayHear(session: Session): boolean {
    const now = this.#parts.clock.monotonic();
    const bucket = this.#heard.get(session) ?? new TokenBucket(heardInSession, now);
    this.#heard.set(session, bucket);
    return bucket.take(now);
  }

  #newerList(session: Session): Uint8Array | undefined {
    const known = this.#parts.book.find(session.peer.identity.peerId)?.record.instanceList;
    return known && toHex(known) !== toHex(session.peer.list.bytes) ? known : undefined;
  }
}
