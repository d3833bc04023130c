/**
 * The encryption-only channel carries these frames and no others (protocol.md §9). A channel serves one purpose; each
 * purpose says what either side may send, so that nothing of a conversation can ever travel on it (S5-04, A78).
 */
export const channelKinds = {
  rekeyRequest: 1,
  rekeyAnswer: 2,
  cardRequest: 3,
  cardAnswer: 4,
  requestProof: 5,
  requestStatus: 6,
  rekeyOffer: 7,
  inviteHello: 16,
  inviteAnswer: 17,
  inviteProof: 18,
  inviteResult: 19,
  meetCommit: 32,
  meetReveal: 33,
  meetCard: 34,
  meetAsk: 35,
  meetAccept: 36,
  meetConfirm: 37,
  linkHello: 48,
  linkAnswer: 49,
  linkReveal: 50,
  linkKeys: 51,
  linkConfirm: 52,
  linkGrant: 53,
  linkDone: 54,
  /** The one answer to everything that leads nowhere: empty, and the same for every reason. */
  refused: 63,
} as const;

export type ChannelKind = (typeof channelKinds)[keyof typeof channelKinds];

export type ChannelPurpose = 'rekey' | 'invite' | 'request' | 'meet' | 'link';

/** On the wire. */
export const purposeBytes: Readonly<Record<ChannelPurpose, number>> = { rekey: 1, request: 2, invite: 3, meet: 4, link: 5 };

export type ChannelRole = 'client' | 'server';

export interface ChannelFrame {
  readonly kind: ChannelKind;
  readonly payload: Uint8Array;
}

/** From opening to the last frame; where people take part, to the first. */
export const channelMs = 10_000;
/** From the first frame to the last where two people look at their screens and at each other. */
export const meetingMs = 180_000;
/** The same where the person then goes to a third device, which has to allow it. */
const linkingMs = meetingMs + 300_000;
/** How long a channel may live once the first frame of its client is sent or read, milliseconds; undefined: no longer than before. */
export function extendedMs(purpose: ChannelPurpose): number | undefined {
  if (purpose === 'link') return linkingMs;
  return purpose === 'meet' ? meetingMs : undefined;
}
/** Frames either side may send, the opening apart. */
export const channelFrames = 16;
/** Payload bytes of one frame. */
export const channelPayload = 64 * 1024;

const metByBoth = [channelKinds.meetCommit, channelKinds.meetReveal, channelKinds.meetConfirm, channelKinds.meetCard] as const;

const served: Readonly<Record<ChannelPurpose, Readonly<Record<ChannelRole, readonly ChannelKind[]>>>> = {
  rekey: {
    client: [channelKinds.rekeyRequest, channelKinds.rekeyOffer, channelKinds.rekeyAnswer, channelKinds.refused],
    server: [channelKinds.rekeyAnswer, channelKinds.rekeyRequest, channelKinds.refused],
  },
  request: {
    client: [channelKinds.cardRequest, channelKinds.requestProof],
    server: [channelKinds.cardAnswer, channelKinds.requestStatus, channelKinds.refused],
  },
  invite: {
    client: [channelKinds.inviteHello, channelKinds.inviteProof],
    server: [channelKinds.inviteAnswer, channelKinds.inviteResult, channelKinds.refused],
  },
  meet: {
    client: [channelKinds.meetAsk, ...metByBoth],
    server: [channelKinds.meetAccept, ...metByBoth, channelKinds.refused],
  },
  link: {
    client: [channelKinds.linkHello, channelKinds.linkReveal, channelKinds.linkConfirm, channelKinds.linkDone],
    server: [channelKinds.linkAnswer, channelKinds.linkKeys, channelKinds.linkConfirm, channelKinds.linkGrant, channelKinds.refused],
  },
};

/** The kind behind a byte when `sender` may send it for this purpose; undefined otherwise, and without a byte. */
export function parseKind(purpose: ChannelPurpose, sender: ChannelRole, byte: number | undefined): ChannelKind | undefined {
  return served[purpose][sender].find((kind) => kind === byte);
}

export function parsePurpose(byte: number): ChannelPurpose | undefined {
  switch (byte) {
    case purposeBytes.rekey:
      return 'rekey';
    case purposeBytes.request:
      return 'request';
    case purposeBytes.invite:
      return 'invite';
    case purposeBytes.meet:
      return 'meet';
    case purposeBytes.link:
      return 'link';
    default:
      return undefined;
  }
}

/** Why a channel came to nothing. None of it says anything about a person: try again later, or elsewhere. */
export type ChannelFailure = 'timeout' | 'closed' | 'malformed' | 'refused';

export class ChannelError extends Error {
  readonly reason: ChannelFailure;

  constructor(reason: ChannelFailure) {
    super(`the channel ended: ${reason}`);
    this.name = 'ChannelError';
    this.reason = reason;
  }
}
