import type { Channel } from './channel';
import type { AnswererParts } from './rekey-answer';

/** Answers one channel of purpose `rekey`, which closes itself. What the desk throws reaches the link's owner. */
export function answerRekey(channel: Channel, _parts: AnswererParts): void {
  channel.close();
}
