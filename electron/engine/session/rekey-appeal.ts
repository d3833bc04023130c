import { KeyshiftError } from '../../../shared/errors';
import type { KeyElement } from '../certificates/key-history';
import { WireError } from '../wire/wire-error';
import type { Channel } from './channel';
import { channelKinds, type ChannelFrame } from './channel-frames';
import { askedBackTag, contactTag } from './contact-tag';
import { type HeldKey, maxAskedBack, type RekeyParts } from './rekey-answer';
import { parseRequest, parseTold, piecesOf } from './rekey-frames';
import { beginInquiry } from './rekey-inquiry';
import { lookUp, writeReply } from './rekey-reply';

export interface AppealParts extends RekeyParts {
  /** Who refused an M1, by the key held of them. */
  readonly held: HeldKey;
  /** `refusedSecretOf` that M1, 32 bytes. Not kept, not wiped. */
  readonly secret: Uint8Array;
  /** As of whoever asks (`AskerParts`). */
  readonly onTold?: (elements: readonly KeyElement[]) => void;
}

const refused: ChannelFrame = { kind: channelKinds.refused, payload: new Uint8Array(0) };

/**
 * Whoever was refused by a contact and is not known there any more by a session of before shows the refused M1, to be asked which of the keys held there
 * led to the one in use here (protocol.md §9): where a thief was followed, no other way is left to tell. Only who opened that M1 is answered. Resolves when
 * the channel is closed.
 */
export function appeal(channel: Channel, parts: AppealParts): Promise<void> {
  const { crypto, held, secret } = parts;
  const { inquiry, frame } = beginInquiry(parts, held, contactTag(crypto, secret, channel.hash));
  const expected = askedBackTag(crypto, secret, channel.hash, inquiry.nonce);
  let more = maxAskedBack;
  let isWriting = false;
  const answer = async ({ kind, payload }: ChannelFrame): Promise<readonly ChannelFrame[]> => {
    if (kind === channelKinds.rekeyAnswer) {
      parts.onTold?.(parseTold(crypto, payload));
      return [];
    }
    if (kind !== channelKinds.rekeyRequest) throw new WireError('out of turn');
    const request = parseRequest(payload);
    if (!crypto.equal(request.tag, expected)) throw new WireError('not by whoever was dialled');
    const reply = lookUp(parts, request, true);
    const bytes = typeof reply === 'string' ? undefined : await writeReply(parts, channel.hash, reply);
    return bytes ? piecesOf(bytes) : [refused];
  };
  return new Promise((resolve, reject) => {
    channel.onClose(() => resolve());
    const end = (): void => {
      channel.close();
      resolve();
    };
    channel.onFrame((heard) => {
      if (more === 0 || isWriting || heard.kind === channelKinds.refused) return end();
      more -= 1;
      isWriting = true;
      answer(heard).then(
        (frames) => {
          isWriting = false;
          for (const each of frames) channel.send(each);
        },
        (error: unknown) => {
          if (!(error instanceof WireError || error instanceof KeyshiftError)) reject(error);
          end();
        },
      );
    });
    channel.send(frame);
  });
}
