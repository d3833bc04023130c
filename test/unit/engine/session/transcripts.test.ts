import { beforeAll, describe, expect, it } from 'vitest';
import { parseChain } from '../../../../electron/engine/certificates/chain';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import { acceptChannel, type Channel, openChannel } from '../../../../electron/engine/session/channel';
import { channelKinds } from '../../../../electron/engine/session/channel-frames';
import { packItems } from '../../../../electron/engine/session/items';
import { openRecord, sealRecord } from '../../../../electron/engine/session/records';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { ready } from '../../../reference/session-twin';
import { transcriptVectors } from '../../../reference/transcript-vectors';
import { createLinkPair } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { dialFrom, entryOf, keep, type Keeper, keeperOf, listenAt } from '../../../support/resume-kit';
import { frameOf } from '../../../support/session-kit';
import { partyOf, scripted } from '../../../support/vector-people';
import vectors from '../../../vectors/session-transcripts.json';

const { people, draws } = vectors;

beforeAll(() => ready);

/** Both people at the file's time; the client's semi-static share is never used and drawn from zeros. */
async function pair(clientDraws: readonly string[], serverDraws: readonly string[]) {
  const [atClient, atServer] = [scripted('00'.repeat(32), ...clientDraws), scripted(draws.full.server.semiStatic, ...serverDraws)];
  const [client, server] = [await partyOf(people.client, atClient), await partyOf(people.server, atServer)];
  const clock = new ManualClock(people.now);
  return { a: keeperOf(client, [server], undefined, clock), b: keeperOf(server, [client], undefined, clock), left: [atClient.left, atServer.left] };
}

const said = (text: string): Uint8Array => packItems([{ kind: 'message', bytes: Buffer.from(text) }])[0] ?? new Uint8Array();

/** The four messages and one record each way, as the file says, then what both keep. */
function run(a: Keeper, b: Keeper, expected: typeof vectors.full): void {
  const [from, to] = [dialFrom(a, b.party), listenAt(b)];
  const m1 = from.side.next();
  expect(toHex(m1)).toBe(expected.m1);
  to.side.receive(m1);
  const [m2, m4] = [to.side.next(), to.side.next()];
  expect([toHex(m2), toHex(m4)]).toEqual([expected.m2, expected.m4]);
  from.side.receive(m2);
  const m3 = from.side.next();
  expect(toHex(m3)).toBe(expected.m3);
  from.side.receive(m4);
  to.side.receive(m3);
  const [atA, atB] = [from.side.opened, to.side.opened];
  expect([toHex(atA.keys.master.bytes), toHex(atB.keys.master.bytes), toHex(atA.keys.keyId)]).toEqual([expected.master, expected.master, expected.keyId]);
  for (const [keys, side] of [[atA.keys.tx, expected.client], [atB.keys.tx, expected.server]] as const) {
    expect([toHex(keys.record.bytes), toHex(keys.salt), toHex(keys.startDigest)]).toEqual([side.recordKey, side.salt, side.startDigest]);
  }
  const byClient = sealRecord(a.party.crypto, atA.keys.tx, atA.sent, said('a message of the client'));
  const byServer = sealRecord(b.party.crypto, atB.keys.tx, atB.sent, said('a message of the server'));
  expect([toHex(byClient.frame), toHex(byServer.frame)]).toEqual([expected.clientRecord, expected.serverRecord]);
  expect(openRecord(b.party.crypto, atB.keys.rx, atB.received, frameOf(byClient.frame))?.next).toEqual(byClient.next);
  expect([byClient.next.counter, toHex(byClient.next.digest)]).toEqual([expected.client.end.counter, expected.client.end.digest]);
  keep(a, atA);
  keep(b, atB);
  a.store.setPositions(atA.keys.keyId, byClient.next, byServer.next);
  b.store.setPositions(atB.keys.keyId, byServer.next, byClient.next);
  from.desk.release();
  to.desk.release();
}

describe('whole transcripts', () => {
  it('S3-20 S3-24: the twin computes the stored ones', () => {
    expect(transcriptVectors(people)).toEqual(vectors);
  });

  it('S3-03 S3-11 S3-17 S3-20: the engine sends every frame of the full mode and then of the resumption byte for byte', async () => {
    const [client, server] = [draws.full.client, draws.full.server];
    const { a, b, left } = await pair(
      [client.cn, client.share, client.coins, draws.resume.client.cn, draws.resume.client.share],
      [server.share, server.sn, server.coins, draws.resume.server.share, draws.resume.server.sn],
    );
    a.contacts = [b.party];
    b.contacts = [a.party];
    run(a, b, vectors.full);
    expect(toHex(entryOf(a, b.party).secret)).toBe(vectors.full.resumptionSecret);
    run(a, b, vectors.resume);
    expect(toHex(entryOf(b, a.party).secret)).toBe(vectors.resume.resumptionSecret);
    expect(left).toEqual([[], []]);
    expect(vectors.resume.m1.slice(14)).toBe(`02${vectors.full.keyId}${draws.resume.client.cn}${vectors.resume.m1.slice(14 + 130, 14 + 194)}${vectors.resume.target}00${vectors.resume.state}${vectors.resume.proof}`);
  });

  it('S5-04: a channel’s opening, its hash, and one frame each way', async () => {
    const clock = new ManualClock(people.now);
    const { dialler, listener } = createLinkPair({ clock });
    const [atClient, atServer] = [await createCrypto({ random: scripted(draws.channel.client.kemSecret) }), await createCrypto({ random: scripted(draws.channel.server.coins) })];
    const opened = openChannel(atClient, clock, dialler, 'invite');
    let answered: Channel | undefined;
    listener.onData((bytes) => (answered = acceptChannel(atServer, clock, listener, frameOf(bytes))));
    await clock.advance(10);
    const channel = await opened;
    expect([toHex(channel.hash), toHex(answered?.hash ?? new Uint8Array())]).toEqual([vectors.channel.hash, vectors.channel.hash]);
    answered?.onFrame(() => {});
    channel.onFrame(() => {});
    channel.send({ kind: channelKinds.inviteHello, payload: fromHex(vectors.channel.helloPayload) });
    answered?.send({ kind: channelKinds.refused, payload: new Uint8Array(0) });
    expect(dialler.sent.map((bytes) => toHex(bytes))).toEqual([vectors.channel.open, vectors.channel.clientFrame]);
    expect(listener.sent.map((bytes) => toHex(bytes))).toEqual([vectors.channel.accept, vectors.channel.serverFrame]);
  });

  it('S3-02: what is in the file fits together: peer ids, subjects, list versions', async () => {
    const crypto = await createCrypto({ random: scripted() });
    for (const person of [people.client, people.server]) {
      const { identity, list } = parseChain(crypto, fromHex(person.chain));
      expect([identity.peerId, toHex(peerIdToBytes(identity.peerId)), toHex(identity.subject), list.version]).toEqual([person.peerId, person.peerIdBytes, person.subject, person.listVersion]);
    }
  });
});
