import type { VerifiedChain } from '../certificates/chain';
import { dialogIdFromBytes } from '../wire/ids';
import { defaultLimits } from './limits';
import type { Memory } from './memory';
import type { MessageSpan } from './message-layout';
import type { ReceivingStream } from './streams';

/**
 * Notes a message that came under a key which is refused. Nothing of it is believed; it is only shown that such
 * messages wait for their sender to lock them again. In memory, at most one note per sequence within the look-ahead.
 */
export function noteRefused(memory: Memory, source: VerifiedChain, bytes: Buffer, span: MessageSpan, now: number): void {
  if (span.control) return;
  const dialogId = dialogIdFromBytes(bytes.subarray(span.dialogAt, span.dialogAt + 16));
  const stream = memory.dialog({ peerId: source.identity.peerId, dialogId })?.receiving.get(source.instance.instanceId);
  if (!stream) return;
  const { cumulative } = stream.row;
  if (span.sequence <= cumulative || span.sequence > cumulative + defaultLimits.lookAhead || stream.refused.has(span.sequence)) return;
  for (const sequence of stream.refused.keys()) if (sequence <= cumulative) stream.refused.delete(sequence);
  stream.refused.set(span.sequence, now);
}

/** When each of those that are still missing first came. */
export function stillRefused(stream: ReceivingStream): number[] {
  const missing = [...stream.refused].filter(([sequence]) => sequence > stream.row.cumulative && !stream.held.has(sequence));
  return missing.map(([, since]) => since);
}
