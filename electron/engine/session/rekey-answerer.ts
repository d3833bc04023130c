import { spkiHash } from '../identity/peer-id';
import type { PeerId } from '../ids';
import { WireError } from '../wire/reader';
import type { Channel } from './channel';
import { ChannelError, channelKinds, type ChannelFrame } from './channel-frames';
import { type AnswererParts, type HeldKey, maxAskedBack, type RekeyAnswer, type RekeyRefusal } from './rekey-answer';
import { encodeTold, parseOffer, parseRequest, piecesOf } from './rekey-frames';
import { beginInquiry, type Inquiry, takePiece } from './rekey-inquiry';
import { lookUp, type Reply, writeReply } from './rekey-reply';

/** From a question to its answer or refusal, milliseconds: hides what was looked up and signed. */
const answerDelayMs = 50;

export type AnswererState =
  | { readonly phase: 'open' }
  /** The answer, or the refusal, is on its way. */
  | { readonly phase: 'replying'; readonly contact: PeerId | undefined }
  /** This contact was answered and may say that its own key is another one now. */
  | { readonly phase: 'answered'; readonly contact: PeerId }
  /** `rest`: what is asked about next where this key says nothing to the contact. */
  | { readonly phase: 'asking-back'; readonly inquiry: Inquiry; readonly rest: readonly HeldKey[]; readonly tag?: Uint8Array };

export type AnswererEvent = { readonly kind: 'frame'; readonly frame: ChannelFrame } | { readonly kind: 'written'; readonly reply: Uint8Array | undefined };

/** No state: it is over. */
export interface AnswererStep {
  readonly state?: AnswererState;
  readonly send?: readonly ChannelFrame[];
  /** To be written, or refused; comes back as an event no sooner than every answer does. */
  readonly write?: Reply | RekeyRefusal;
  readonly news?: { readonly answer: RekeyAnswer; readonly held: HeldKey };
}

/** The role of whoever is asked (protocol.md §9). Everything that leads nowhere gets one answer, at one time (A76). */
export function stepAnswerer(parts: AnswererParts, channel: Pick<Channel, 'hash' | 'source'>, state: AnswererState, event: AnswererEvent): AnswererStep {
  if (event.kind === 'written') return state.phase === 'replying' ? onWritten(state.contact, event.reply) : { state };
  const { kind, payload } = event.frame;
  try {
    if (state.phase === 'open' && kind === channelKinds.rekeyRequest) return onRequest(parts, channel, payload);
    if (state.phase === 'answered' && kind === channelKinds.rekeyOffer) return onOffer(parts, state.contact, payload);
    if (state.phase === 'asking-back' && kind === channelKinds.rekeyAnswer) return onAskedBack(parts, channel, state, payload);
    if (state.phase === 'asking-back' && kind === channelKinds.refused) return askBack(parts, state.rest, state.tag);
  } catch (error) {
    if (!(error instanceof WireError) && !(error instanceof ChannelError)) throw error;
    if (state.phase === 'open') return refuse('malformed');
    if (state.phase === 'answered') return { send: [refused] };
  }
  // Whoever speaks out of turn has been answered, or will not be.
  return {};
}

const refused: ChannelFrame = { kind: channelKinds.refused, payload: new Uint8Array(0) };

function refuse(reason: RekeyRefusal): AnswererStep {
  return { state: { phase: 'replying', contact: undefined }, write: reason };
}

/** Every question is looked up in full before anything is decided. */
function onRequest(parts: AnswererParts, { hash, source }: Pick<Channel, 'hash' | 'source'>, payload: Uint8Array): AnswererStep {
  const request = parseRequest(payload);
  const contact = parts.contactOfTag(request.tag, hash);
  const reply = lookUp(parts, request, contact !== undefined);
  const shown = contact === undefined ? parts.shownOfTag(request.tag, hash, request.nonce) : undefined;
  if (!parts.mayAnswer(source, contact)) return refuse('busy');
  // Whoever was refused here is told nothing, but asked: what the keys known vouch for shows who they are.
  if (shown) return askBackOrTell(parts, shown.peerId, shown.headHash, shown.answer);
  return typeof reply === 'string' ? refuse(reply) : { state: { phase: 'replying', contact }, write: reply };
}

function onWritten(contact: PeerId | undefined, reply: Uint8Array | undefined): AnswererStep {
  if (!reply) return { send: [refused] };
  return { send: piecesOf(reply), ...(contact !== undefined && { state: { phase: 'answered', contact } }) };
}

/** Only who showed to be that very contact is listened to, and asked with what is held here. */
function onOffer(parts: AnswererParts, contact: PeerId, payload: Uint8Array): AnswererStep {
  const { peerId, headHash } = parseOffer(payload);
  return peerId === contact ? askBackOrTell(parts, peerId, headHash) : { send: [refused] };
}

/** Who comes with a key that is known here may be told of another one: it may be that its owner knows nothing of that (A71). */
function askBackOrTell(parts: AnswererParts, peerId: PeerId, headHash: Uint8Array, tag?: Uint8Array): AnswererStep {
  const held = parts.askBack(peerId, headHash).slice(0, maxAskedBack);
  if (held.length > 0) return askBack(parts, held, tag);
  const steps = parts.toTell(peerId, headHash);
  return { send: [steps.length > 0 ? encodeTold(steps, parts.now()) : refused] };
}

/** About the next key; the contact who knows none of them has nothing more to say. */
function askBack(parts: AnswererParts, [held, ...rest]: readonly HeldKey[], tag?: Uint8Array): AnswererStep {
  if (!held) return {};
  const { inquiry, frame } = beginInquiry(parts, held, tag ?? parts.crypto.random(32));
  return { state: { phase: 'asking-back', inquiry, rest, ...(tag && { tag }) }, send: [frame] };
}

function onAskedBack(parts: AnswererParts, { hash }: Pick<Channel, 'hash'>, { inquiry, ...asking }: Extract<AnswererState, { phase: 'asking-back' }>, payload: Uint8Array): AnswererStep {
  const taken = takePiece(parts, hash, inquiry, payload);
  return 'inquiry' in taken ? { state: { ...asking, inquiry: taken.inquiry } } : { news: { answer: taken.answer, held: inquiry.held } };
}

/** Answers one channel of purpose `rekey`, which closes itself. What the desk throws reaches the link's owner. */
export function answerRekey(channel: Channel, parts: AnswererParts): void {
  let state: AnswererState | undefined = { phase: 'open' };
  const on = (event: AnswererEvent): void => {
    if (state !== undefined) take(stepAnswerer(parts, channel, state, event));
  };
  const take = ({ state: next, send = [], write, news }: AnswererStep): void => {
    state = next;
    for (const frame of send) channel.send(frame);
    if (write) void written(parts, channel, write).then((reply) => on({ kind: 'written', reply }));
    if (news) {
      parts.onAnswer(news.answer, news.held);
      // By their signatures they have that key: whoever else has one is no secret to them.
      const steps = parts.toTell(news.answer.peerId, spkiHash(parts.crypto, news.answer.head.spki));
      if (steps.length > 0) channel.send(encodeTold(steps, parts.now()));
    }
    if (next === undefined) channel.close();
  };
  channel.onClose(() => {
    state = undefined;
  });
  channel.onFrame((frame) => on({ kind: 'frame', frame }));
}

/** The answer's bytes, never sooner than every refusal. What cannot be written is refused, too. */
async function written(parts: AnswererParts, { hash, source }: Pick<Channel, 'hash' | 'source'>, reply: Reply | RekeyRefusal): Promise<Uint8Array | undefined> {
  const wait = new Promise<void>((resolve) => void parts.clock.setTimer(answerDelayMs, resolve));
  const bytes = typeof reply === 'string' ? undefined : await writeReply(parts, hash, reply).catch(() => undefined);
  if (!bytes) parts.onRefused?.(typeof reply === 'string' ? reply : 'fault', source);
  await wait;
  return bytes;
}
