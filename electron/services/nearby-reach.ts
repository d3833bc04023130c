import type { Crypto } from '../engine/crypto/crypto';
import type { Address, Clock, Logger, Transport } from '../engine/ports';
import { type Channel, openChannel } from '../engine/session/channel';
import { NotNeeded, Places, race, type Turn } from './racing';

const dialTimeoutMs = 5_000;
/** Addresses of one person nearby are few; nothing else is dialled for them meanwhile. */
const atOnce = 4;

export interface NearbyReachParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly transport: Transport;
}

/** A channel to the first of these addresses that answers; undefined when none does, or when `quit` says that nobody waits. Never rejects. */
export async function reachNearby(parts: NearbyReachParts, candidates: readonly Address[], quit: AbortSignal): Promise<Channel | undefined> {
  const { clock, logger } = parts;
  try {
    return await race({
      clock,
      places: new Places(atOnce),
      candidates,
      quit,
      attempt: (address, turn) => openTo(parts, address, turn),
      onStart: () => undefined,
      onEnd: (_address, error) => {
        if (error !== undefined) logger.debug('nearby.not-reached', { reason: error instanceof Error ? error.name : 'unknown' });
      },
    });
  } catch {
    return undefined;
  }
}

async function openTo({ transport, crypto, clock }: NearbyReachParts, address: Address, turn: Turn): Promise<Channel> {
  const link = await transport.dial(address, dialTimeoutMs, turn.signal);
  const end = (): void => link.destroy();
  if (turn.signal.aborted) {
    end();
    throw new NotNeeded();
  }
  turn.signal.addEventListener('abort', end);
  try {
    const channel = await openChannel(crypto, clock, link, 'meet');
    if (turn.claim()) return channel;
    channel.close();
    throw new NotNeeded();
  } finally {
    turn.signal.removeEventListener('abort', end);
  }
}
