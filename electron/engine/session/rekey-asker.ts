import { KeyshiftError } from '../../../shared/errors';
import type { KeyElement } from '../certificates/key-history';
import { WireError } from '../wire/reader';
import type { Channel } from './channel';
import { ChannelError, channelKinds, type ChannelFrame } from './channel-frames';
import { contactTag } from './contact-tag';
import { type AskerParts, maxAskedBack, type RekeyAnswer } from './rekey-answer';
import { encodeOffer, parseRequest, parseTold, piecesOf } from './rekey-frames';
import { beginInquiry, type Inquiry, takePiece } from './rekey-inquiry';
import { lookUp, type Reply, writeReply } from './rekey-reply';

export type AskerState =
  | { readonly phase: 'asked'; readonly inquiry: Inquiry }
  /** The other side has proven who it is and was told which key is in use here: it asks back, or says that it does not care. */
  | Offered
  /** It asked back. */
  | (Omit<Offered, 'phase'> & { readonly phase: 'replying' });

interface Offered {
  readonly phase: 'offered';
  readonly answer: RekeyAnswer;
  /** So many more questions are answered. */
  readonly more: number;
}

export type AskerEvent = { readonly kind: 'frame'; readonly frame: ChannelFrame } | { readonly kind: 'written'; readonly reply: Uint8Array | undefined };

/** No state: it is over, with `answer`. */
export interface AskerStep {
  readonly state?: AskerState;
  readonly send?: readonly ChannelFrame[];
  /** To be written; the bytes come back as an event. */
  readonly write?: Reply;
  readonly answer?: RekeyAnswer;
  readonly told?: readonly KeyElement[];
}

/** The question: by a contact with the tag both can make, by anybody else with a random one. */
export function beginAsker(parts: AskerParts, channelHash: Uint8Array): AskerStep {
  const { crypto, held, pairSecret } = parts;
  const tag = pairSecret ? contactTag(crypto, pairSecret, channelHash) : crypto.random(32);
  const { inquiry, frame } = beginInquiry(parts, held, tag);
  return { state: { phase: 'asked', inquiry }, send: [frame] };
}

/** The role of whoever asks (protocol.md §9). Throws `ChannelError` before there is an answer; afterwards nothing can take it away. */
export function stepAsker(parts: AskerParts, channelHash: Uint8Array, state: AskerState, event: AskerEvent): AskerStep {
  if (event.kind === 'written') return state.phase === 'replying' ? said(state, event.reply ? piecesOf(event.reply) : [refused]) : { state };
  const { kind, payload } = event.frame;
  if (state.phase === 'offered' && kind === channelKinds.rekeyRequest) return onAskedBack(parts, state, payload);
  if (state.phase === 'offered' && kind === channelKinds.rekeyAnswer) return onTold(parts, state, payload);
  if (state.phase !== 'asked') return { answer: state.answer };
  if (kind === channelKinds.refused) throw new ChannelError('refused');
  if (kind !== channelKinds.rekeyAnswer) throw new ChannelError('malformed');
  const taken = takePiece(parts, channelHash, state.inquiry, payload);
  return 'inquiry' in taken ? { state: { phase: 'asked', inquiry: taken.inquiry } } : onAnswer(parts, taken.answer);
}

/** Only a device that has shown who it is is told who asks. */
function onAnswer({ local, offer }: AskerParts, answer: RekeyAnswer): AskerStep {
  if (!offer || !answer.chain) return { answer };
  return { state: { phase: 'offered', answer, more: maxAskedBack }, send: [encodeOffer({ peerId: local.peerId, headHash: local.identity.spkiHash })] };
}

/** A key that is none of ours is refused: another one may be, where somebody else led that device away from it (A73). */
function onAskedBack(parts: AskerParts, state: Offered, payload: Uint8Array): AskerStep {
  try {
    const write = lookUp(parts, parseRequest(payload), true);
    return typeof write === 'string' ? said(state, [refused]) : { state: { ...state, phase: 'replying' }, write };
  } catch (error) {
    if (error instanceof WireError) return { answer: state.answer };
    throw error;
  }
}

function onTold({ crypto }: AskerParts, { answer }: Offered, payload: Uint8Array): AskerStep {
  try {
    return { answer, told: parseTold(crypto, payload) };
  } catch (error) {
    if (error instanceof WireError || error instanceof KeyshiftError) return { answer };
    throw error;
  }
}

/** Whoever asked back ends it, when it has heard enough. */
function said({ answer, more }: Omit<Offered, 'phase'>, send: readonly ChannelFrame[]): AskerStep {
  return more > 1 ? { state: { phase: 'offered', answer, more: more - 1 }, send } : { answer, send };
}

const refused: ChannelFrame = { kind: channelKinds.refused, payload: new Uint8Array(0) };

/**
 * Asks over a fresh channel of purpose `rekey` what the keys of a person are now, and offers the own ones where that is wanted. Resolves
 * when all is said; the channel is closed then. Rejects with `ChannelError`, which says nothing about the person: anybody may sit there.
 */
export function askForKeys(channel: Channel, parts: AskerParts): Promise<RekeyAnswer> {
  return new Promise((resolve, reject) => {
    let state: AskerState | undefined;
    const fail = (error: unknown): void => {
      state = undefined;
      channel.close();
      reject(error);
    };
    const take = (step: AskerStep): void => {
      ({ state } = step);
      for (const frame of step.send ?? []) channel.send(frame);
      if (step.write) writeReply(parts, channel.hash, step.write).then((reply) => on({ kind: 'written', reply }), fail);
      if (step.told) parts.onTold?.(step.told);
      if (step.answer === undefined) return;
      channel.close();
      resolve(step.answer);
    };
    const on = (event: AskerEvent): void => {
      if (state === undefined) return;
      try {
        take(stepAsker(parts, channel.hash, state, event));
      } catch (error) {
        fail(error);
      }
    };
    channel.onClose((error) => {
      if (state === undefined || state.phase === 'asked') return fail(error);
      // What was answered stays answered, however the offer ended.
      take({ answer: state.answer });
    });
    channel.onFrame((frame) => on({ kind: 'frame', frame }));
    take(beginAsker(parts, channel.hash));
  });
}
