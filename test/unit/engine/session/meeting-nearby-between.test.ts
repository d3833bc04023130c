import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { channelKinds } from '../../../../electron/engine/session/channel-frames';
import { commitmentTo, encodeReveal, meetingDigits, parseReveal, type Reveal } from '../../../../electron/engine/session/meeting-code';
import { peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { commit, Encounter, revealOf } from '../../../support/nearby-kit';
import { newParty, type Party } from '../../../support/session-kit';

let ada: Party;
let ben: Party;
let mallory: Party;
beforeAll(async () => {
  [ada, ben, mallory] = await Promise.all([newParty('Ada'), newParty('Ben'), newParty('Mallory')]);
}, 60_000);

describe('a man in the middle', () => {
  test('who relays all of it is found out: commitments name the channel', () => {
    const left = new Encounter(ada, mallory).ask();
    const right = new Encounter(mallory, ben).ask();
    const committed = (meeting: Encounter) => meeting.said.find(({ kind }) => kind === channelKinds.meetCommit)?.payload ?? new Uint8Array();
    right.answer(true);
    left.inject('asker', { kind: channelKinds.meetAccept, payload: new Uint8Array(0) });
    const benCommits = right.said.find(({ kind, by }) => kind === channelKinds.meetCommit && by === 'answerer');
    const benReveals = right.said.find(({ kind, by }) => kind === channelKinds.meetReveal && by === 'answerer');
    expect(committed(left)).not.toEqual(committed(right));
    left.inject('asker', benCommits ?? commit(new Uint8Array()));
    left.inject('asker', benReveals ?? commit(new Uint8Array()));
    expect([left.end('asker'), left.digits('asker')]).toEqual(['failed', undefined]);
  });

  test('who commits in time cannot choose: whatever roles and nonces she takes, the two screens show other digits', () => {
    const nonce = fc.uint8Array({ minLength: 32, maxLength: 32 });
    // Names that are the same in every run of the tests, so that one chance in a million does not come up some day.
    const places = new Map([ada, ben, mallory].map((party, at) => [party, at + 1]));
    const withNonce = (party: Party, bytes: Uint8Array) => {
      const name = new Uint8Array(32).fill(places.get(party) ?? 0);
      const local = { ...party.local, peerId: peerIdFromBytes(name), identity: { ...party.local.identity, spkiHash: name } };
      return { local, crypto: { ...party.crypto, random: () => bytes.slice() } };
    };
    fc.assert(
      fc.property(fc.record({ ada: nonce, ben: nonce, toAda: nonce, toBen: nonce, adaHash: nonce, benHash: nonce }), fc.boolean(), fc.boolean(), fc.constantFrom('fresh', 'one for both', 'theirs'), (n, adaAsks, benAsks, plan) => {
        // Whoever she copies a nonce from has revealed it already on the other channel.
        const toAda = plan === 'theirs' ? n.ben : n.toAda;
        const toBen = plan === 'theirs' ? n.ada : plan === 'one for both' ? n.toAda : n.toBen;
        const between = (party: Party, own: Uint8Array, hers: Uint8Array, asks: boolean, hash: Uint8Array): string | undefined => {
          const [honest, cheat] = [withNonce(party, own), withNonce(mallory, hers)];
          const meeting = asks ? new Encounter(party, mallory, { hash, asking: honest, answering: cheat }) : new Encounter(mallory, party, { hash, asking: cheat, answering: honest });
          return meeting.compared().digits(asks ? 'asker' : 'answerer');
        };
        const shown = [between(ada, n.ada, toAda, adaAsks, n.adaHash), between(ben, n.ben, toBen, benAsks, n.benHash)];
        expect(shown[0]).toMatch(/^\d{6}$/);
        expect(shown[1]).toMatch(/^\d{6}$/);
        expect(shown[0]).not.toBe(shown[1]);
      }),
      { numRuns: 200, seed: 20_260_602 },
    );
  });

  test('a reveal chosen after the other one is known would make any digits; the commitment does not open to it', () => {
    const hash = ada.crypto.random(32);
    const [his, hers] = [revealOf(ben), revealOf(mallory)];
    const commitment = commitmentTo(ada.crypto, 'client', hers, hash);
    const wanted = meetingDigits(ada.crypto, his, hers, hash).slice(0, 2);
    let tries = 0;
    for (let chosen = revealOf(mallory); tries < 10_000; tries += 1, chosen = revealOf(mallory)) {
      if (meetingDigits(ada.crypto, his, chosen, hash).slice(0, 2) !== wanted) continue;
      expect(commitmentTo(ada.crypto, 'client', chosen, hash)).not.toEqual(commitment);
      return;
    }
    throw new Error('two digits are found by trying');
  });

  test('other digits for another channel, nonce, key or person, and the same from both sides', () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const reveal = fc.tuple(bytes(32), bytes(32), bytes(32)).map(([nonce, peer, spkiHash]): Reveal => ({ nonce, peerId: peerIdFromBytes(peer), spkiHash }));
    fc.assert(
      fc.property(reveal, reveal, bytes(32), bytes(32), (one, other, hash, changed) => {
        const digits = meetingDigits(ada.crypto, one, other, hash);
        expect(digits).toMatch(/^\d{6}$/);
        expect(meetingDigits(ada.crypto, other, one, hash)).toBe(digits);
        expect(parseReveal(encodeReveal(one))).toEqual(one);
        for (const [a, b, channel] of [
          [one, other, changed],
          [{ ...one, nonce: changed }, other, hash],
          [one, { ...other, nonce: changed }, hash],
          [{ ...one, spkiHash: changed }, other, hash],
          [one, { ...other, peerId: peerIdFromBytes(changed) }, hash],
        ] as const) {
          expect(meetingDigits(ada.crypto, a, b, channel)).not.toBe(digits);
        }
      }),
      // A fixed seed: one of a thousand comparisons would fail once in a thousand runs otherwise.
      { numRuns: 200, seed: 20_260_601 },
    );
  });

  test('digits are spread evenly', () => {
    const [one, other] = [revealOf(ada), revealOf(ben)];
    const counts = Array.from({ length: 100 }, () => 0);
    const hash = new Uint8Array(32);
    for (let at = 0; at < 20_000; at += 1) {
      new DataView(hash.buffer).setUint32(0, at);
      const digits = Number(meetingDigits(ada.crypto, one, other, hash));
      counts[Math.floor(digits / 10_000)] = (counts[Math.floor(digits / 10_000)] ?? 0) + 1;
    }
    // 200 each; ten standard deviations either way.
    for (const count of counts) expect(Math.abs(count - 200)).toBeLessThan(142);
  });
});
