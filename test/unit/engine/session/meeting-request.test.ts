import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Card } from '../../../../electron/engine/certificates/card';
import { ChannelError, channelKinds, type ChannelFrame } from '../../../../electron/engine/session/channel-frames';
import { answerRequests, type RequesteeParts, type RequesteeState, type RequestResult, stepRequestee } from '../../../../electron/engine/session/meeting-requestee';
import { beginRequester, type RequestAnswer, requestOverChannel, type RequesterState, stepRequester } from '../../../../electron/engine/session/meeting-requester';
import type { MeetingStep } from '../../../../electron/engine/session/meeting-roles';
import { concat } from '../../../../electron/engine/wire/writer';
import { channelBetween, has, overhear, partsOf } from '../../../support/meeting-kit';
import { ManualClock } from '../../../support/manual-clock';
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

const refused: ChannelFrame = { kind: channelKinds.refused, payload: new Uint8Array(0) };
const nameOf = ({ local }: Party) => ({ peerId: local.peerId, spkiHash: local.identity.spkiHash });

function requestee(party: Party, status: RequestResult, asked: Card[] = []): RequesteeParts {
  return {
    ...partsOf(party),
    onRequest: (card) => {
      asked.push(card);
      return status;
    },
  };
}

function walk(hand: (frame: ChannelFrame, step: number) => ChannelFrame) {
  const asked: Card[] = [];
  const hash = ada.crypto.random(32);
  const parts = { ...partsOf(ben), wanted: nameOf(ada) };
  const listener = requestee(ada, 'pending', asked);
  let listenerState: RequesteeState | undefined = { phase: 'request' };
  let step: MeetingStep<RequesterState, RequestAnswer> = beginRequester(parts);
  let count = 0;
  const through = (frame: ChannelFrame): ChannelFrame => hand({ kind: frame.kind, payload: Uint8Array.from(frame.payload) }, count++);
  try {
    while (step.send && step.state && listenerState) {
      const answer: MeetingStep<RequesteeState> = stepRequestee(listener, hash, listenerState, through(step.send));
      listenerState = answer.state;
      if (!answer.send) break;
      step = stepRequester(parts, hash, step.state, through(answer.send));
    }
    return { result: step.result, asked };
  } catch (error) {
    return { error, asked };
  }
}

describe('contact requests', () => {
  test.each(['pending', 'accepted', 'declined'] as const)('the answer %s arrives with a fresh card', async (status) => {
    const asked: Card[] = [];
    const { client, server, pair } = await channelBetween(clock, ben, ada, 'request');
    const said: ChannelFrame[] = [];
    answerRequests(server, requestee(ada, status, asked));
    const outcome = requestOverChannel(overhear(client, said), { ...partsOf(ben), wanted: nameOf(ada) });
    await clock.advance(50);
    expect(await outcome).toMatchObject({ status, card: { chain: { identity: nameOf(ada) }, time: testNow } });
    expect(asked.map((card) => card.chain.identity.peerId)).toEqual([ben.local.peerId]);
    expect(said.map(({ kind }) => kind)).toEqual([channelKinds.cardRequest, channelKinds.requestProof]);
    expect(said[0]?.payload).toHaveLength(64);
    expect([pair.dialler.closed, pair.listener.closed, clock.waiting]).toEqual([true, true, 0]);
  });

  test('who does not name exactly this person and key gets the uniform refusal and costs no signature', () => {
    const hash = ada.crypto.random(32);
    const asked: Card[] = [];
    const own = beginRequester({ ...partsOf(ben), wanted: nameOf(ada) }).send?.payload ?? new Uint8Array();
    const other = beginRequester({ ...partsOf(ben), wanted: nameOf(mallory) }).send?.payload ?? new Uint8Array();
    const oldKey = beginRequester({ ...partsOf(ben), wanted: { ...nameOf(ada), spkiHash: ada.crypto.random(32) } }).send?.payload ?? new Uint8Array();
    ada.crypto.meter.reset();
    for (const payload of [other, oldKey, new Uint8Array(64), new Uint8Array(0), own.subarray(1), concat(own, Uint8Array.of(0))]) {
      expect(stepRequestee(requestee(ada, 'accepted', asked), hash, { phase: 'request' }, { kind: channelKinds.cardRequest, payload })).toEqual({ send: refused });
    }
    expect(ada.crypto.meter.read()).toMatchObject({ sign: 0, verify: 0, rsaVerify: 0 });
    expect(stepRequestee(requestee(ada, 'accepted', asked), hash, { phase: 'request' }, { kind: channelKinds.cardRequest, payload: own }).state).toEqual({ phase: 'proof' });
    expect(asked).toEqual([]);
  });

  test('somebody else at the address learns neither who asks nor gets a word more', async () => {
    const { client, server } = await channelBetween(clock, ben, mallory, 'request');
    const said: ChannelFrame[] = [];
    // Mallory answers with her own card whatever was asked.
    server.onFrame(() => {
      const hello = beginRequester({ ...partsOf(ben), wanted: nameOf(mallory) }).send;
      const answer = hello && stepRequestee(requestee(mallory, 'accepted'), server.hash, { phase: 'request' }, hello).send;
      if (answer) server.send(answer);
    });
    const outcome = requestOverChannel(overhear(client, said), { ...partsOf(ben), wanted: nameOf(ada) }).catch((error: unknown) => error);
    await clock.advance(50);
    expect(await outcome).toEqual(new ChannelError('refused'));
    expect(said.map(({ kind }) => kind)).toEqual([channelKinds.cardRequest]);
    expect(has(said[0]?.payload ?? new Uint8Array(), ben.local.identity.spkiHash)).toBe(false);
  });

  test('a man in the middle who relays the true card is refused: it was signed for another channel', async () => {
    const toBen = await channelBetween(clock, ben, mallory, 'request');
    const toAda = await channelBetween(clock, mallory, ada, 'request');
    const asked: Card[] = [];
    const seen: number[] = [];
    toBen.server.onFrame((frame) => {
      seen.push(frame.kind);
      toAda.client.send(frame);
    });
    toAda.client.onFrame((frame) => toBen.server.send(frame));
    answerRequests(toAda.server, requestee(ada, 'accepted', asked));
    const outcome = requestOverChannel(toBen.client, { ...partsOf(ben), wanted: nameOf(ada) }).catch((error: unknown) => error);
    await clock.advance(50);
    expect(await outcome).toEqual(new ChannelError('refused'));
    expect(asked).toEqual([]);
    expect(seen).toEqual([channelKinds.cardRequest]);
  });

  test('nobody asks in another’s name', () => {
    const hash = ada.crypto.random(32);
    const asked: Card[] = [];
    const asBen = { ...partsOf(mallory), local: { ...ben.local, instance: { ...ben.local.instance, signing: mallory.local.instance.signing } }, wanted: nameOf(ada) };
    const listener = requestee(ada, 'accepted', asked);
    const begun = beginRequester(asBen);
    const answer = begun.send && stepRequestee(listener, hash, { phase: 'request' }, begun.send);
    const proof = stepRequester(asBen, hash, { phase: 'card' }, answer?.send ?? refused).send;
    expect(proof && stepRequestee(listener, hash, { phase: 'proof' }, proof)).toEqual({ send: refused });
    // Ben's own proof, but made for Mallory, who wants to use it with Ada.
    const toMallory = { ...partsOf(ben), wanted: nameOf(mallory) };
    const first = beginRequester(toMallory);
    const hers = first.send && stepRequestee(requestee(mallory, 'pending'), hash, { phase: 'request' }, first.send);
    const forMallory = stepRequester(toMallory, hash, { phase: 'card' }, hers?.send ?? refused).send;
    expect(forMallory && stepRequestee(listener, hash, { phase: 'proof' }, forMallory)).toEqual({ send: refused });
    expect(asked).toEqual([]);
  });

  test('any changed byte leads to no request', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.double({ min: 0, max: 0.999999, noNaN: true }), fc.integer({ min: 3, max: 255 }), (which, place, change) => {
        const { result, error, asked } = walk((frame, step) => {
          if (step !== which) return frame;
          const at = Math.floor(place * frame.payload.length);
          frame.payload[at] = (frame.payload[at] ?? 0) ^ change;
          return frame;
        });
        expect(result).toBeUndefined();
        expect(error).toBeInstanceOf(ChannelError);
        expect(asked).toHaveLength(which === 3 ? 1 : 0);
      }),
      { numRuns: 120 },
    );
    expect(walk((frame) => frame).result?.status).toBe('pending');
  }, 60_000);

  test('frames out of order or of another kind are refused', () => {
    const hash = ada.crypto.random(32);
    for (const kind of Object.values(channelKinds)) {
      const frame = { kind, payload: new Uint8Array(64) };
      if (kind !== channelKinds.cardRequest) expect(stepRequestee(requestee(ada, 'accepted'), hash, { phase: 'request' }, frame)).toEqual({ send: refused });
      expect(stepRequestee(requestee(ada, 'accepted'), hash, { phase: 'proof' }, frame)).toEqual({ send: refused });
      expect(() => stepRequester({ ...partsOf(ben), wanted: nameOf(ada) }, hash, { phase: 'card' }, frame)).toThrow(ChannelError);
    }
  });
});
