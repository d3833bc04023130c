import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { Channel } from '../../../electron/engine/session/channel';
import { type ChannelFrame, channelKinds } from '../../../electron/engine/session/channel-frames';
import { contactOfTag } from '../../../electron/engine/session/contact-tag';
import type { RekeyDesk } from '../../../electron/engine/session/rekey-answer';
import { fromHex } from '../../../electron/engine/wire/encoding';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import type { Acquaintances } from '../../../electron/services/acquaintances';
import { Answering } from '../../../electron/services/answering';
import { EventHub } from '../../../electron/services/event-hub';
import { NetworkFacts } from '../../../electron/services/network-facts';
import type { InvitationRow, Stores } from '../../../electron/services/ports';
import { channelVectors } from '../../second/channel-vectors.mjs';
import { realCrypto } from '../../support/foundation-kit';
import { type KeyLife, keyLives } from '../../support/key-lives';
import { ManualClock } from '../../support/manual-clock';
import { heldOf } from '../../support/rekey-kit';
import { recordingLogger } from '../../support/session-kit';
import vectors from '../../vectors/channels.json';
import deposit from '../../vectors/deposit.json';
import identity from '../../vectors/identity.json';
import invitation from '../../vectors/invitation.json';

type Talk = (typeof vectors.talks)[number];
const hash = fromHex(vectors.channelHash);
const peerIdOf = (hex: string) => peerIdFromBytes(fromHex(hex));
const frames: Readonly<Record<string, { readonly kind: number; readonly body: string }>> = vectors.frames;
const devices: Readonly<Record<string, { readonly invitation: string; readonly contact: string }>> = vectors.devices;

let crypto: Crypto;
let vera: KeyLife;

beforeAll(async () => {
  crypto = await realCrypto();
  const [, , third] = await keyLives(crypto, ['routine', 'routine'], { name: 'Vera', now: vectors.now - 3_600_000 });
  if (!third) throw new Error('three keys');
  vera = third;
}, 30_000);

/** The invitation of the vectors, as a device has it that stands so. */
function rowOf(state: string): InvitationRow {
  const { id, secret, helloKey } = vectors.invitation;
  const by = { redeemedBy: peerIdOf(vectors.asker.peerId), redeemedSpkiHash: fromHex(vectors.asker.spkiHash) };
  return {
    invitationId: id,
    secret: fromHex(state === 'spent' ? helloKey : secret),
    expiresAt: vectors.now + (state === 'over' ? 0 : 60_000),
    ...(state === 'theirs' && by),
    ...(['others', 'spent'].includes(state) && { ...by, redeemedBy: peerIdOf('11'.repeat(32)) }),
  } as InvitationRow;
}

function deskOf(): RekeyDesk {
  const asker = peerIdOf(vectors.asker.peerId);
  const held = { ...heldOf({ ...vera.party, name: 'whoever asks', crypto, local: vera.party } as never), peerId: asker, spkiHash: fromHex(vectors.asker.heldHash) };
  return {
    contactOfTag: (tag, on) => contactOfTag(crypto, tag, on, [[asker, fromHex(vectors.pairSecret)]]),
    shownOfTag: () => undefined,
    askBack: (_peerId, headHash) => (crypto.equal(held.spkiHash, headHash) ? [] : [held]),
    toTell: () => [],
    onAnswer: () => expect.unreachable('nobody answers'),
  };
}

/** What comes back on a channel, as the vectors write it. */
async function heardOf({ purpose, to, said }: Talk): Promise<readonly (number | string)[]> {
  const clock = new ManualClock(vectors.now);
  const logger = recordingLogger();
  const { invitation: state = '', contact = '' } = devices[to] ?? {};
  const row = rowOf(state);
  const stores = {
    invitations: { find: (id: string) => (id === row.invitationId ? { ...row, secret: row.secret.slice() } : undefined) },
    contacts: { byPeer: () => (contact === 'mutual' ? { contactId: 'c', relation: 'mutual', blocked: false } : undefined) },
    requests: { byPeer: () => (contact === 'declined' ? { requestId: 'r', declined: true } : undefined), list: () => [], put: () => undefined },
    transaction: (work: () => void) => work(),
  } as unknown as Stores;
  const acquaintances = { fitsPin: () => true, becomeMutual: () => undefined } as unknown as Acquaintances;
  const answering = new Answering({ crypto, local: vera.party, clock, random: kernelRandom, logger, network: new NetworkFacts(), events: new EventHub(logger), stores, acquaintances, ownAddresses: () => [], rekeyDesk: deskOf() });
  const heard: (number | string)[] = [];
  let hear: (frame: ChannelFrame) => void = () => undefined;
  const send = ({ kind, payload }: ChannelFrame): void => {
    const withByte = kind === channelKinds.inviteResult || kind === channelKinds.requestStatus;
    heard.push(kind, ...(withByte ? [payload[0] ?? -1] : []));
  };
  const channel: Channel = { purpose: purpose as Channel['purpose'], role: 'server', source: 's', hash, send, onFrame: (handler) => (hear = handler), onClose: () => undefined, close: () => void heard.push('closed') };
  answering.answer(channel);
  for (const name of said) {
    const { kind = 0, body = '' } = frames[name] ?? {};
    const before = heard.length;
    hear({ kind, payload: fromHex(body) } as ChannelFrame);
    // What is signed for an answer about keys is made elsewhere, and nothing of it is told sooner than after 50 ms.
    while (heard.length === before) {
      await clock.advance(50);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  return heard;
}

describe('the vectors of what is answered on a channel', () => {
  it('a second hand writes exactly what is written down', () => {
    expect(channelVectors(identity, invitation, deposit.sender)).toEqual(vectors);
  });

  it.each(['invite', 'request', 'rekey'])('S5-04 S5-10 S5-16 A76: %s: the same frames come back, and the same end', async (purpose) => {
    const talks = vectors.talks.filter((one) => one.purpose === purpose);
    expect(talks.length).toBeGreaterThan(10);
    for (const talk of talks) expect([talk.to, talk.said, await heardOf(talk)]).toEqual([talk.to, talk.said, talk.heard]);
  });
});
