import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type Card, parseArmouredCard } from '../../electron/engine/certificates/card';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import { modes, selectorOf } from '../../electron/engine/session/handshake-message';
import { encodeFrame, frameTypes } from '../../electron/engine/wire/frame';
import { dialler, newParty } from './session-kit';

/** What a stranger may know of the one attacked: the card, which every contact has. */
export function cardOf(crypto: Crypto, text: string): Card {
  return parseArmouredCard(crypto, text, Date.now());
}

/** First frames that mean nothing: random bytes of the length of an M1. */
export function junkM1(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => encodeFrame(frameTypes.m1, Buffer.concat([Uint8Array.of(modes.full), randomBytes(4_000)])));
}

/** Random bytes under the selector of the one attacked: only a decapsulation tells that nothing is in them. */
export function selectedM1(crypto: Crypto, card: Card, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const envelope = randomBytes(4_000);
    return encodeFrame(frameTypes.m1, Buffer.concat([Uint8Array.of(modes.full), selectorOf(crypto, card.chain.exchange.hash, envelope), envelope]));
  });
}

/** M1s as they should be, from somebody the one attacked does not know. */
export async function strangersM1(card: Card, count: number): Promise<Uint8Array[]> {
  const stranger = await newParty('Mallory');
  const target = { peerId: card.chain.identity.peerId, pinnedSpkiHash: card.chain.identity.spkiHash, exchange: card.chain.exchange };
  return Array.from({ length: count }, () => dialler(stranger, target, []).next());
}

/** M1s that claim to go on with an earlier session, as they should be but for every number in them. */
export function resumingM1(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => {
    const payload = Buffer.concat([Uint8Array.of(modes.resume), randomBytes(185)]);
    // The length of the hint behind key id, nonce, share and target.
    payload[113] = 0;
    return encodeFrame(frameTypes.m1, payload);
  });
}

/** Openings of channels as they should be, whose opener then says nothing. */
export function channelOpenings(crypto: Crypto, count: number): Uint8Array[] {
  return Array.from({ length: count }, () => encodeFrame(frameTypes.channelOpen, Buffer.concat([Uint8Array.of(3), crypto.generateKem('channel').publicKey])));
}

/** For an attacker in a process of its own. */
export function writeFrames(file: string, frames: readonly Uint8Array[]): string {
  const parts = frames.flatMap((frame) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(frame.length);
    return [length, frame];
  });
  writeFileSync(file, Buffer.concat(parts));
  return file;
}
