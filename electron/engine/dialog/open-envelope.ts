import type { VerifiedChain } from '../certificates/chain';
import { kekHeaderBytes, signatureBytes } from '../exchange/kek-block';
import type { KekRing } from '../exchange/kek-ring';
import type { BlockEntry, DskEntry } from './header-entries';
import type { PeerMemory } from './memory';
import type { MessageSpan } from './message-layout';
import { openBlock, openDsk, type Opened, type OpenHeadersParts, type Refused } from './open-headers';
import { openMessage, unpadded } from './open-message';

/** A message whose tag verified, with the headers it came under. */
export interface Envelope {
  readonly block: Opened<BlockEntry>;
  readonly dsk: Opened<DskEntry>;
  /** c ‖ content: a view of `room`, good until the next message. */
  readonly content: Uint8Array;
}

/**
 * 616–644 of figures 6 and 7, over what is in memory: with cached headers two comparisons and one AEAD call, no SQL.
 * Changes nothing but the peer's budget; `settleHeaders` then keeps or wipes what was opened on the way.
 */
export function openEnvelope(
  parts: OpenHeadersParts,
  peer: PeerMemory,
  ring: KekRing,
  source: VerifiedChain,
  bytes: Buffer,
  span: MessageSpan,
  room: Uint8Array,
): Envelope | Refused {
  // 616 → 624 → 628, 620 → 636 → 640: service pair and key exchange key.
  const block = openBlock(parts, peer, ring, source, bytes, span);
  if ('refused' in block) return block;
  // 632 → 648 → 652: dialog session key.
  const dsk = openDsk(parts, peer, source, block.entry, bytes, span);
  if ('refused' in dsk) {
    if (block.fresh) block.entry.wipe();
    return dsk;
  }
  // 644: the body. Until here nothing was believed.
  const plaintext = openMessage(parts.crypto, dsk.entry.state, bytes, span, room);
  const content = plaintext && unpadded(plaintext);
  if (content) return { block, dsk, content };
  settleHeaders(peer, { block, dsk }, false);
  return { refused: plaintext ? 'padding' : 'tag' };
}

/** 628, 640, 652 at last: headers are cached once a message under them was accepted; others are wiped. */
export function settleHeaders(peer: PeerMemory, { block, dsk }: Pick<Envelope, 'block' | 'dsk'>, keep: boolean): void {
  if (block.fresh && !(keep && peer.blocks.add(block.entry, block.entry.bytes.length - signatureFromEnd))) block.entry.wipe();
  if (dsk.fresh && !(keep && peer.dsks.add(dsk.entry, 0))) dsk.entry.wipe();
}

/** Place of the signature in a block, counted from its end: it tells blocks apart. */
const signatureFromEnd = signatureBytes + kekHeaderBytes;
