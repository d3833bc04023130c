import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channel } from '../../../../electron/engine/session/channel';
import { channelKinds, type ChannelFrame } from '../../../../electron/engine/session/channel-frames';
import type { NearbyNews } from '../../../../electron/engine/session/meeting-nearby';
import { answerNearby, askNearby, type MeetingTalk } from '../../../../electron/engine/session/meeting-talk';
import { frameTypes, encodeFrame } from '../../../../electron/engine/wire/frame';
import { type ChannelEnds, channelBetween, has, overhear } from '../../../support/meeting-kit';
import { ManualClock } from '../../../support/manual-clock';
import { nearbyParts, words } from '../../../support/nearby-kit';
import { newParty, type Party, testNow } from '../../../support/session-kit';

let ada: Party;
let ben: Party;
let mallory: Party;
let clock: ManualClock;
beforeAll(async () => {
  [ada, ben, mallory] = await Promise.all([newParty('Ada'), newParty('Ben'), newParty('Mallory')]);
}, 60_000);
beforeEach(() => {
  clock = new ManualClock(testNow);
});

interface Talking extends ChannelEnds {
  readonly asker: MeetingTalk;
  readonly answerer: MeetingTalk;
  readonly atAsker: NearbyNews[];
  readonly atAnswerer: NearbyNews[];
  readonly said: ChannelFrame[];
}

async function talking(from = ada, to = ben): Promise<Talking> {
  const ends = await channelBetween(clock, from, to, 'meet');
  const [atAsker, atAnswerer, said]: [NearbyNews[], NearbyNews[], ChannelFrame[]] = [[], [], []];
  const answerer = answerNearby(ends.server, nearbyParts(to), (news) => void atAnswerer.push(news));
  const asker = askNearby(overhear(ends.client, said), nearbyParts(from), words, (news) => void atAsker.push(news));
  await clock.advance(10);
  return { ...ends, asker, answerer, atAsker, atAnswerer, said };
}

async function compared(): Promise<Talking> {
  const talk = await talking();
  talk.answerer.answer(true);
  await clock.advance(20);
  return talk;
}

const last = (news: readonly NearbyNews[]) => news.at(-1);
const endOf = (news: readonly NearbyNews[]) => news.flatMap((each) => (each.kind === 'ended' ? [each.reason] : []));

describe('a meeting over an encryption-only channel', () => {
  test('S5-04: two people meet, both links close, and nothing of it is seen on the wire', async () => {
    const { asker, answerer, atAsker, atAnswerer, pair } = await compared();
    expect(last(atAsker)).toEqual(last(atAnswerer));
    expect(last(atAsker)).toMatchObject({ kind: 'digits' });
    asker.confirm(true);
    await clock.advance(20);
    answerer.confirm(true);
    await clock.advance(20);
    expect(last(atAsker)).toMatchObject({ kind: 'met', card: { chain: { identity: { name: 'Ben' } } } });
    expect(last(atAnswerer)).toMatchObject({ kind: 'met', card: { chain: { identity: { name: 'Ada' } } } });
    expect([pair.dialler.closed, pair.listener.closed, clock.waiting]).toEqual([true, true, 0]);
    const wire = Buffer.concat([...pair.dialler.sent, ...pair.listener.sent]);
    for (const party of [ada, ben]) expect(has(wire, party.local.identity.spkiHash)).toBe(false);
    expect([endOf(atAsker), endOf(atAnswerer)]).toEqual([[], []]);
  });

  test('each way to end says which it was, once', async () => {
    const declined = await talking();
    declined.answerer.answer(false);
    await clock.advance(20);
    expect([endOf(declined.atAsker), endOf(declined.atAnswerer)]).toEqual([['declined'], ['declined']]);

    const left = await talking();
    left.asker.cancel();
    await clock.advance(20);
    expect([endOf(left.atAsker), endOf(left.atAnswerer)]).toEqual([[], ['gone']]);

    const broken = await compared();
    broken.pair.dialler.destroy();
    await clock.advance(20);
    expect([endOf(broken.atAsker), endOf(broken.atAnswerer)]).toEqual([['gone'], ['gone']]);

    const differ = await compared();
    differ.answerer.confirm(false);
    await clock.advance(20);
    expect([endOf(differ.atAsker), endOf(differ.atAnswerer)]).toEqual([['not-same'], ['not-same']]);

    const slow = await compared();
    slow.asker.confirm(true);
    await clock.advance(181_000);
    expect([endOf(slow.atAsker), endOf(slow.atAnswerer).length]).toEqual([['timeout'], 1]);
    expect(clock.waiting).toBe(0);
  });

  test('a channel that ended before the talk began: that is told, once, after the talk is there', async () => {
    const ends = await channelBetween(clock, ada, ben, 'meet');
    ends.pair.dialler.destroy();
    await clock.advance(10);
    const heard: (readonly [NearbyNews, boolean])[] = [];
    let asker: MeetingTalk | undefined;
    asker = askNearby(ends.client, nearbyParts(ada), words, (news) => void heard.push([news, asker !== undefined]));
    await clock.advance(20);
    expect(heard).toEqual([[{ kind: 'ended', reason: 'gone' }, true]]);
  });

  test('a word after the end changes nothing', async () => {
    const talk = await compared();
    talk.asker.confirm(true);
    await clock.advance(181_000);
    const sent = talk.pair.listener.sent.length;
    talk.answerer.confirm(true);
    talk.answerer.answer(true);
    talk.asker.confirm(true);
    await clock.advance(100);
    expect(talk.pair.listener.sent).toHaveLength(sent);
    expect([...talk.atAsker, ...talk.atAnswerer].some(({ kind }) => kind === 'met')).toBe(false);
  });

  test('who learns the digits first and goes away gains nothing: the other side has shown no name and no card', async () => {
    const ends = await channelBetween(clock, ada, mallory, 'meet');
    const [atAda, atMallory, said]: [NearbyNews[], NearbyNews[], ChannelFrame[]] = [[], [], []];
    const answerer = answerNearby(ends.server, nearbyParts(mallory), (news) => {
      atMallory.push(news);
      if (news.kind === 'digits') ends.pair.listener.destroy();
    });
    askNearby(overhear(ends.client, said), nearbyParts(ada), words, (news) => void atAda.push(news));
    await clock.advance(10);
    answerer.answer(true);
    await clock.advance(50);
    expect(atMallory.map(({ kind }) => kind)).toContain('digits');
    expect(said.map(({ kind }) => kind)).toEqual([channelKinds.meetAsk, channelKinds.meetCommit, channelKinds.meetReveal]);
    expect(endOf(atAda)).toEqual(['gone']);
  });

  test('a frame of another meeting, played again, ends this one', async () => {
    const earlier = await compared();
    const recorded = earlier.pair.listener.sent.slice(1); // behind the accept frame
    for (const frame of recorded) {
      const talk = await talking();
      talk.pair.dialler.inject(Uint8Array.from(frame));
      await clock.advance(20);
      expect(endOf(talk.atAsker)).toEqual(['failed']);
      expect(talk.said.map(({ kind }) => kind)).toEqual([channelKinds.meetAsk]);
    }
  });

  test('A78: user data pushed on the channel ends it, and nothing is shown', async () => {
    for (const type of [frameTypes.record, frameTypes.m1, frameTypes.channelOpen]) {
      const talk = await compared();
      talk.pair.dialler.send(encodeFrame(type, new Uint8Array(60)));
      await clock.advance(20);
      expect(endOf(talk.atAnswerer)).toEqual(['failed']);
      expect(talk.pair.listener.destroyed).toBe(true);
    }
  });

  test('a man in the middle who joins two channels and relays every frame is found out before any digits are shown', async () => {
    const toAda = await channelBetween(clock, ada, mallory, 'meet');
    const toBen = await channelBetween(clock, mallory, ben, 'meet');
    const relay = (from: Channel, to: Channel): void => from.onFrame((frame) => to.send({ kind: frame.kind, payload: Uint8Array.from(frame.payload) }));
    const [atAda, atBen]: [NearbyNews[], NearbyNews[]] = [[], []];
    relay(toAda.server, toBen.client);
    relay(toBen.client, toAda.server);
    toAda.server.onClose(() => toBen.client.close());
    toBen.client.onClose(() => toAda.server.close());
    const atBenTalk = answerNearby(toBen.server, nearbyParts(ben), (news) => void atBen.push(news));
    askNearby(toAda.client, nearbyParts(ada), words, (news) => void atAda.push(news));
    await clock.advance(20);
    atBenTalk.answer(true);
    await clock.advance(50);
    expect([...atAda, ...atBen].some(({ kind }) => kind === 'digits')).toBe(false);
    expect(endOf(atBen)).toEqual(['failed']);
    expect(endOf(atAda)).toEqual(['gone']);
  });
});
