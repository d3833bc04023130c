import type { Channel } from './channel';
import type { AskerParts, RekeyAnswer } from './rekey-answer';

/**
 * Asks over a fresh channel of purpose `rekey` what the keys of a person are now, and offers the own ones where that is wanted. Resolves
 * when all is said; the channel is closed then. Rejects with `ChannelError`, which says nothing about the person: anybody may sit there.
 */
export function askForKeys(channel: Channel, parts: AskerParts): Promise<RekeyAnswer> {
  channel.close();
  return Promise.reject(new Error(`asking for ${parts.held.peerId} is not built yet`));
}
