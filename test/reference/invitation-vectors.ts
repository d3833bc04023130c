import { createHash, createHmac, hkdfSync } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { label, lp, sha256 } from './dialog-twin';
import type { Sender } from './household-vectors';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const hkdf = (secret: Uint8Array, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), label(purpose), 32));
const hmac = (key: Uint8Array, ...parts: readonly Uint8Array[]): Buffer => createHmac('sha256', key).update(Buffer.concat(parts)).digest();
const flipped = (bytes: Buffer, at: number): Buffer => Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 1), bytes.subarray(at + 1)]);
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 60 characters of a seed and its checksum, the last four bits zero. */
function recoveryCode(seed: Buffer): string {
  const bits = [...seed, ...sha256(label('recovery-code'), seed).subarray(0, 5)].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => CROCKFORD[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/**
 * The values of test/vectors/invitation.json, laid out by a second hand alone: what an invitation and a contact request say over a channel (protocol.md §12), the pair secret of a
 * session (§8), a recovery code (§2). Both people are the one of deposit.json, so that both cards are good; their names are in the bytes that are signed. `await ready` of the dialog's twin first.
 */
export function invitationVectors({ signingSeed, now }: Sender, card: string) {
  const { privateKey } = sodium.crypto_sign_seed_keypair(Buffer.from(signingSeed, 'hex'));
  const bytes = Buffer.from(card, 'hex');
  const chainAt = 4;
  // chain = LP(certificate) | LP(list) | LP(device credential) …: the credential's body begins with kind, peer id and H(SPKI).
  let at = chainAt;
  for (let skipped = 0; skipped < 2; skipped += 1) at += 4 + bytes.readUInt32BE(at);
  const [peerId, spkiHash] = [bytes.subarray(at + 9, at + 41), bytes.subarray(at + 41, at + 73)];
  const name = Buffer.concat([peerId, spkiHash]);
  const other = { peerId: counting(0x10, 32), spkiHash: counting(0x30, 32) };
  const otherName = Buffer.concat([other.peerId, other.spkiHash]);
  const [channelHash, secret] = [counting(0x50, 32), counting(0x70, 16)];
  const shown = (purpose: string, ...context: readonly Uint8Array[]): Buffer => Buffer.concat([lp(bytes), sodium.crypto_sign_detached(Buffer.concat([label(purpose), channelHash, ...context]), privateKey)]);
  const helloKey = hkdf(secret, 'invite-hello');
  const id = createHash('sha256').update(Buffer.concat([label('invitation-id'), helloKey])).digest().subarray(0, 16);
  const tag = hmac(hkdf(secret, 'invite'), channelHash, other.peerId, peerId, other.spkiHash, spkiHash);
  const [answer, proof, cardAnswer, requestProof] = [shown('invite-answer', name), Buffer.concat([tag, shown('invite-proof', name, otherName)]), shown('request-answer', name), shown('contact-request', name, otherName)];
  const master = counting(0x90, 32);
  const seed = counting(0xb0, 32);
  const bad = (body: Buffer) => [{ name: 'one bit of the signature', bytes: hex(flipped(body, body.length - 1)) }, { name: 'a byte more', bytes: hex(Buffer.concat([body, Buffer.of(0)])) }, { name: 'a byte less', bytes: hex(body.subarray(0, -1)) }];
  return {
    now, channelHash: hex(channelHash), card, peerId: hex(peerId), spkiHash: hex(spkiHash), other: { peerId: hex(other.peerId), spkiHash: hex(other.spkiHash) },
    invitation: {
      /** The person of the card invites: INVITE_HELLO to it, INVITE_ANSWER by it. It accepts what the other one invited to: INVITE_PROOF. */
      secret: hex(secret), helloKey: hex(helloKey), id: hex(id), hello: hex(Buffer.concat([id, hmac(helloKey, channelHash, peerId)])), answer: hex(answer), badAnswers: bad(answer),
      tag: hex(tag), proof: hex(proof), badProofs: [...bad(proof), { name: 'one bit of the tag', bytes: hex(flipped(proof, 0)) }],
    },
    request: { cardReq: hex(name), cardAnswer: hex(cardAnswer), badAnswers: bad(cardAnswer), proof: hex(requestProof), badProofs: bad(requestProof) },
    pairSecret: { master: hex(master), secret: hex(hkdf(master, 'pair-secret')) },
    recoveryCode: { seed: hex(seed), code: recoveryCode(seed), asTyped: recoveryCode(seed).toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l').replace(/(.{5})/g, '$1 - '), bad: [{ name: 'a letter changed', code: `${recoveryCode(seed).slice(0, -6)}ZZ${recoveryCode(seed).slice(-4)}` }, { name: 'one too few', code: recoveryCode(seed).slice(0, -1) }, { name: 'a letter that is none', code: `U${recoveryCode(seed).slice(1)}` }] },
  };
}
