import { encodedOnce } from '../certificates/chain';
import { encodeKeyElements, type KeyElement, maxKeyElements } from '../certificates/key-history';
import { issueKeyLink, type KeyLink } from '../certificates/key-link';
import type { LocalParty } from '../certificates/local-party';
import { toHex } from '../wire/encoding';
import { OwnKeys } from './own-keys';
import type { RekeyParts, RekeyRefusal } from './rekey-answer';
import { answerStatement, encodeAnswer, type RekeyRequest } from './rekey-frames';

/** What is going to be said, decided at the price of a few look-ups. */
export interface Reply {
  readonly request: RekeyRequest;
  readonly elements: readonly KeyElement[];
  /** Vouch with the held key's private half for the newest, too. */
  readonly isDirect: boolean;
  /** Show who answers, which only contacts are told. */
  readonly withChain: boolean;
}

/** Looks the question up (seed 004, 920–950): the same few look-ups whoever asks for whom. */
export function lookUp({ local }: Pick<RekeyParts, 'local'>, request: RekeyRequest, isContact: boolean): Reply | RekeyRefusal {
  const { elements = [], isHead = false } = OwnKeys.of(local).after(request.heldHash, isContact) ?? {};
  const old = local.oldKey(request.heldHash);
  if (request.peerId !== local.peerId) return 'other-person';
  if (isHead) return isContact ? { request, elements: [], isDirect: false, withChain: true } : 'newest-key';
  // A key that a recovery overtook vouches for nothing; one step is its own short way.
  const isDirect = old !== undefined && elements.length !== 1 && elements.every(({ kind }) => kind === 'link');
  const isTooFar = elements.length > maxKeyElements;
  if (!isDirect && (isTooFar || elements.length === 0)) return 'unknown-key';
  return { request, elements: isTooFar ? [] : elements, isDirect, withChain: isContact };
}

/** The answer's bytes; at most two RSA signatures, once for each old key. Undefined when no way leads on from the held key after all. */
export async function writeReply(parts: RekeyParts, channelHash: Uint8Array, { request, elements, isDirect, withChain }: Reply): Promise<Uint8Array | undefined> {
  const { crypto, local, now } = parts;
  const direct = isDirect ? await vouchAtOnce(parts, request.heldHash, elements) : undefined;
  if (isDirect && elements.length === 0 && !direct) return undefined;
  const nothing = new Uint8Array(0);
  const said = {
    elements: elements.length > 0 ? encodeKeyElements(elements) : nothing,
    direct: direct?.bytes ?? nothing,
    chain: withChain ? encodedOnce(crypto, local.chain).bytes : nothing,
    time: now(),
  };
  const signature = withChain ? crypto.sign('rekey-answer', local.instance.signing.secret, answerStatement(crypto, channelHash, request, said)) : nothing;
  return encodeAnswer({ ...said, signature });
}

const vouched = new WeakMap<LocalParty, Map<string, Promise<KeyLink | undefined>>>();

/** The held key vouches for the newest (seed 004, 960–970): signed once while the party is open, however often somebody asks. */
function vouchAtOnce(parts: RekeyParts, heldHash: Uint8Array, elements: readonly KeyElement[]): Promise<KeyLink | undefined> {
  const { local } = parts;
  const known = vouched.get(local) ?? new Map<string, Promise<KeyLink | undefined>>();
  vouched.set(local, known);
  const key = toHex(heldHash);
  const before = known.get(key);
  if (before) return before;
  const link = vouch(parts, heldHash, elements);
  known.set(key, link);
  link.catch(() => known.delete(key));
  return link;
}

/** Undefined on a device that does not hold the identity key. */
async function vouch({ crypto, local, now }: RekeyParts, heldHash: Uint8Array, elements: readonly KeyElement[]): Promise<KeyLink | undefined> {
  const old = local.oldKey(heldHash);
  if (!old || !local.instance.credential.roles.includes('certifier')) return undefined;
  const { peerId, identity } = local;
  const purpose = elements.some((element) => element.kind === 'link' && element.purpose === 'compromise') ? 'compromise' : 'routine';
  const next = { epoch: identity.epoch, keyPair: { privateKey: local.certifierKey(), spki: identity.spki } };
  return issueKeyLink(crypto, { peerId, old, next, time: now(), purpose });
}
