import { beforeAll, describe, expect, test } from 'vitest';
import { channelKinds, type ChannelFrame } from '../../../../electron/engine/session/channel-frames';
import { stepAnswerer } from '../../../../electron/engine/session/meeting-answerer';
import { concat, Writer } from '../../../../electron/engine/wire/writer';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { has } from '../../../support/meeting-kit';
import { commit, Encounter, type Hand, nameOf, nearbyParts, words } from '../../../support/nearby-kit';
import { newParty, type Party, testNow } from '../../../support/session-kit';

let ada: Party;
let ben: Party;
beforeAll(async () => {
  [ada, ben] = await Promise.all([newParty('Ada'), newParty('Ben')]);
}, 60_000);

const traces = (party: Party) => [peerIdToBytes(party.local.peerId), party.local.identity.spkiHash, new TextEncoder().encode(party.name), party.local.instance.credential.signingKey];

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

  test('S5-04: a yes or no that comes before anybody asked, or once more, says nothing and changes nothing', () => {
    for (const phase of ['open', 'commit'] as const) {
      for (const accept of [true, false]) expect(stepAnswerer(nearbyParts(ben), new Uint8Array(32), { phase }, { kind: 'answer', accept })).toEqual({ state: { phase } });
    }
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
