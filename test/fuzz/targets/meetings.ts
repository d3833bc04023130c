import type { Invitation } from '../../../electron/engine/identity/invitation-link';
import { ChannelError, channelKinds, type ChannelFrame } from '../../../electron/engine/session/channel-frames';
import { beginInvitee, type InviteeState, stepInvitee } from '../../../electron/engine/session/meeting-invitee';
import { type InviterState, stepInviter } from '../../../electron/engine/session/meeting-inviter';
import { beginRequester, type RequestAnswer, type RequesterState, stepRequester } from '../../../electron/engine/session/meeting-requester';
import { type RequesteeState, stepRequestee } from '../../../electron/engine/session/meeting-requestee';
import type { MeetingResult, MeetingStep } from '../../../electron/engine/session/meeting-roles';
import { KeyshiftError } from '../../../shared/errors';
import { InvitationBook, invitationOf, partsOf } from '../../support/meeting-kit';
import { newParty } from '../../support/session-kit';
import { inRow, outcomeOf, rowOf, type Target } from '../target';

const hash = new Uint8Array(32).fill(9);
const kinds = Object.values(channelKinds);
const steps = 6;

/** Frames of a meeting by link or by card, to each of its four roles, as rows (§12; A65, A78): nobody is met who did not sign for this very channel. */
export async function meetings(): Promise<Target[]> {
  const [ann, ben] = await Promise.all([newParty('Ann'), newParty('Ben')]);
  const invitation: Invitation = invitationOf(ann, { secret: new Uint8Array(16).fill(3) });
  const wanted = { peerId: ann.local.peerId, spkiHash: ann.local.identity.spkiHash };
  const book = new InvitationBook(ann, invitation);
  const inviter = book.parts();
  const asked: string[] = [];
  const requestee = { ...partsOf(ann), onRequest: () => (asked.push('asked'), 'pending' as const) };
  const invitee = { ...partsOf(ben), invitation };
  const requester = { ...partsOf(ben), wanted };
  const [hello, request]: [InviterState, RequesteeState] = [{ phase: 'hello' }, { phase: 'request' }];
  const byLink = talk<InviteeState, InviterState, MeetingResult>(beginInvitee(invitee, hash), (state, frame) => stepInvitee(invitee, hash, state, frame), hello, (state, frame) => stepInviter(inviter, hash, state, frame));
  const byCard = talk<RequesterState, RequesteeState, RequestAnswer>(beginRequester(requester), (state, frame) => stepRequester(requester, hash, state, frame), request, (state, frame) => stepRequestee(requestee, hash, state, frame));
  book.redeemed.length = 0;
  asked.length = 0;
  const genuine = (bytes: Uint8Array, rows: readonly Uint8Array[], met: boolean): void => {
    const frames = rows.flatMap((row) => inRow(row).map(({ body }) => Buffer.from(body).toString('hex')));
    if (met && !inRow(bytes).some(({ body }) => body.length > 1_000 && frames.includes(Buffer.from(body).toString('hex')))) throw new Error('somebody was met who signed nothing');
  };
  return [
    listener<InviterState>('invitation-inviter', byLink.client, hello, (state, frame) => stepInviter(inviter, hash, state, frame), (bytes) => {
      genuine(bytes, [byLink.client], book.redeemed.splice(0).length > 0);
    }),
    listener<RequesteeState>('request-requestee', byCard.client, request, (state, frame) => stepRequestee(requestee, hash, state, frame), (bytes) => {
      genuine(bytes, [byCard.client], asked.splice(0).length > 0);
    }),
    dialler('invitation-invitee', byLink.server, () => beginInvitee(invitee, hash), (state, frame) => stepInvitee(invitee, hash, state, frame), (bytes, met) => genuine(bytes, [byLink.server], met)),
    dialler('request-requester', byCard.server, () => beginRequester(requester), (state, frame) => stepRequester(requester, hash, state, frame), (bytes, met) => genuine(bytes, [byCard.server], met)),
  ];
}

/** What both sides say when nobody is in between. */
function talk<C, S, R>(begin: MeetingStep<C, R>, client: (state: C, frame: ChannelFrame) => MeetingStep<C, R>, first: S, server: (state: S, frame: ChannelFrame) => MeetingStep<S>): { client: Uint8Array; server: Uint8Array } {
  const said = { client: [] as ChannelFrame[], server: [] as ChannelFrame[] };
  let here: MeetingStep<C, R> = begin;
  let there: MeetingStep<S> = { state: first };
  for (let at = 0; at < steps && here.send && there.state !== undefined; at += 1) {
    said.client.push(here.send);
    there = server(there.state, here.send);
    if (!there.send || here.state === undefined) break;
    said.server.push(there.send);
    here = client(here.state, there.send);
  }
  const row = (frames: readonly ChannelFrame[]): Uint8Array => rowOf(frames.map(({ kind, payload }) => ({ head: kind, body: payload })));
  return { client: row(said.client), server: row(said.server) };
}

function listener<S extends { readonly phase: string }>(name: string, seed: Uint8Array, first: S, step: (state: S, frame: ChannelFrame) => MeetingStep<S>, look: (bytes: Uint8Array) => void): Target {
  return {
    name,
    seeds: [seed, seed.subarray(0, 200)],
    run: (bytes) => {
      let next: MeetingStep<S> = { state: first };
      for (const frame of framesIn(bytes)) if (next.state !== undefined) next = step(next.state, frame);
      look(bytes);
      return next.state?.phase ?? `over, kind ${next.send?.kind ?? 'none'}`;
    },
  };
}

function dialler<S extends { readonly phase: string }, R>(name: string, seed: Uint8Array, begin: () => MeetingStep<S, R>, step: (state: S, frame: ChannelFrame) => MeetingStep<S, R>, look: (bytes: Uint8Array, met: boolean) => void): Target {
  return {
    name,
    seeds: [seed, seed.subarray(0, 200)],
    run: (bytes) =>
      outcomeOf([ChannelError, KeyshiftError], () => {
        let next = begin();
        for (const frame of framesIn(bytes)) if (next.state !== undefined) next = step(next.state, frame);
        look(bytes, next.result !== undefined);
        return next.result === undefined ? (next.state?.phase ?? 'over') : 'met';
      }),
  };
}

function framesIn(bytes: Uint8Array): ChannelFrame[] {
  return inRow(bytes).map(({ head, body }) => ({ kind: kinds.find((known) => known === head) ?? kinds[head % kinds.length] ?? channelKinds.inviteHello, payload: body }));
}
