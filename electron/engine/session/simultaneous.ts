import type { InstanceRef } from '../ports';
import { id16ToBytes, peerIdToBytes } from '../wire/ids';
import { concat } from '../wire/writer';

/** What the rule needs to know of a confirmed session. `confirmedAt` is monotonic, milliseconds. */
export interface Standing {
  readonly dialledBy: 'us' | 'them';
  readonly confirmedAt: number;
}

/** `both`: the other side dialled both and decides; the newer one is used, the older one closed if it is still there later. */
export type Verdict = 'existing' | 'newcomer' | 'both';

/**
 * Which of two confirmed sessions between one pair of instances stays (protocol.md §8; S3-31, A55). When each side
 * dialled one, both sides judge alike without a word: the one dialled by the lower (peer id ‖ instance id) stays.
 * A newcomer long after the older one is no simultaneous open: whoever dials again has lost the older session.
 */
export function judge(ours: InstanceRef, theirs: InstanceRef, existing: Standing, newcomer: Standing, simultaneousMs: number): Verdict {
  if (newcomer.confirmedAt - existing.confirmedAt > simultaneousMs) return existing.dialledBy === 'them' && newcomer.dialledBy === 'them' ? 'both' : 'newcomer';
  if (existing.dialledBy === newcomer.dialledBy) return newcomer.dialledBy === 'us' ? 'newcomer' : 'both';
  const winner = isLower(ours, theirs) ? 'us' : 'them';
  return existing.dialledBy === winner ? 'existing' : 'newcomer';
}

/** Compares (peer id ‖ instance id) byte by byte; their texts sort differently. */
export function isLower(a: InstanceRef, b: InstanceRef): boolean {
  return Buffer.compare(nameOf(a), nameOf(b)) < 0;
}

function nameOf(ref: InstanceRef): Uint8Array {
  return concat(peerIdToBytes(ref.peerId), id16ToBytes(ref.instanceId));
}
