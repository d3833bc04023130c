import type { NewDevice } from '../certificates/admission';
import { createCard } from '../certificates/card';
import { isConsent } from '../certificates/credential';
import type { LocalParty } from '../certificates/local-party';
import { isUsableKemKey } from '../crypto/xwing';
import { linkAnswerTag, linkHelloTag } from '../identity/device-link';
import { instanceIdOf } from '../identity/peer-id';
import type { InstanceId } from '../ids';
import type { Address } from '../ports';
import { concat, Writer } from '../wire/writer';
import { channelKinds, type ChannelFrame } from './channel-frames';
import { type HostReveal, type JoinerReveal, linkCommitment, linkDigits, linkKeysSigned, parseJoinerReveal } from './link-code';
import { type EndNews, linkFrame, linking, LinkOver, type LinkParts, type LinkStep, type Saying, theirWord } from './link-roles';

const tagLength = 32;
const signatureLength = 64;

/** What the existing device needs. */
export interface LinkHostParts extends LinkParts {
  readonly local: LocalParty;
  /** Secret of the link, 16 bytes. */
  readonly secret: Uint8Array;
  /** For the own card. */
  readonly myAddresses: readonly Address[];
  /** Whether a name may be shown and certified. */
  readonly isName: (name: string) => boolean;
  /** Asked once the new device showed its keys: of all who hold the link only the first one goes on. */
  readonly mayCompare: () => boolean;
}

export type LinkHostState =
  | { readonly phase: 'hello' }
  | { readonly phase: 'reveal'; readonly own: HostReveal }
  | ({ readonly phase: 'compare'; readonly device: JoinerReveal; /** Once they said it. */ readonly consent?: Uint8Array } & Saying)
  /** The service signs and stores. */
  | { readonly phase: 'issue' }
  | { readonly phase: 'done' };

export type LinkHostEvent =
  | { readonly kind: 'frame'; readonly frame: ChannelFrame }
  | { readonly kind: 'confirm'; readonly same: boolean }
  /** Stored; the sealed grant in pieces, as `grantFrames` cuts it. */
  | { readonly kind: 'issued'; readonly grant: readonly ChannelFrame[] };

/** Consented, and compared by the person at both. */
export interface AgreedDevice extends NewDevice {
  readonly instanceId: InstanceId;
}

export type LinkHostNews =
  | { readonly kind: 'digits'; readonly digits: string; readonly deviceName: string }
  /** Said at both: to be certified and stored now. */
  | { readonly kind: 'agreed'; readonly device: AgreedDevice }
  /** The new device stored everything. */
  | { readonly kind: 'done' }
  | EndNews;

type Step = LinkStep<LinkHostState, LinkHostNews>;

/** The existing device's role: shows nothing to who does not hold the link, and gives nothing before both said "same". */
export function stepLinkHost(parts: LinkHostParts, channelHash: Uint8Array, state: LinkHostState, event: LinkHostEvent): Step {
  const early = state.phase === 'hello' || state.phase === 'reveal';
  return linking<LinkHostState, LinkHostNews>(
    () => {
      if (event.kind === 'frame') return onFrame(parts, channelHash, state, event.frame);
      if (event.kind === 'issued') return state.phase === 'issue' ? { state: { phase: 'done' }, send: event.grant } : { state };
      return state.phase === 'compare' ? onOwnWord(parts, state, event.same) : { state };
    },
    // Whoever came too late, or holds no link, sees one and the same.
    ...(early ? [linkFrame(channelKinds.refused)] : []),
  );
}

function onFrame(parts: LinkHostParts, channelHash: Uint8Array, state: LinkHostState, frame: ChannelFrame): Step {
  const { kind, payload } = frame;
  if (state.phase === 'hello' && kind === channelKinds.linkHello) return onHello(parts, channelHash, payload);
  if (state.phase === 'reveal' && kind === channelKinds.linkReveal) return onReveal(parts, channelHash, state.own, payload);
  if (state.phase === 'compare' && kind === channelKinds.linkConfirm) {
    const consent = theirWord(state, frame, signatureLength);
    if (!isConsent(parts.crypto, parts.local.peerId, state.device, consent)) throw new LinkOver('refused');
    return goOn(parts, { ...state, theySaid: true, consent });
  }
  if (state.phase === 'done' && kind === channelKinds.linkDone && payload.length === 0) return { news: { kind: 'done' } };
  throw new LinkOver('refused');
}

/** tag 32. */
function onHello({ crypto, local, secret }: LinkHostParts, channelHash: Uint8Array, payload: Uint8Array): Step {
  if (payload.length !== tagLength || !crypto.equal(payload, linkHelloTag(crypto, secret, channelHash, local.peerId, local.instanceId))) throw new LinkOver('refused');
  const own: HostReveal = { nonce: crypto.random(32), peerId: local.peerId, spkiHash: local.identity.spkiHash, credentialHash: local.instance.credential.hash };
  const commitment = linkCommitment(crypto, own, channelHash);
  const answer = concat(commitment, linkAnswerTag(crypto, secret, channelHash, commitment));
  return { state: { phase: 'reveal', own }, send: [linkFrame(channelKinds.linkAnswer, answer)] };
}

function onReveal(parts: LinkHostParts, channelHash: Uint8Array, own: HostReveal, payload: Uint8Array): Step {
  const { crypto, local, myAddresses, now } = parts;
  const device = parseJoinerReveal(payload);
  const instanceId = instanceIdOf(crypto, device.signingKey);
  if (!isUsableKemKey(device.kemKey) || !parts.isName(device.deviceName)) throw new LinkOver('refused');
  if (local.list.instances.some((listed) => listed.instanceId === instanceId)) throw new LinkOver('refused');
  if (!parts.mayCompare()) throw new LinkOver('refused');
  const card = createCard(crypto, local, myAddresses, now(), 'contact');
  const signature = crypto.sign('device-link-keys', local.instance.signing.secret, linkKeysSigned(channelHash, own, device));
  return {
    state: { phase: 'compare', device, weSaid: false, theySaid: false },
    send: [linkFrame(channelKinds.linkKeys, new Writer(8192).fixed(own.nonce).fixed(own.spkiHash).lp(card).fixed(signature).finish())],
    news: { kind: 'digits', digits: linkDigits(crypto, own, device, channelHash), deviceName: device.deviceName },
  };
}

function onOwnWord(parts: LinkHostParts, state: LinkHostState & { phase: 'compare' }, same: boolean): Step {
  if (same && state.weSaid) return { state };
  const word = linkFrame(channelKinds.linkConfirm, Uint8Array.of(same ? 1 : 0));
  if (!same) return { send: [word], news: { kind: 'ended', reason: 'differ' } };
  return goOn(parts, { ...state, weSaid: true }, word);
}

function goOn({ crypto }: LinkHostParts, state: LinkHostState & { phase: 'compare' }, ...send: readonly ChannelFrame[]): Step {
  const { device, consent, weSaid } = state;
  if (!weSaid || consent === undefined) return { state, send };
  const { signingKey, kemKey, deviceName } = device;
  return { state: { phase: 'issue' }, send, news: { kind: 'agreed', device: { instanceId: instanceIdOf(crypto, signingKey), signingKey, kemKey, deviceName, consent } } };
}
