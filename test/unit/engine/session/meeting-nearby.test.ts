import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { channelKinds, type ChannelFrame } from '../../../../electron/engine/session/channel-frames';
import { commitmentTo, encodeReveal, meetingDigits, parseReveal, type Reveal } from '../../../../electron/engine/session/meeting-code';
import { stepAnswerer } from '../../../../electron/engine/session/meeting-answerer';
import { encodeProvenCard } from '../../../../electron/engine/session/meeting-proof';
import { concat, Writer } from '../../../../electron/engine/wire/writer';
import { peerIdFromBytes, peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { has } from '../../../support/meeting-kit';
import { Encounter, type Hand, nearbyParts, words } from '../../../support/nearby-kit';
import { newParty, type Party, testNow } from '../../../support/session-kit';

let ada: Party;
let ben: Party;
let mallory: Party;
beforeAll(async () => {
  [ada, ben, mallory] = await Promise.all([newParty('Ada'), newParty('Ben'), newParty('Mallory')]);
}, 60_000);

const nameOf = ({ local }: Party) => ({ peerId: local.peerId, spkiHash: local.identity.spkiHash });
const revealOf = (party: Party, changes: Partial<Reveal> = {}): Reveal => ({ nonce: party.crypto.random(32), ...nameOf(party), ...changes });
const traces = (party: Party) => [peerIdToBytes(party.local.peerId), party.local.identity.spkiHash, new TextEncoder().encode(party.name), party.local.instance.credential.signingKey];
const commit = (payload: Uint8Array): ChannelFrame => ({ kind: channelKinds.meetCommit, payload });

describe('a meeting of people nearby', () => {
  test('S5-04: ask, accept, commit, commit, reveal, reveal, both say the same, card, card', () => {
    const meeting = new Encounter(ada, ben).compared();
    expect(meeting.digits('asker')).toMatch(/^\d{6}$/);
    expect(meeting.digits('answerer')).toBe(meeting.digits('asker'));
    meeting.confirm('asker').confirm('answerer');
    expect(meeting.talk).toEqual([
      '>meetAsk',
      '<meetAccept',
      '>meetCommit',
      '<meetCommit',
      '>meetReveal',
      '<meetReveal',
      '>meetConfirm',
      '<meetConfirm',
      '>meetCard',
      '<meetCard',
    ]);
    expect(meeting.met('asker')?.chain.identity).toMatchObject({ ...nameOf(ben), name: 'Ben' });
    expect(meeting.met('answerer')?.chain.identity).toMatchObject({ ...nameOf(ada), name: 'Ada' });
    expect([meeting.met('asker')?.time, meeting.asker, meeting.answerer]).toEqual([testNow, undefined, undefined]);
    expect(meeting.said.map(({ payload }) => payload.length).slice(0, 8)).toEqual([4 + 13 + 4 + 14, 0, 32, 32, 96, 96, 1, 1]);
  });

  test.each([
    ['answerer', 'asker'],
    ['asker', 'answerer'],
  ] as const)('cards wait for both: %s first', (first, second) => {
    const meeting = new Encounter(ada, ben).compared().confirm(first);
    expect(meeting.talk.slice(6)).toEqual([`${first === 'asker' ? '>' : '<'}meetConfirm`]);
    expect(meeting.met(first)).toBeUndefined();
    meeting.confirm(first).confirm(second);
    expect([meeting.met('asker')?.chain.identity.name, meeting.met('answerer')?.chain.identity.name]).toEqual(['Ben', 'Ada']);
  });

  test('nothing is made, sent or shown of anybody before the other person accepts', () => {
    ada.crypto.meter.reset();
    ben.crypto.meter.reset();
    const meeting = new Encounter(ada, ben, { hash: new Uint8Array(32) }).ask();
    expect(meeting.talk).toEqual(['>meetAsk']);
    expect(meeting.news.answerer).toEqual([{ kind: 'asked', ask: words }]);
    for (const party of [ada, ben]) {
      for (const trace of traces(party)) expect(has(meeting.said[0]?.payload ?? new Uint8Array(), trace)).toBe(false);
      expect(party.crypto.meter.read()).toMatchObject({ sign: 0, verify: 0, rsaVerify: 0 });
    }
    meeting.answer(true);
    const before = concat(...meeting.said.slice(0, 4).map(({ payload }) => payload));
    for (const trace of [...traces(ada), ...traces(ben)]) expect(has(before, trace)).toBe(false);
    // Up to the digits: the key's hash, and no name.
    for (const party of [ada, ben]) expect(has(concat(...meeting.said.map(({ payload }) => payload)), new TextEncoder().encode(party.name))).toBe(false);
  });

  test('declining ends it, and says only that', () => {
    const meeting = new Encounter(ada, ben).ask().answer(false);
    expect(meeting.talk).toEqual(['>meetAsk', '<refused']);
    expect(meeting.said[1]?.payload).toEqual(new Uint8Array(0));
    expect([meeting.end('asker'), meeting.end('answerer')]).toEqual(['declined', 'declined']);
    meeting.answer(true).confirm('answerer').confirm('asker');
    expect(meeting.talk).toHaveLength(2);
  });

  test('A76: what asks in a wrong form, or out of turn, sees what a no looks like', () => {
    const ask = (by: string, wanted: string) => new Writer(128).text(by).text(wanted).finish();
    const wrong: readonly ChannelFrame[] = [
      { kind: channelKinds.meetAsk, payload: ask('a'.repeat(29), words.wanted) },
      { kind: channelKinds.meetAsk, payload: ask(words.by, 'a'.repeat(29)) },
      { kind: channelKinds.meetAsk, payload: concat(ask(words.by, words.wanted), Uint8Array.of(0)) },
      { kind: channelKinds.meetAsk, payload: new Uint8Array(0) },
      commit(new Uint8Array(32)),
      { kind: channelKinds.meetCard, payload: new Uint8Array(9) },
    ];
    for (const frame of wrong) {
      const { state, send, news } = stepAnswerer(nearbyParts(ben), ada.crypto.random(32), { phase: 'open' }, { kind: 'frame', frame });
      expect([state, send, news]).toEqual([undefined, [{ kind: channelKinds.refused, payload: new Uint8Array(0) }], { kind: 'ended', reason: 'failed' }]);
    }
  });

  test('without a try left nobody commits, in either role', () => {
    const asking = new Encounter(ada, ben, { asking: { mayMeet: () => false } }).ask().answer(true);
    expect([asking.talk, asking.end('asker')]).toEqual([['>meetAsk', '<meetAccept'], 'too-many']);
    const answering = new Encounter(ada, ben, { answering: { mayMeet: () => false } }).ask().answer(true);
    expect([answering.talk, answering.end('answerer'), answering.end('asker')]).toEqual([['>meetAsk', '<refused'], 'too-many', 'declined']);
  });

  test('“not the same” ends it for both, also as second thoughts, and no card goes out', () => {
    for (const who of ['asker', 'answerer'] as const) {
      const at = new Encounter(ada, ben).compared().confirm(who, false);
      expect([at.end('asker'), at.end('answerer')]).toEqual(['not-same', 'not-same']);
      const later = new Encounter(ada, ben).compared().confirm(who, true).confirm(who, false);
      expect([later.end('asker'), later.end('answerer')]).toEqual(['not-same', 'not-same']);
      for (const meeting of [at, later]) {
        meeting.confirm('asker').confirm('answerer');
        expect(meeting.talk.some((said) => said.endsWith('meetCard'))).toBe(false);
        expect([meeting.met('asker'), meeting.met('answerer')]).toEqual([undefined, undefined]);
      }
    }
  });

  test('second thoughts on their way while the other side agrees already: no contact there either', () => {
    const meeting = new Encounter(ada, ben, { hand: (said) => (said.kind === channelKinds.meetConfirm && said.by === 'answerer' ? [said, { kind: said.kind, payload: Uint8Array.of(0) }] : said.kind === channelKinds.meetCard ? [] : [said]) });
    meeting.compared().confirm('asker').confirm('answerer');
    expect([meeting.end('asker'), meeting.met('asker')]).toEqual(['not-same', undefined]);
  });

  test('“not the same” counts until the other card is there, also when both had agreed and one holds its card back', () => {
    for (const who of ['asker', 'answerer'] as const) {
      const other = who === 'asker' ? 'answerer' : 'asker';
      let held: ChannelFrame | undefined;
      const hand: Hand = (said) => {
        if (said.kind !== channelKinds.meetCard || said.by === who) return [said];
        held = said;
        return [];
      };
      const meeting = new Encounter(ada, ben, { hand }).compared().confirm(other).confirm(who);
      if (held === undefined) throw new Error('no card was held back');
      meeting.confirm(who, false);
      expect([who, meeting.end(who), meeting.talk.at(-1)]).toEqual([who, 'not-same', `${who === 'asker' ? '>' : '<'}meetConfirm`]);
      meeting.inject(who, held);
      expect(meeting.met(who)).toBeUndefined();
    }
  });

  test.each(['blocked', 'other-key'] as const)('somebody who is %s here: the answerer shows nobody in return, and neither role shows digits', (objection) => {
    const answering = new Encounter(ada, ben, { answering: { judge: (revealed) => (revealed.peerId === ada.local.peerId ? objection : undefined) } }).compared();
    expect(answering.talk.at(-1)).toBe('>meetReveal');
    expect([answering.end('answerer'), answering.digits('answerer'), answering.end('asker')]).toEqual([objection, undefined, undefined]);
    const asking = new Encounter(ada, ben, { asking: { judge: () => objection } }).compared();
    expect([asking.end('asker'), asking.digits('asker'), asking.answerer?.phase]).toEqual([objection, undefined, 'compare']);
    expect(asking.talk.at(-1)).toBe('<meetReveal');
  });
});

describe('a meeting with somebody who cheats', () => {
  /** Whatever `hand` does, neither side may come to a contact or show a card. */
  function nothingComesOf(hand: Hand, hash?: Uint8Array): Encounter {
    const meeting = new Encounter(ada, ben, { hand, ...(hash && { hash }) }).compared().confirm('asker').confirm('answerer');
    expect([meeting.met('asker'), meeting.met('answerer')]).toEqual([undefined, undefined]);
    return meeting;
  }

  test('a commitment sent back to who made it ends it before anything is revealed', () => {
    let committed = new Uint8Array();
    const meeting = nothingComesOf((said) => {
      if (said.kind !== channelKinds.meetCommit) return [said];
      if (said.by === 'asker') committed = said.payload.slice();
      return said.by === 'asker' ? [said] : [commit(committed)];
    });
    expect([meeting.end('asker'), meeting.talk.at(-1)]).toEqual(['failed', '<meetCommit']);
  });

  test('any changed bit of a commitment or a reveal ends it where it arrives, before digits are shown', () => {
    for (const kind of [channelKinds.meetCommit, channelKinds.meetReveal]) {
      fc.assert(
        fc.property(fc.constantFrom('asker', 'answerer'), fc.nat(96 * 8 - 1), (by, bit) => {
          const meeting = nothingComesOf((said) => {
            if (said.kind !== kind || said.by !== by) return [said];
            const at = bit % (said.payload.length * 8);
            return [{ kind, payload: said.payload.map((byte, index) => (index === at >> 3 ? byte ^ (1 << (at & 7)) : byte)) }];
          });
          const receiver = by === 'asker' ? 'answerer' : 'asker';
          expect([meeting.end(receiver), meeting.digits(receiver)]).toEqual(['failed', undefined]);
        }),
        { numRuns: 60 },
      );
    }
  });

  test('a commitment of the other role, of another channel, or opened with another nonce or key is none', () => {
    const hash = ada.crypto.random(32);
    const reveal = revealOf(mallory);
    const other = { ...reveal, nonce: mallory.crypto.random(32) };
    const cases: readonly (readonly [Uint8Array, Reveal])[] = [
      [commitmentTo(ada.crypto, 'client', reveal, hash), reveal],
      [commitmentTo(ada.crypto, 'server', reveal, ada.crypto.random(32)), reveal],
      [commitmentTo(ada.crypto, 'server', reveal, hash), other],
      [commitmentTo(ada.crypto, 'server', reveal, hash), { ...reveal, spkiHash: ben.local.identity.spkiHash }],
      [commitmentTo(ada.crypto, 'server', reveal, hash), { ...reveal, peerId: ben.local.peerId }],
    ];
    for (const [commitment, opened] of cases) {
      const meeting = nothingComesOf((said) => {
        if (said.by === 'asker') return [said];
        if (said.kind === channelKinds.meetCommit) return [commit(commitment)];
        return said.kind === channelKinds.meetReveal ? [{ kind: said.kind, payload: encodeReveal(opened) }] : [said];
      }, hash);
      expect([meeting.end('asker'), meeting.digits('asker')]).toEqual(['failed', undefined]);
    }
  });

  test('the own person reflected under a nonce of another ends it, and so does the own key under another name', () => {
    const hash = ada.crypto.random(32);
    for (const reveal of [revealOf(ada), revealOf(ada, { peerId: mallory.local.peerId }), revealOf(mallory, { peerId: ada.local.peerId })]) {
      const meeting = nothingComesOf((said) => {
        if (said.by === 'asker') return [said];
        if (said.kind === channelKinds.meetCommit) return [commit(commitmentTo(ada.crypto, 'server', reveal, hash))];
        return said.kind === channelKinds.meetReveal ? [{ kind: said.kind, payload: encodeReveal(reveal) }] : [said];
      }, hash);
      expect([meeting.end('asker'), meeting.digits('asker')]).toEqual(['failed', undefined]);
    }
  });

  test('a card of somebody else, of another channel or for other reveals, or changed by a bit, makes no contact', () => {
    const elsewhere = new Encounter(ada, ben).compared().confirm('asker').confirm('answerer');
    const impostor = new Encounter(ada, mallory).compared().confirm('asker').confirm('answerer');
    const cardIn = (meeting: Encounter) => meeting.said.find(({ kind, by }) => kind === channelKinds.meetCard && by === 'answerer')?.payload ?? new Uint8Array();
    const flipped = (at: (length: number) => number) => (payload: Uint8Array) => payload.map((byte, index) => (index === at(payload.length) ? byte ^ 1 : byte));
    const swaps: readonly ((payload: Uint8Array) => Uint8Array)[] = [
      () => cardIn(elsewhere),
      () => cardIn(impostor),
      flipped((length) => length - 1),
      flipped(() => 400),
      (payload) => payload.subarray(1),
      (payload) => concat(payload, Uint8Array.of(0)),
      () => new Uint8Array(0),
      () => new Uint8Array(64 * 1024),
    ];
    for (const swap of swaps) {
      const meeting = new Encounter(ada, ben, { hand: (said) => [said.kind === channelKinds.meetCard && said.by === 'answerer' ? { kind: said.kind, payload: swap(said.payload) } : said] });
      meeting.compared().confirm('asker').confirm('answerer');
      expect([meeting.end('asker'), meeting.met('asker')]).toEqual(['failed', undefined]);
    }
  });

  test('who reveals a person it is not cannot show that person’s card, whatever both sides said', () => {
    // Mallory knows Ben's card from elsewhere and names Ben; two careless people say "same".
    const hash = ada.crypto.random(32);
    const reveal = revealOf(mallory, nameOf(ben));
    const benCard = new Encounter(ada, ben).compared().confirm('asker').confirm('answerer').said.find(({ kind, by }) => kind === channelKinds.meetCard && by === 'answerer');
    const hand: Hand = (said) => {
      if (said.by === 'asker') return [said];
      if (said.kind === channelKinds.meetCommit) return [commit(commitmentTo(ada.crypto, 'server', reveal, hash))];
      if (said.kind === channelKinds.meetReveal) return [{ kind: said.kind, payload: encodeReveal(reveal) }];
      return said.kind === channelKinds.meetCard && benCard ? [benCard] : [said];
    };
    const meeting = new Encounter(ada, mallory, { hand, hash }).compared();
    expect(meeting.digits('asker')).toBeDefined();
    meeting.inject('asker', { kind: channelKinds.meetConfirm, payload: Uint8Array.of(1) }).confirm('asker').inject('asker', benCard ?? commit(new Uint8Array()));
    expect([meeting.end('asker'), meeting.met('asker')]).toEqual(['failed', undefined]);
  });

  test('a sound card of another person than the compared one makes no contact, though its own device signed it for this channel and these reveals', () => {
    /** The other side opens as Ben, and shows the card of `shown`. */
    const metBy = (shown: Party): Encounter => {
      const hash = ada.crypto.random(32);
      const reveal = revealOf(mallory, nameOf(ben));
      let ofAda = new Uint8Array(0);
      const hand: Hand = (said) => {
        if (said.by === 'asker' && said.kind === channelKinds.meetReveal) ofAda = Uint8Array.from(said.payload);
        if (said.by === 'asker') return [said];
        if (said.kind === channelKinds.meetCommit) return [commit(commitmentTo(ada.crypto, 'server', reveal, hash))];
        return said.kind === channelKinds.meetReveal ? [{ kind: said.kind, payload: encodeReveal(reveal) }] : [said];
      };
      const meeting = new Encounter(ada, mallory, { hand, hash }).compared();
      meeting.inject('asker', { kind: channelKinds.meetConfirm, payload: Uint8Array.of(1) }).confirm('asker');
      const payload = encodeProvenCard(nearbyParts(shown), 'meet-card', hash, concat(Uint8Array.of(2), encodeReveal(reveal), ofAda));
      return meeting.inject('asker', { kind: channelKinds.meetCard, payload });
    };
    const other = metBy(mallory);
    expect([other.end('asker'), other.met('asker')]).toEqual(['failed', undefined]);
    // Of who was compared the same card is one.
    expect(metBy(ben).met('asker')).toBeDefined();
  });

  test('a card or a second “same” before its time, and words beside 0 and 1, end it', () => {
    const early: readonly ((meeting: Encounter) => unknown)[] = [
      (meeting) => meeting.inject('asker', { kind: channelKinds.meetCard, payload: new Uint8Array(100) }),
      (meeting) => meeting.confirm('asker').inject('asker', { kind: channelKinds.meetCard, payload: new Uint8Array(100) }),
      (meeting) => meeting.inject('asker', { kind: channelKinds.meetConfirm, payload: Uint8Array.of(1) }).inject('asker', { kind: channelKinds.meetConfirm, payload: Uint8Array.of(1) }),
      (meeting) => meeting.inject('asker', { kind: channelKinds.meetConfirm, payload: Uint8Array.of(2) }),
      (meeting) => meeting.inject('asker', { kind: channelKinds.meetConfirm, payload: new Uint8Array(0) }),
      (meeting) => meeting.inject('asker', { kind: channelKinds.meetConfirm, payload: Uint8Array.of(1, 1) }),
      (meeting) => meeting.inject('asker', { kind: channelKinds.refused, payload: new Uint8Array(0) }),
      (meeting) => meeting.inject('asker', { kind: channelKinds.meetReveal, payload: new Uint8Array(96) }),
    ];
    for (const act of early) {
      const meeting = new Encounter(ada, ben).compared();
      act(meeting);
      expect(meeting.end('asker')).toBe('failed');
      expect(meeting.talk.filter((said) => said === '>meetCard')).toEqual([]);
    }
  });

  test('A78: whatever comes in whatever order, nobody is met and no card goes out without both people’s word', () => {
    const kinds = Object.values(channelKinds);
    const event = fc.oneof(
      fc.record({ kind: fc.constantFrom(...kinds), payload: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.uint8Array({ minLength: 96, maxLength: 96 }), fc.constant(Uint8Array.of(1))) }),
      fc.constant('accept' as const),
    );
    fc.assert(
      fc.property(fc.constantFrom('asker', 'answerer'), fc.array(event, { maxLength: 12 }), (who, events) => {
        const meeting = new Encounter(ada, ben, { hand: () => [] });
        if (who === 'asker') meeting.ask();
        for (const each of events) {
          if (each === 'accept') meeting.answer(true);
          else meeting.inject(who, each);
          meeting.confirm(who);
        }
        expect(meeting.met(who)).toBeUndefined();
        expect(meeting.said.some(({ kind, by }) => by === who && (kind === channelKinds.meetCard || (kind === channelKinds.meetReveal && who === 'answerer')))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

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
