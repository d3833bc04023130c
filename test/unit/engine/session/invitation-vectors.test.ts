import { beforeAll, describe, expect, it } from 'vitest';
import type { Card } from '../../../../electron/engine/certificates/card';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { invitationIdOf } from '../../../../electron/engine/identity/invitation-link';
import { helloTag, invitationTag } from '../../../../electron/engine/identity/invitation-proof';
import { encodeRecoveryCode, parseRecoveryCode } from '../../../../electron/engine/identity/recovery-code';
import { pairSecretOf } from '../../../../electron/engine/session/contact-tag';
import { type CardPurpose, nameBytes, readProvenCard } from '../../../../electron/engine/session/meeting-proof';
import type { MeetingParts } from '../../../../electron/engine/session/meeting-roles';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Reader, WireError } from '../../../../electron/engine/wire/reader';
import { concat } from '../../../../electron/engine/wire/writer';
import { KeyshiftError } from '../../../../shared/errors';
import { ready } from '../../../reference/dialog-twin';
import { invitationVectors } from '../../../reference/invitation-vectors';
import deposit from '../../../vectors/deposit.json';
import vectors from '../../../vectors/invitation.json';
import ways from '../../../vectors/ways.json';

let crypto: Crypto;
beforeAll(async () => {
  await ready;
  crypto = await createCrypto({ random: kernelRandom });
});

const bytesOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const named = ({ peerId, spkiHash }: { readonly peerId: string; readonly spkiHash: string }) => ({ peerId: peerIdFromBytes(bytesOf(peerId)), spkiHash: bytesOf(spkiHash) });
const hash = bytesOf(vectors.channelHash);

/** Whether a body is a card whose device signed for this channel. */
function isProven(purpose: CardPurpose, context: (card: Card) => Uint8Array, body: Uint8Array): boolean {
  // Only what reading asks for: whose device this is does not matter to it.
  const parts = { crypto, now: () => vectors.now, myAddresses: [], local: { peerId: named(vectors.other).peerId } } as unknown as MeetingParts;
  try {
    return readProvenCard(parts, purpose, hash, context, new Reader(body)).proven;
  } catch (error) {
    if (error instanceof WireError || error instanceof KeyshiftError) return false;
    throw error;
  }
}

describe('the vectors of invitations, contact requests and what stands beside them', () => {
  it('S5-04: a second hand lays out exactly what is written down', () => {
    expect(invitationVectors(deposit.sender, ways.card.bytes)).toEqual(vectors);
  });

  it('S5-04 S1-48: every card is proven for its channel, and nothing that was changed is', () => {
    const own = (card: Card): Uint8Array => nameBytes({ peerId: card.chain.identity.peerId, spkiHash: card.chain.identity.spkiHash });
    const both = (card: Card): Uint8Array => concat(own(card), nameBytes(named(vectors.other)));
    const { invitation, request } = vectors;
    const tagBytes = 32;
    const cases = [
      ['invite-answer', own, invitation.answer, invitation.badAnswers, 0], ['invite-proof', both, invitation.proof, invitation.badProofs.slice(0, 3), tagBytes],
      ['request-answer', own, request.cardAnswer, request.badAnswers, 0], ['contact-request', both, request.proof, request.badProofs, 0],
    ] as const;
    for (const [purpose, context, good, bad, skipped] of cases) {
      expect([purpose, isProven(purpose, context, bytesOf(good).subarray(skipped))]).toEqual([purpose, true]);
      for (const { name, bytes } of bad) expect([purpose, name, isProven(purpose, context, bytesOf(bytes).subarray(skipped))]).toEqual([purpose, name, false]);
    }
  });

  it('S5-04 A72: tags, the pair secret, and the recovery code', () => {
    const { secret, id, hello, tag, proof, badProofs } = vectors.invitation;
    const [self, other] = [named(vectors), named(vectors.other)];
    expect(invitationIdOf(crypto, bytesOf(secret))).toBe(id);
    expect(id + hexOf(helloTag(crypto, bytesOf(secret), hash, self.peerId))).toBe(hello);
    expect(hexOf(invitationTag(crypto, bytesOf(secret), hash, other, self))).toBe(tag);
    expect(proof.startsWith(tag)).toBe(true);
    expect(badProofs.find(({ name }) => name === 'one bit of the tag')?.bytes.startsWith(tag)).toBe(false);
    expect(hexOf(pairSecretOf(crypto, crypto.secret('session-master', bytesOf(vectors.pairSecret.master))).bytes)).toBe(vectors.pairSecret.secret);
    const { seed, code, asTyped, bad } = vectors.recoveryCode;
    expect(encodeRecoveryCode(crypto, bytesOf(seed)).join('')).toBe(code);
    for (const text of [code, asTyped]) expect(hexOf(parseRecoveryCode(crypto, text))).toBe(seed);
    for (const one of bad) expect(() => parseRecoveryCode(crypto, one.code), one.name).toThrow(expect.objectContaining({ code: 'recovery.wrong-code' }));
  });
});
