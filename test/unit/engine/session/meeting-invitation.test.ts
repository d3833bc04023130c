import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Invitation } from '../../../../electron/engine/identity/invitation-link';
import { invitationHelloKey, invitationIdOf } from '../../../../electron/engine/identity/invitation-link';
import { ChannelError, channelKinds, type ChannelFrame } from '../../../../electron/engine/session/channel-frames';
import { beginInvitee, inviteOverChannel, type InviteeState, stepInvitee } from '../../../../electron/engine/session/meeting-invitee';
import { answerInvitations, type InviterParts, type InviterState, stepInviter } from '../../../../electron/engine/session/meeting-inviter';
import { MeetingRefusal, type MeetingResult, type MeetingStep } from '../../../../electron/engine/session/meeting-roles';
import { concat } from '../../../../electron/engine/wire/writer';
import { channelBetween, day, has, InvitationBook, invitationOf, overhear, partsOf } from '../../../support/meeting-kit';
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

/** Ben (or somebody) accepts Ada's (or somebody's) link over a fresh channel; what both said in clear. */
async function meet(invitee: Party, invitation: Invitation, inviter: Party, parts: InviterParts) {
  const { client, server, pair } = await channelBetween(clock, invitee, inviter, 'invite');
  const said: ChannelFrame[] = [];
  const answered: ChannelFrame[] = [];
  answerInvitations(overhear(server, answered), parts);
  const outcome = inviteOverChannel(overhear(client, said), { ...partsOf(invitee), invitation }).then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  await clock.advance(50);
  return { outcome: await outcome, said, answered, pair };
}

/** Both roles on one channel hash, frame by frame, with a hand in between. */
function walk(hand: (frame: ChannelFrame, step: number) => ChannelFrame, changes: { invitation?: Invitation; channelHashes?: [Uint8Array, Uint8Array] } = {}) {
  const invitation = changes.invitation ?? invitationOf(ada);
  const book = new InvitationBook(ada, invitation);
  const hash = ada.crypto.random(32);
  const [hashAtAda, hashAtBen] = changes.channelHashes ?? [hash, hash];
  const parts = { ...partsOf(ben), invitation };
  let inviterState: InviterState | undefined = { phase: 'hello' };
  let step: MeetingStep<InviteeState, MeetingResult> = beginInvitee(parts, hashAtBen);
  let count = 0;
  const through = (frame: ChannelFrame): ChannelFrame => hand({ kind: frame.kind, payload: Uint8Array.from(frame.payload) }, count++);
  try {
    while (step.send && step.state) {
      if (!inviterState) return { error: new ChannelError('closed'), book };
      const answer: MeetingStep<InviterState> = stepInviter(book.parts(), hashAtAda, inviterState, through(step.send));
      inviterState = answer.state;
      if (!answer.send) break;
      step = stepInvitee(parts, hashAtBen, step.state, through(answer.send));
    }
    return { result: step.result, book };
  } catch (error) {
    return { error, book };
  }
}

describe('meeting by invitation', () => {
  test('both get the other’s card; the link is redeemed once, by the card of who holds it', async () => {
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    const { outcome, said, answered, pair } = await meet(ben, invitation, ada, book.parts());
    expect(outcome).toMatchObject({ result: { card: { chain: { identity: { name: 'Ada', peerId: ada.local.peerId } }, addresses: [{ host: '192.0.2.9', port: 4711 }] } } });
    expect(book.redeemed.map(({ card }) => card.chain.identity.peerId)).toEqual([ben.local.peerId]);
    expect(said.map(({ kind }) => kind)).toEqual([channelKinds.inviteHello, channelKinds.inviteProof]);
    expect(answered.map(({ kind }) => kind)).toEqual([channelKinds.inviteAnswer, channelKinds.inviteResult]);
    expect([pair.dialler.closed, pair.listener.closed, clock.waiting]).toEqual([true, true, 0]);
  });

  test('the secret and the keys made of it are never said, not even inside the channel', async () => {
    const invitation = invitationOf(ada);
    const { said, answered, pair } = await meet(ben, invitation, ada, new InvitationBook(ada, invitation).parts());
    const clear = concat(...[...said, ...answered].map(({ payload }) => payload));
    const wire = concat(...pair.dialler.sent, ...pair.listener.sent);
    for (const secret of [invitation.secret, invitationHelloKey(ada.crypto, invitation.secret), ada.crypto.hkdf(invitation.secret, 'invite', 32)]) {
      expect(has(clear, secret)).toBe(false);
      expect(has(wire, secret)).toBe(false);
    }
    for (const party of [ada, ben]) expect(has(wire, new TextEncoder().encode(party.local.peerId))).toBe(false);
  });

  test('byte layout of the four frames', async () => {
    const invitation = invitationOf(ada);
    const { said, answered } = await meet(ben, invitation, ada, new InvitationBook(ada, invitation).parts());
    const [hello, proof] = said.map(({ payload }) => Buffer.from(payload));
    const [answer, result] = answered.map(({ payload }) => Buffer.from(payload));
    expect(hello).toHaveLength(48);
    expect(answer).toHaveLength(4 + (answer?.readUInt32BE(0) ?? 0) + 64);
    expect(proof).toHaveLength(32 + 4 + (proof?.readUInt32BE(32) ?? 0) + 64);
    expect([...(result ?? [])]).toEqual([0]);
  });

  test('a stranger learns nothing: unknown id, wrong tag and every malformed hello get one and the same refusal', () => {
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    const hash = ada.crypto.random(32);
    const good = beginInvitee({ ...partsOf(ben), invitation }, hash).send?.payload ?? new Uint8Array();
    const stranger = beginInvitee({ ...partsOf(ben), invitation: invitationOf(ada) }, hash).send?.payload ?? new Uint8Array();
    const other = beginInvitee({ ...partsOf(ben), invitation: { ...invitation, peerId: mallory.local.peerId } }, hash).send?.payload ?? new Uint8Array();
    const replayed = beginInvitee({ ...partsOf(ben), invitation }, ada.crypto.random(32)).send?.payload ?? new Uint8Array();
    const hellos = [stranger, other, replayed, new Uint8Array(48), new Uint8Array(0), good.subarray(0, 47), concat(good, Uint8Array.of(0)), good.map((byte, at) => (at === 40 ? byte ^ 1 : byte))];
    ada.crypto.meter.reset();
    for (const payload of hellos) {
      expect(stepInviter(book.parts(), hash, { phase: 'hello' }, { kind: channelKinds.inviteHello, payload })).toEqual({ send: refused });
    }
    for (const kind of Object.values(channelKinds)) {
      if (kind !== channelKinds.inviteHello) expect(stepInviter(book.parts(), hash, { phase: 'hello' }, { kind, payload: good })).toEqual({ send: refused });
    }
    expect(ada.crypto.meter.read()).toMatchObject({ sign: 0, verify: 0, rsaVerify: 0, rsaSign: 0 });
    expect(stepInviter(book.parts(), hash, { phase: 'hello' }, { kind: channelKinds.inviteHello, payload: good }).state?.phase).toBe('proof');
    expect(book.redeemed).toEqual([]);
  });

  test('somebody else at the address of the link is the wrong person and learns nothing of the invitee', async () => {
    const invitation = invitationOf(ada);
    // Mallory even holds the secret, but is not the person the link names.
    const hers = new InvitationBook(mallory, invitation);
    const parts = hers.parts();
    const { outcome, said } = await meet(ben, invitation, mallory, { ...parts, find: () => invitation });
    // The hello names Ada, so an honest program refuses it.
    expect(outcome).toMatchObject({ error: { code: 'invitation.refused', proven: false } });
    const { said: toCheat, outcome: cheated } = await cheatAnswer(invitation, mallory);
    expect(cheated).toMatchObject({ error: { code: 'invitation.wrong-person', proven: false } });
    for (const frames of [said, toCheat]) {
      expect(frames.map(({ kind }) => kind)).toEqual([channelKinds.inviteHello]);
      expect(has(frames[0]?.payload ?? new Uint8Array(), ben.local.identity.spkiHash)).toBe(false);
    }
  });

  /** The cheat answers any hello with its own proven card. */
  async function cheatAnswer(invitation: Invitation, cheat: Party) {
    const { client, server } = await channelBetween(clock, ben, cheat, 'invite');
    const own = invitationOf(cheat);
    const book = new InvitationBook(cheat, own);
    server.onFrame(() => {
      const hello = beginInvitee({ ...partsOf(ben), invitation: own }, server.hash).send;
      const answer = hello && stepInviter(book.parts(), server.hash, { phase: 'hello' }, hello).send;
      if (answer) server.send(answer);
    });
    const said: ChannelFrame[] = [];
    const outcome = inviteOverChannel(overhear(client, said), { ...partsOf(ben), invitation }).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    await clock.advance(50);
    return { said, outcome: await outcome };
  }

  test('a man in the middle with a channel to each side gets nothing through and nothing to keep', async () => {
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    const toBen = await channelBetween(clock, ben, mallory, 'invite');
    const toAda = await channelBetween(clock, mallory, ada, 'invite');
    const seen: ChannelFrame[] = [];
    toBen.server.onFrame((frame) => {
      seen.push(frame);
      toAda.client.send(frame);
    });
    toAda.client.onFrame((frame) => {
      seen.push(frame);
      toBen.server.send(frame);
    });
    answerInvitations(toAda.server, book.parts());
    const outcome = inviteOverChannel(toBen.client, { ...partsOf(ben), invitation }).catch((error: unknown) => error);
    await clock.advance(50);
    expect(await outcome).toMatchObject({ code: 'invitation.refused', proven: false });
    expect(book.redeemed).toEqual([]);
    expect(seen.map(({ kind }) => kind)).toEqual([channelKinds.inviteHello, channelKinds.refused]);
  });

  test('A43: a genuine answer relayed from another channel is the wrong person; a proof relayed to another channel is refused', () => {
    // Mallory has a link of Ada's, too, and so gets Ada's true card and signature, but for her own channel.
    const toBen = ada.crypto.random(32);
    const toAda = ada.crypto.random(32);
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    const helloByMallory = beginInvitee({ ...partsOf(mallory), invitation }, toAda).send;
    const answer = helloByMallory && stepInviter(book.parts(), toAda, { phase: 'hello' }, helloByMallory);
    expect(() => stepInvitee({ ...partsOf(ben), invitation }, toBen, { phase: 'answer' }, answer?.send ?? refused)).toThrow(MeetingRefusal);

    // Ben's true proof, made for a channel he had with Ada, on another channel with Ada.
    const first = walk((frame) => frame, { invitation });
    expect(first.error).toBeUndefined();
    const kept: ChannelFrame[] = [];
    const benParts = { ...partsOf(ben), invitation };
    const begun = beginInvitee(benParts, toBen);
    const toBenAnswer = begun.send && stepInviter(book.parts(), toBen, { phase: 'hello' }, begun.send);
    const proof = stepInvitee(benParts, toBen, { phase: 'answer' }, toBenAnswer?.send ?? refused).send;
    if (proof) kept.push(proof);
    expect(kept).toHaveLength(1);
    expect(answer?.state && proof && stepInviter(book.parts(), toAda, answer.state, proof)).toEqual({ send: refused });
    expect(book.redeemed).toEqual([]);
    // On its own channel it is good.
    expect(toBenAnswer?.state && proof && stepInviter(book.parts(), toBen, toBenAnswer.state, proof).send?.payload).toEqual(Uint8Array.of(0));
  });

  test('who holds the link cannot show somebody else’s card', () => {
    const hash = ada.crypto.random(32);
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    const cheatParts = { ...partsOf(mallory), invitation };
    // Mallory presents Ben's certificates; she can only sign with her own device key.
    const asBen = { ...cheatParts, local: { ...ben.local, instance: { ...ben.local.instance, signing: mallory.local.instance.signing } } };
    const begunAsBen = beginInvitee(asBen, hash);
    const answerToBen = begunAsBen.send && stepInviter(book.parts(), hash, { phase: 'hello' }, begunAsBen.send);
    const asBens = stepInvitee(asBen, hash, { phase: 'answer' }, answerToBen?.send ?? refused).send;
    expect(answerToBen?.state && asBens && stepInviter(book.parts(), hash, answerToBen.state, asBens)).toEqual({ send: refused });
    // Of a link that was used she hears no more, neither so nor with a proof of Ben's from another channel: that it was used is said to people.
    const spent: InviterParts = { ...book.parts(), find: () => ({ helloKey: invitationHelloKey(ada.crypto, invitation.secret) }) };
    const elsewhere = { kind: channelKinds.inviteProof, payload: walkForProof(ada.crypto.random(32), invitation) };
    for (const proof of [asBens, elsewhere]) expect(answerToBen?.state && proof && stepInviter(spent, hash, answerToBen.state, proof)).toEqual({ send: refused });
    // Ben's genuine, signed card lifted from a meeting of his, under a tag Mallory can make.
    const bens = walkForProof(hash, invitation);
    const begun = beginInvitee(cheatParts, hash);
    const answer = begun.send && stepInviter(book.parts(), hash, { phase: 'hello' }, begun.send);
    const hers = stepInvitee(cheatParts, hash, { phase: 'answer' }, answer?.send ?? refused).send?.payload ?? new Uint8Array();
    const mixed = { kind: channelKinds.inviteProof, payload: concat(hers.subarray(0, 32), bens.subarray(32)) };
    expect(answer?.state && stepInviter(book.parts(), hash, answer.state, mixed)).toEqual({ send: refused });
    expect(book.redeemed).toEqual([]);
  });

  function walkForProof(hash: Uint8Array, invitation: Invitation): Uint8Array {
    const book = new InvitationBook(ada, invitation);
    const parts = { ...partsOf(ben), invitation };
    const begun = beginInvitee(parts, hash);
    const answer = begun.send && stepInviter(book.parts(), hash, { phase: 'hello' }, begun.send);
    return stepInvitee(parts, hash, { phase: 'answer' }, answer?.send ?? refused).send?.payload ?? new Uint8Array();
  }

  test('any changed byte of any frame leads to no meeting', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), fc.double({ min: 0, max: 0.999999, noNaN: true }), fc.integer({ min: 1, max: 255 }), (which, place, change) => {
        const { result, error, book } = walk((frame, step) => {
          if (step !== which) return frame;
          const at = Math.floor(place * frame.payload.length);
          frame.payload[at] = (frame.payload[at] ?? 0) ^ change;
          return frame;
        });
        expect(result).toBeUndefined();
        expect(error instanceof MeetingRefusal || error instanceof ChannelError).toBe(true);
        // Only the very last word comes after redeeming.
        expect(book.redeemed).toHaveLength(which === 3 ? 1 : 0);
      }),
      { numRuns: 150 },
    );
    expect(walk((frame) => frame).result?.card.chain.identity.name).toBe('Ada');
  }, 60_000);

  test('frames cut short, prolonged or of another kind lead to no meeting', () => {
    for (let which = 0; which < 4; which += 1) {
      const hands: ((frame: ChannelFrame) => ChannelFrame)[] = [
        ({ kind, payload }) => ({ kind, payload: payload.subarray(0, payload.length - 1) }),
        ({ kind, payload }) => ({ kind, payload: concat(payload, Uint8Array.of(0)) }),
        ({ kind }) => ({ kind, payload: new Uint8Array(0) }),
        ...Object.values(channelKinds).map((kind) => (frame: ChannelFrame) => ({ kind: kind === frame.kind ? channelKinds.meetCard : kind, payload: frame.payload })),
      ];
      for (const hand of hands) {
        const { result, error } = walk((frame, step) => (step === which ? hand(frame) : frame));
        expect(result).toBeUndefined();
        expect(error instanceof MeetingRefusal || error instanceof ChannelError).toBe(true);
      }
    }
  }, 60_000);

  test('used, expired and refused have a code of their own, proven by the inviter', async () => {
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    expect((await meet(ben, invitation, ada, book.parts())).outcome).toHaveProperty('result');
    expect((await meet(mallory, invitation, ada, book.parts())).outcome).toMatchObject({ error: { code: 'invitation.used', proven: true } });

    const late = invitationOf(ada, { expiresAt: testNow - 1 });
    expect((await meet(ben, late, ada, new InvitationBook(ada, late).parts())).outcome).toMatchObject({ error: { code: 'invitation.expired', proven: true } });

    const unwanted = invitationOf(ada);
    const parts = new InvitationBook(ada, unwanted).parts({ redeem: () => 'refused' });
    expect((await meet(ben, unwanted, ada, parts)).outcome).toMatchObject({ error: { code: 'invitation.refused', proven: true } });

    const unknown = invitationOf(ada);
    expect((await meet(ben, unknown, ada, new InvitationBook(ada).parts())).outcome).toMatchObject({ error: { code: 'invitation.refused', proven: false } });
  });

  test('after a lost answer the same person gets the same yes, also when the link has run out meanwhile', async () => {
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    const { client, server, pair } = await channelBetween(clock, ben, ada, 'invite');
    answerInvitations(server, book.parts({
      redeem: (invitationId, card) => {
        const result = book.parts().redeem(invitationId, card);
        pair.listener.destroy();
        return result;
      },
    }));
    const first = inviteOverChannel(client, { ...partsOf(ben), invitation }).catch((error: unknown) => error);
    await clock.advance(50);
    expect(await first).toEqual(new ChannelError('closed'));
    expect(book.redeemed).toHaveLength(1);
    book.now = testNow + 2 * day;
    const again = await meet(ben, invitation, ada, book.parts());
    expect(again.outcome).toMatchObject({ result: { card: { chain: { identity: { peerId: ada.local.peerId } } } } });
  });

  test('a redeem that fails gives no answer, and the next try can succeed', async () => {
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    const { client, server } = await channelBetween(clock, ben, ada, 'invite');
    answerInvitations(server, book.parts({
      redeem: () => {
        throw new TypeError('disk');
      },
    }));
    const first = inviteOverChannel(client, { ...partsOf(ben), invitation }).catch((error: unknown) => error);
    await expect(clock.advance(50)).rejects.toEqual(new TypeError('disk'));
    await clock.advance(50);
    expect(await first).toEqual(new ChannelError('closed'));
    expect((await meet(ben, invitation, ada, book.parts())).outcome).toHaveProperty('result');
  });

  test('two people with one link at the same moment: one is in, the other hears that it was used', async () => {
    const invitation = invitationOf(ada);
    const book = new InvitationBook(ada, invitation);
    const bens = await channelBetween(clock, ben, ada, 'invite');
    const mallorys = await channelBetween(clock, mallory, ada, 'invite');
    const outcomes = [{ who: ben, ...bens }, { who: mallory, ...mallorys }].map(({ who, client, server }) => {
      answerInvitations(server, book.parts());
      return inviteOverChannel(client, { ...partsOf(who), invitation }).then(
        () => 'in',
        (error: unknown) => (error instanceof MeetingRefusal ? error.code : 'other'),
      );
    });
    await clock.advance(50);
    const [first, second] = await Promise.all(outcomes);
    expect([first, second].sort()).toEqual(['in', 'invitation.used']);
  });

  test.each(['held', 'spent', 'gone'] as const)('A88: between hello and proof the secret is in no memory: it is looked up for either, and overwritten; a link that is %s by then', (later) => {
    const invitation = invitationOf(ada);
    const hash = ada.crypto.random(32);
    const first = { secret: invitation.secret.slice() };
    const second = { held: { secret: invitation.secret.slice() }, spent: { helloKey: invitationHelloKey(ada.crypto, invitation.secret) }, gone: undefined }[later];
    const book = new InvitationBook(ada, invitation);
    const found = [second, first];
    const parts: InviterParts = { ...book.parts(), find: () => found.pop() };
    const hello = beginInvitee({ ...partsOf(ben), invitation }, hash);
    const answer = hello.send && stepInviter(parts, hash, { phase: 'hello' }, hello.send);
    expect(answer?.state).toEqual({ phase: 'proof', invitationId: invitationIdOf(ada.crypto, invitation.secret) });
    const proof = answer?.send && hello.state && stepInvitee({ ...partsOf(ben), invitation }, hash, hello.state, answer.send).send;
    const { send } = (answer?.state && proof && stepInviter(parts, hash, answer.state, proof)) ?? {};
    expect([send?.payload[0], book.redeemed.length]).toEqual({ held: [0, 1], spent: [1, 0], gone: [undefined, 0] }[later]);
    expect(Object.values({ ...first, ...second }).flatMap((bytes) => [...bytes]).some((byte) => byte !== 0)).toBe(false);
  });

  test('another device of the inviter does not do', async () => {
    const invitation = invitationOf(ada, { instanceId: ben.local.instanceId });
    const { outcome, said } = await meet(ben, invitation, ada, new InvitationBook(ada, invitation).parts());
    expect(outcome).toMatchObject({ error: { code: 'invitation.refused', proven: true } });
    expect(said.map(({ kind }) => kind)).toEqual([channelKinds.inviteHello]);
  });

  test('one’s own link is refused before anything is said', async () => {
    const invitation = invitationOf(ada);
    const { outcome, said } = await meet(ada, invitation, ada, new InvitationBook(ada, invitation).parts());
    expect(outcome).toMatchObject({ error: { code: 'invitation.own' } });
    expect(said).toEqual([]);
  });

  test('a listener that never answers ends in a timeout, one that goes in a close', async () => {
    const invitation = invitationOf(ada);
    const silent = await channelBetween(clock, ben, ada, 'invite');
    silent.server.onFrame(() => {});
    const waiting = inviteOverChannel(silent.client, { ...partsOf(ben), invitation }).catch((error: unknown) => error);
    await clock.advance(10_100);
    expect(await waiting).toEqual(new ChannelError('timeout'));
    const leaving = await channelBetween(clock, ben, ada, 'invite');
    leaving.server.onFrame(() => leaving.server.close());
    const left = inviteOverChannel(leaving.client, { ...partsOf(ben), invitation }).catch((error: unknown) => error);
    await clock.advance(50);
    expect(await left).toEqual(new ChannelError('closed'));
  });

  test('a listener that is being talked to after its last word just closes', async () => {
    const invitation = invitationOf(ada);
    const { client, server, pair } = await channelBetween(clock, ben, ada, 'invite');
    answerInvitations(server, new InvitationBook(ada, invitation).parts());
    const got: ChannelFrame[] = [];
    client.onFrame((frame) => got.push(frame));
    for (let index = 0; index < 5; index += 1) client.send({ kind: channelKinds.inviteHello, payload: new Uint8Array(48) });
    await clock.advance(50);
    expect(got).toEqual([refused]);
    expect(pair.listener.closed).toBe(true);
  });
});
