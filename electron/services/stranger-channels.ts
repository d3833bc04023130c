import type { Crypto } from '../engine/crypto/crypto';
import type { Clock, Link } from '../engine/ports';
import { acceptChannel, type Channel, openingPurpose } from '../engine/session/channel';
import { sourceOf } from '../engine/session/source';
import type { Frame } from '../engine/wire/frame';
import type { LinkingDoor } from './devices/linking-door';
import type { NearbyDoor } from './nearby-door';

interface Doors {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly nearby?: NearbyDoor;
  readonly linking?: LinkingDoor;
}

/** Hands a stranger's channel to whoever it is for. Nobody meets or is let in here unless that is wanted now, and it costs no key work to find out. */
export function takeChannel({ crypto, clock, nearby, linking }: Doors, introduce: (channel: Channel) => void, link: Link, first: Frame, leftover: Uint8Array): void {
  const purpose = openingPurpose(first);
  if (purpose === 'meet' && nearby?.accepts() !== true) return link.destroy();
  if (purpose === 'link' && linking?.accepts() !== true) return link.destroy();
  const channel = acceptChannel(crypto, clock, link, first, leftover);
  if (channel?.purpose === 'meet') nearby?.answer(channel, sourceOf(link.remote));
  else if (channel?.purpose === 'link') linking?.answer(channel);
  else if (channel !== undefined) introduce(channel);
}
