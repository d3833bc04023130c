import { KeyshiftError } from '../../../shared/errors';
import { parseCard, maxCardBytes } from '../certificates/card';
import { consentTo } from '../certificates/credential';
import { type DeviceLink, linkAnswerTag, linkHelloTag } from '../identity/device-link';
import { instanceIdOf } from '../identity/peer-id';
import { Reader } from '../wire/reader';
import { concat } from '../wire/writer';
import { channelKinds, type ChannelFrame } from './channel-frames';
import { encodeJoinerReveal, type HostReveal, type JoinerReveal, LINK_NONCE_LENGTH, linkCommitment, linkDigits, linkKeysSigned } from './link-code';
import { maxGrantFrames, openLinkGrant } from './link-grant';
import { type ComparedHost, type JoinerKeys, type Linked, recordOfGrant } from './link-record';
import { type EndNews, linkFrame, linking, LinkOver, type LinkParts, type LinkStep, type Saying, theirWord } from './link-roles';

const signatureLength = 64;

/** What the new device needs. It has no vault, no person and no card yet. */
export interface LinkJoinerParts extends LinkParts {
  readonly link: DeviceLink;
  readonly keys: JoinerKeys;
  readonly deviceName: string;
  /** Asked once somebody who holds the link answered, before anything is shown: of channels opened side by side only one goes on. */
  readonly mayReveal: () => boolean;
}

interface Host extends ComparedHost {
  readonly signingKey: Uint8Array;
}

export type LinkJoinerState =
  | { readonly phase: 'answer' }
  | { readonly phase: 'keys'; readonly commitment: Uint8Array; readonly own: JoinerReveal }
  | ({ readonly phase: 'compare'; readonly host: Host } & Saying)
  | { readonly phase: 'grant'; readonly host: Host; readonly pieces: readonly Uint8Array[] }
  /** The service stores. */
  | { readonly phase: 'store' };

export type LinkJoinerEvent =
  | { readonly kind: 'frame'; readonly frame: ChannelFrame }
  | { readonly kind: 'confirm'; readonly same: boolean }
  | { readonly kind: 'stored' };

export type LinkJoinerNews =
  | { readonly kind: 'digits'; readonly digits: string; readonly deviceName: string }
  /** Said at both. */
  | { readonly kind: 'agreed' }
  /** To be stored now; everything in it was verified. */
  | { readonly kind: 'granted'; readonly linked: Linked }
  | { readonly kind: 'done' }
  | EndNews;

type Step = LinkStep<LinkJoinerState, LinkJoinerNews>;

/** The first word: one holds the link. */
export function beginLinkJoiner({ crypto, link }: LinkJoinerParts, channelHash: Uint8Array): Step {
  return { state: { phase: 'answer' }, send: [linkFrame(channelKinds.linkHello, linkHelloTag(crypto, link.secret, channelHash, link.peerId, link.instanceId))] };
}

/** The new device's role: takes nothing before the person at it said that the digits are the same. */
export function stepLinkJoiner(parts: LinkJoinerParts, channelHash: Uint8Array, state: LinkJoinerState, event: LinkJoinerEvent): Step {
  return linking<LinkJoinerState, LinkJoinerNews>(() => {
    try {
      if (event.kind === 'frame') return onFrame(parts, channelHash, state, event.frame);
      if (event.kind === 'stored') return state.phase === 'store' ? { send: [linkFrame(channelKinds.linkDone)], news: { kind: 'done' } } : { state };
      return state.phase === 'compare' ? onOwnWord(parts, state, event.same) : { state };
    } catch (error) {
      // A card, a credential, a record that is not as it must be.
      if (error instanceof KeyshiftError) throw new LinkOver('refused');
      throw error;
    }
  });
}

function onFrame(parts: LinkJoinerParts, channelHash: Uint8Array, state: LinkJoinerState, frame: ChannelFrame): Step {
  const { kind, payload } = frame;
  if (state.phase === 'answer' && kind === channelKinds.linkAnswer) return onAnswer(parts, channelHash, payload);
  if (state.phase === 'keys' && kind === channelKinds.linkKeys) return onKeys(parts, channelHash, state, payload);
  if (state.phase === 'compare' && kind === channelKinds.linkConfirm) {
    theirWord(state, frame, 0);
    return goOn({ ...state, theySaid: true });
  }
  if (state.phase === 'grant' && kind === channelKinds.linkGrant) return onPiece(parts, channelHash, state, payload);
  throw new LinkOver('refused');
}

/** commitment 32 ‖ tag 32. */
function onAnswer(parts: LinkJoinerParts, channelHash: Uint8Array, payload: Uint8Array): Step {
  const { crypto, link, keys, deviceName } = parts;
  const reader = new Reader(payload);
  const commitment = reader.fixed(32).slice();
  const tag = reader.fixed(32);
  reader.end();
  if (!crypto.equal(tag, linkAnswerTag(crypto, link.secret, channelHash, commitment)) || !parts.mayReveal()) throw new LinkOver('refused');
  const own: JoinerReveal = { nonce: crypto.random(LINK_NONCE_LENGTH), signingKey: keys.signing.publicKey, kemKey: keys.kem.publicKey, deviceName };
  return { state: { phase: 'keys', commitment, own }, send: [linkFrame(channelKinds.linkReveal, encodeJoinerReveal(own))] };
}

/** nonce 32 ‖ SPKI hash 32 ‖ LP(card) ‖ signature 64: exactly what was committed to, the person and device of the link. */
function onKeys({ crypto, link, now }: LinkJoinerParts, channelHash: Uint8Array, { commitment, own }: LinkJoinerState & { phase: 'keys' }, payload: Uint8Array): Step {
  const reader = new Reader(payload);
  const nonce = reader.fixed(LINK_NONCE_LENGTH).slice();
  const pinnedSpkiHash = reader.fixed(32).slice();
  const cardBytes = reader.lp(maxCardBytes).slice();
  const signature = reader.fixed(signatureLength).slice();
  reader.end();
  // The digits are what proves the key: towards whoever compares them its history would prove nothing more.
  const shown = parseCard(crypto, cardBytes, now(), { pinnedSpkiHash });
  const { identity, instance } = shown.chain;
  const host: HostReveal = { nonce, peerId: identity.peerId, spkiHash: identity.spkiHash, credentialHash: instance.hash };
  if (!crypto.equal(linkCommitment(crypto, host, channelHash), commitment)) throw new LinkOver('refused');
  if (identity.peerId !== link.peerId || instance.instanceId !== link.instanceId) throw new LinkOver('refused');
  if (!crypto.verify('device-link-keys', instance.signingKey, linkKeysSigned(channelHash, host, own), signature)) throw new LinkOver('refused');
  const compared: Host = { peerId: identity.peerId, spkiHash: identity.spkiHash, instanceId: instance.instanceId, signingKey: instance.signingKey };
  return {
    state: { phase: 'compare', host: compared, weSaid: false, theySaid: false },
    news: { kind: 'digits', digits: linkDigits(crypto, host, own, channelHash), deviceName: instance.deviceName },
  };
}

/** said u8 ‖ with a 1: consent 64. */
function onOwnWord({ crypto, keys, link }: LinkJoinerParts, state: LinkJoinerState & { phase: 'compare' }, same: boolean): Step {
  if (same && state.weSaid) return { state };
  if (!same) return { send: [linkFrame(channelKinds.linkConfirm, Uint8Array.of(0))], news: { kind: 'ended', reason: 'differ' } };
  const consent = consentTo(crypto, link.peerId, keys.signing, keys.kem.publicKey);
  return goOn({ ...state, weSaid: true }, linkFrame(channelKinds.linkConfirm, concat(Uint8Array.of(1), consent)));
}

function goOn(state: LinkJoinerState & { phase: 'compare' }, ...send: readonly ChannelFrame[]): Step {
  if (!state.weSaid || !state.theySaid) return { state, send };
  return { state: { phase: 'grant', host: state.host, pieces: [] }, send, news: { kind: 'agreed' } };
}

/** last u8 ‖ piece. */
function onPiece({ crypto, keys, deviceName, now }: LinkJoinerParts, channelHash: Uint8Array, state: LinkJoinerState & { phase: 'grant' }, payload: Uint8Array): Step {
  const [last = 2] = payload;
  const pieces = [...state.pieces, payload.slice(1)];
  if (last > 1 || payload.length === 1 || pieces.length > maxGrantFrames) throw new LinkOver('refused');
  if (last === 0) return { state: { ...state, pieces } };
  const instanceId = instanceIdOf(crypto, keys.signing.publicKey);
  const statement = openLinkGrant(crypto, keys.kem.secret, state.host.signingKey, state.host.peerId, instanceId, channelHash, concat(...pieces));
  if (!statement) throw new LinkOver('refused');
  try {
    return { state: { phase: 'store' }, news: { kind: 'granted', linked: recordOfGrant(crypto, statement, { ...keys, deviceName }, state.host, now()) } };
  } finally {
    crypto.wipe(statement);
  }
}
