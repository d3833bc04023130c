import type { Crypto } from '../../engine/crypto/crypto';
import type { DeviceLink } from '../../engine/identity/device-link';
import type { Address, Clock, Logger, Transport } from '../../engine/ports';
import { openChannel } from '../../engine/session/channel';
import { ChannelError } from '../../engine/session/channel-frames';
import type { LinkJoinerNews, LinkJoinerParts } from '../../engine/session/link-joiner';
import { joinLink, type JoinerTalk } from '../../engine/session/link-talk';
import type { LinkEnd } from '../../engine/session/link-roles';
import { NotNeeded, Places, race, type Turn } from '../racing';

const dialTimeoutMs = 5_000;
const atOnce = 3;

export interface ReachingHost {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly transport: Transport;
  readonly link: DeviceLink;
  readonly joiner: Omit<LinkJoinerParts, 'mayReveal'>;
  /** News of the talk that came to digits, those included. */
  readonly hear: (talk: JoinerTalk, news: LinkJoinerNews) => void;
}

/** Ended before there were digits. */
class NotLinked extends Error {
  readonly reason: LinkEnd;

  constructor(reason: LinkEnd) {
    super(`not linked: ${reason}`);
    this.name = 'NotLinked';
    this.reason = reason;
  }
}

/**
 * Tries the addresses of the link side by side until digits can be shown. `refused`: somebody was there and said no; `closed`: somebody was there and lets nobody in
 * now. Rejects with `NotNeeded` when `quit` says so.
 */
export async function reachHost(parts: ReachingHost, quit: AbortSignal): Promise<JoinerTalk | 'refused' | 'closed' | 'nobody'> {
  const { clock, logger, link } = parts;
  let refused = false;
  let closed = false;
  try {
    return await race({
      clock,
      places: new Places(atOnce),
      candidates: link.addresses,
      quit,
      attempt: (address, turn) => overOne(parts, address, turn),
      onStart: () => undefined,
      onEnd: (_address, error) => {
        if (error instanceof NotLinked && error.reason === 'refused') refused = true;
        if (error instanceof ChannelError && error.reason === 'closed') closed = true;
        if (error !== undefined) logger.debug('device.host-not-reached', { reason: error instanceof Error ? error.name : 'unknown' });
      },
    });
  } catch (error) {
    if (quit.aborted) throw error;
    if (refused) return 'refused';
    return closed ? 'closed' : 'nobody';
  }
}

async function overOne(parts: ReachingHost, address: Address, turn: Turn): Promise<JoinerTalk> {
  const { transport, crypto, clock, link } = parts;
  const wire = await transport.dial(address, dialTimeoutMs, turn.signal, link.peerId);
  const giveUp = (): void => wire.destroy();
  if (turn.signal.aborted) {
    giveUp();
    throw new NotNeeded();
  }
  turn.signal.addEventListener('abort', giveUp);
  try {
    const channel = await openChannel(crypto, clock, wire, 'link');
    return await new Promise<JoinerTalk>((resolve, reject) => {
      let compared = false;
      const talk: JoinerTalk = joinLink(channel, { ...parts.joiner, mayReveal: () => turn.claim() }, (news) => {
        if (news.kind === 'digits') {
          compared = true;
          resolve(talk);
        }
        if (compared) parts.hear(talk, news);
        else if (news.kind === 'ended') reject(new NotLinked(news.reason));
      });
    });
  } finally {
    turn.signal.removeEventListener('abort', giveUp);
  }
}
