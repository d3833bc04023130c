import type { VerifiedChain } from '../certificates/chain';
import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import { parseKekHeader, parseNames, unwrapBlock, verifyKekBlock } from '../exchange/kek-block';
import type { KekRing } from '../exchange/kek-ring';
import { keyCheck } from '../exchange/kek-wrap';
import { certName, credentialHash, issued, type ServicePairNames } from '../exchange/service-pair';
import type { InstanceId } from '../ids';
import type { Clock } from '../ports';
import { dialogIdFromBytes, instanceIdFromBytes } from '../wire/ids';
import { ownCopy } from '../wire/own-copy';
import type { DialogStore } from './dialog-store';
import { BlockEntry, DskEntry } from './header-entries';
import type { PeerMemory } from './memory';
import { dskHeaderBytes, type MessageSpan, wrappedDskBytes } from './message-layout';
import { createOpenState } from './open-message';
import { parseDskHeader, unwrapDsk } from './session-key';

export interface OpenHeadersParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly local: LocalParty;
  readonly store: DialogStore;
}

/** An opened header, from a cache or fresh. A fresh one is cached by the caller once its message has verified. */
export type Opened<E> = { readonly entry: E; readonly fresh: boolean };
export type Refused = { readonly refused: string };

/**
 * 616–640 of figure 6: service pair and KEK header. Cached by all their bytes: no verification, no private-key
 * operation (S1-35, S1-36, S1-40). Otherwise names, signature, then at most one decapsulation within the peer's budget.
 */
export function openBlock(
  parts: OpenHeadersParts,
  peer: PeerMemory,
  ring: KekRing,
  source: VerifiedChain,
  bytes: Buffer,
  span: MessageSpan,
): Opened<BlockEntry> | Refused {
  const { crypto, clock, local, store } = parts;
  const { block } = span;
  // 616, 620
  const cached = peer.blocks.find(bytes, block.at, block.end, block.signatureAt + 4);
  if (cached) {
    if (!crypto.equal(cached.signer, source.instance.hash)) return { refused: 'names' };
    if (cached.header.epoch < ring.floor(cached.header.creatingInstance)) return { refused: 'kek-floor' };
    return { entry: cached, fresh: false };
  }

  const names = parseNames(bytes, block);
  if (!same(names.initiatorCert, certName(source.identity, source.instance))) return { refused: 'names' };
  if (!same(names.initiatorIssued, issued(source.instance))) return { refused: 'names' };
  const exchange = local.exchange.find(credentialHash(names.targetCert));
  // That a key is gone or below the floor is said only of a header which the sender did sign.
  const isSigned = (): boolean => verifyKekBlock(crypto, bytes, block, source.instance.signingKey);
  if (!exchange) return { refused: isOwnName(names, local) && isSigned() ? 'key-destroyed' : 'target' };
  if (!isFor(names, local, exchange.credential)) return { refused: 'target' };
  const header = parseKekHeader(bytes, block);
  if (!header || !isOfPair(header.creatingInstance, local, source)) return { refused: 'kek-header' };
  if (header.epoch < ring.floor(header.creatingInstance)) return { refused: isSigned() ? 'kek-floor' : 'signature' };

  // 624, 628. A block that opened a message before needs neither its signature checked again nor the budget.
  const own = ownCopy(bytes.subarray(block.at, block.end));
  const hash = crypto.sha256(own);
  if (!store.verifiedBlock(peer.peerId, hash)) {
    if (!isSigned()) return { refused: 'signature' };
    if (!peer.budget.take(clock.monotonic())) return { refused: 'throttled' };
  }
  // 636, 640
  const kek = unwrapBlock(crypto, bytes, block, names.targetCert, exchange.kem);
  if (!kek) return { refused: 'kek-wrap' };
  const check = keyCheck(crypto, 'kek-check', kek);
  const entry = new BlockEntry({ bytes: own, hash, header, check, kek, signer: source.instance.hash, target: exchange.credential.hash });
  return { entry, fresh: true };
}

/** 632, 648, 652 of figure 7: the DSK header, bound to its stream. Cached by all its bytes and those of its stream. */
export function openDsk(
  parts: OpenHeadersParts,
  peer: PeerMemory,
  source: VerifiedChain,
  block: BlockEntry,
  bytes: Buffer,
  span: MessageSpan,
): Opened<DskEntry> | Refused {
  const { crypto, local } = parts;
  const { dskAt, dialogAt } = span;
  const end = dialogAt + 32;
  // 632
  const cached = peer.dsks.find(bytes, dskAt, end, dskAt);
  if (cached?.hdr1 === block.hash) return { entry: cached, fresh: false };

  // 648
  const header = parseDskHeader(bytes, dskAt);
  if (!header) return { refused: 'dsk-header' };
  const instanceId = instanceIdFromBytes(bytes.subarray(dialogAt + 16, end));
  if (instanceId !== source.instance.instanceId) return { refused: 'names' };
  const dialogId = dialogIdFromBytes(bytes.subarray(dialogAt, dialogAt + 16));
  const context = { sender: peer.peerId, recipient: local.peerId, dialogId, senderInstance: instanceId, kekId: block.header.kekId };
  const key = unwrapDsk(crypto, block.kek, context, header, bytes.subarray(dialogAt - wrappedDskBytes, dialogAt));
  if (!key) return { refused: 'dsk-wrap' };
  // 652
  const own = ownCopy(bytes.subarray(dskAt, end));
  const hash = crypto.sha256(own.subarray(0, dskHeaderBytes));
  const entry = new DskEntry({
    bytes: own,
    hash,
    header,
    check: keyCheck(crypto, 'dsk-check', key),
    dialog: { peerId: peer.peerId, dialogId },
    instanceId,
    hdr1: block.hash,
    state: createOpenState(block.hash, hash, key),
  });
  return { entry, fresh: true };
}

/** The own half of the names must be exactly what this person's exchange credential says (A13), under a name this person has or had. */
function isFor(names: ServicePairNames, local: LocalParty, credential: Parameters<typeof certName>[1] & Parameters<typeof issued>[0]): boolean {
  const subject = subjectOf(names);
  return local.isOwnSubject(subject) && same(names.targetCert, certName({ subject }, credential)) && same(names.targetIssued, issued(credential));
}

/** A name of this person, for a credential whose private half is not held any more. */
function isOwnName(names: ServicePairNames, local: LocalParty): boolean {
  return local.isOwnSubject(subjectOf(names));
}

/** LP(subject) ‖ serial[16] ‖ H(credential)[32] */
function subjectOf({ targetCert }: ServicePairNames): Uint8Array {
  return targetCert.subarray(4, Math.max(4, targetCert.length - 48));
}

/** Only devices of these two people create keys for them. A key of a device that one's own was still opens what is under way. */
function isOfPair(creator: InstanceId, local: LocalParty, source: VerifiedChain): boolean {
  if (creator === local.instanceId || creator === source.instance.instanceId) return true;
  const theirs = source.list.instances.filter(({ state }) => state !== 'retired');
  return [...local.list.instances, ...theirs].some(({ instanceId }) => instanceId === creator);
}

/** Names are public: no constant time wanted. */
function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
