import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { channelKinds } from '../../../../electron/engine/session/channel-frames';
import { commitmentTo, encodeReveal, type Reveal } from '../../../../electron/engine/session/meeting-code';
import { encodeProvenCard } from '../../../../electron/engine/session/meeting-proof';
import { concat } from '../../../../electron/engine/wire/writer';
import { commit, Encounter, type Hand, nameOf, nearbyParts, revealOf } from '../../../support/nearby-kit';
import { newParty, type Party } from '../../../support/session-kit';

let ada: Party;
let ben: Party;
let mallory: Party;
beforeAll(async () => {
  [ada, ben, mallory] = await Promise.all([newParty('Ada'), newParty('Ben'), newParty('Mallory')]);
}, 60_000);

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
