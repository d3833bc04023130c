import { beforeAll, describe, expect, it } from 'vitest';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { channelKinds } from '../../../../electron/engine/session/channel-frames';
import { beginAsker } from '../../../../electron/engine/session/meeting-asker';
import { commitmentTo, encodeReveal, meetingDigits, type Reveal } from '../../../../electron/engine/session/meeting-code';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Reader } from '../../../../electron/engine/wire/reader';
import { cardSigned, commitOf, digitsOf, revealBytes, type TwinReveal } from '../../../reference/meeting-twin';
import { meetingVectors } from '../../../reference/meeting-vectors';
import { isSignedBy } from '../../../reference/session-twin';
import { commitOf as readCommit, meetingDigits as readDigits } from '../../../reference/second-session-reader.mjs';
import { Encounter } from '../../../support/nearby-kit';
import { newParty } from '../../../support/session-kit';
import vectors from '../../../vectors/meeting.json';

let crypto: Crypto;
beforeAll(async () => {
  crypto = await createCrypto({ random: kernelRandom });
});

type Written = (typeof vectors.meetings)[number]['asker'];
const revealOf = ({ nonce, peerId, spkiHash }: Written): Reveal => ({ nonce: fromHex(nonce), peerId: peerIdFromBytes(fromHex(peerId)), spkiHash: fromHex(spkiHash) });
const buffers = ({ nonce, peerId, spkiHash }: Written) => ({ nonce: Buffer.from(nonce, 'hex'), peerId: Buffer.from(peerId, 'hex'), spkiHash: Buffer.from(spkiHash, 'hex') });

describe('vectors of meeting nearby', () => {
  it('the twin computes the stored values', () => {
    expect(meetingVectors()).toEqual(vectors);
  });

  it('S5-04: the question, commitments and digits of the engine are those', () => {
    expect(toHex(beginAsker(vectors.ask).send?.[0]?.payload ?? new Uint8Array())).toBe(vectors.ask.body);
    for (const meeting of vectors.meetings) {
      const [asker, answerer, hash] = [revealOf(meeting.asker), revealOf(meeting.answerer), fromHex(meeting.channelHash)];
      expect(toHex(commitmentTo(crypto, 'client', asker, hash))).toBe(meeting.askerCommit);
      expect(toHex(commitmentTo(crypto, 'server', answerer, hash))).toBe(meeting.answererCommit);
      expect(meetingDigits(crypto, asker, answerer, hash)).toBe(meeting.digits);
      expect(meetingDigits(crypto, answerer, asker, hash)).toBe(meeting.digits);
    }
  });

  it('a reader of the document alone finds the same', () => {
    for (const meeting of vectors.meetings) {
      const [asker, answerer, hash] = [buffers(meeting.asker), buffers(meeting.answerer), Buffer.from(meeting.channelHash, 'hex')];
      expect(readCommit(1, asker, hash).toString('hex')).toBe(meeting.askerCommit);
      expect(readCommit(2, answerer, hash).toString('hex')).toBe(meeting.answererCommit);
      expect(readDigits(answerer, asker, hash)).toBe(meeting.digits);
    }
  });

  it('a whole meeting, read by the twin: commitments, digits and what the cards are signed over', async () => {
    const [ada, ben] = await Promise.all([newParty('Ada'), newParty('Ben')]);
    const hash = ada.crypto.random(32);
    const meeting = new Encounter(ada, ben, { hash }).compared().confirm('answerer').confirm('asker');
    const said = (by: string, kind: number) => meeting.said.find((each) => each.by === by && each.kind === kind)?.payload ?? new Uint8Array();
    const reveal = (by: string): TwinReveal => {
      const bytes = said(by, channelKinds.meetReveal);
      return { nonce: bytes.subarray(0, 32), peerId: bytes.subarray(32, 64), spkiHash: bytes.subarray(64) };
    };
    const [asker, answerer] = [reveal('asker'), reveal('answerer')];
    expect(Buffer.from(said('asker', channelKinds.meetCommit))).toEqual(commitOf(1, asker, hash));
    expect(Buffer.from(said('answerer', channelKinds.meetCommit))).toEqual(commitOf(2, answerer, hash));
    expect(meeting.digits('asker')).toBe(digitsOf(asker, answerer, hash));
    for (const [by, role, party, shows, sees] of [
      ['asker', 1, ada, asker, answerer],
      ['answerer', 2, ben, answerer, asker],
    ] as const) {
      const reader = new Reader(said(by, channelKinds.meetCard));
      reader.lp(16 * 1024);
      const signature = reader.fixed(64);
      reader.end();
      const label = 4 + 'keyshift/2 meet-card'.length;
      expect(isSignedBy(party.local.instance.credential.signingKey, 'meet-card', cardSigned(role, shows, sees, hash).subarray(label), signature)).toBe(true);
      expect(Buffer.from(encodeReveal({ nonce: shows.nonce, peerId: party.local.peerId, spkiHash: party.local.identity.spkiHash }))).toEqual(revealBytes(shows));
    }
  });
});
