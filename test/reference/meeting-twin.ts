import { createHash } from 'node:crypto';

/**
 * Meeting nearby of protocol.md §12 written a second time, from the paper alone: nothing of the engine is imported. Numbers
 * are big integers here, where the engine divides byte by byte.
 */
export interface TwinReveal {
  readonly nonce: Uint8Array;
  readonly peerId: Uint8Array;
  readonly spkiHash: Uint8Array;
}

function lp(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const label = (purpose: string): Buffer => lp(Buffer.from(`keyshift/2 ${purpose}`));

export function revealBytes({ nonce, peerId, spkiHash }: TwinReveal): Buffer {
  return Buffer.concat([nonce, peerId, spkiHash]);
}

/** `role`: 1 who asked, 2 who was asked. */
export function commitOf(role: 1 | 2, reveal: TwinReveal, channelHash: Uint8Array): Buffer {
  return createHash('sha256')
    .update(Buffer.concat([label('meet'), Buffer.of(role), revealBytes(reveal), channelHash]))
    .digest();
}

export function digitsOf(one: TwinReveal, other: TwinReveal, channelHash: Uint8Array): string {
  const ordered = [one, other].sort((a, b) => Buffer.compare(a.peerId, b.peerId)).map((reveal) => revealBytes(reveal));
  const hash = createHash('sha256')
    .update(Buffer.concat([label('meet-code'), ...ordered, channelHash]))
    .digest('hex');
  return (BigInt(`0x${hash}`) % 1_000_000n).toString().padStart(6, '0');
}

/** MEET_ASK: LP(by) ‖ LP(wanted). */
export function askBytes(by: string, wanted: string): Buffer {
  return Buffer.concat([lp(Buffer.from(by)), lp(Buffer.from(wanted))]);
}

/** What the device signs that shows its card: channel hash ‖ role ‖ reveal of who shows ‖ reveal of who sees, under its label. */
export function cardSigned(role: 1 | 2, shows: TwinReveal, sees: TwinReveal, channelHash: Uint8Array): Buffer {
  return Buffer.concat([label('meet-card'), channelHash, Buffer.of(role), revealBytes(shows), revealBytes(sees)]);
}
