import { beforeAll, describe, expect, it } from 'vitest';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { parseChain } from '../../../../electron/engine/certificates/chain';
import { frameTypes } from '../../../../electron/engine/wire/frame';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { peerIdToBytes } from '../../../../electron/engine/wire/ids';
import { isSignedBy, openHandshake, ready } from '../../../reference/session-twin';
import { dialFrom, type Keeper, keep, keeperOf, listenAt, runBoth } from '../../../support/resume-kit';
import type { Side } from '../../../support/session-kit';
import { partyOf, scripted } from '../../../support/vector-people';
import transcripts from '../../../vectors/session-transcripts.json';
import vectors from '../../../vectors/handshakes.json';

// test/vectors/handshakes.json: each message of a handshake as it should be and with one thing wrong, and what whoever gets it does.
const { people, draws } = transcripts;

interface Told {
  readonly name: string;
  readonly answer: string;
  readonly same: number;
  readonly bytes: string;
  readonly end: number;
}
const unpacked = ({ same, bytes, end }: Told, whole: string): Uint8Array => {
  const good = fromHex(whole);
  return Uint8Array.from(Buffer.concat([good.subarray(0, same), fromHex(bytes), good.subarray(good.length - end)]));
};
const cases = (list: readonly Told[], whole: string): [string, string, Uint8Array][] => list.map((one) => [one.name, one.answer, unpacked(one, whole)]);

/** What was written down, and then whatever comes: what is answered is not compared. */
function thenByChance(...hex: readonly string[]) {
  const first = scripted(...hex);
  return { bytes: (length: number): Uint8Array => (first.left.length > 0 ? first.bytes(length) : kernelRandom.bytes(length)) };
}
const serverParty = () => partyOf(people.server, thenByChance(draws.full.server.semiStatic, draws.full.server.share, draws.full.server.sn, draws.full.server.coins));
const clientParty = () => partyOf(people.client, thenByChance('00'.repeat(32), draws.full.client.cn, draws.full.client.share, draws.full.client.coins, draws.resume.client.cn, draws.resume.client.share));

/** Both, who know each other and have nothing behind them. */
async function strangers(): Promise<{ a: Keeper; b: Keeper }> {
  const [client, server] = await Promise.all([clientParty(), serverParty()]);
  return { a: keeperOf(client, [server]), b: keeperOf(server, [client]) };
}
/** The same behind the full handshake of the transcripts, with one record each way. */
async function acquainted(): Promise<{ a: Keeper; b: Keeper }> {
  const both = await strangers();
  const [from, to] = [dialFrom(both.a, both.b.party), listenAt(both.b)];
  runBoth(from, to);
  const position = ({ counter, digest }: { counter: number; digest: string }) => ({ counter, digest: fromHex(digest) });
  const { client, server, keyId } = transcripts.full;
  keep(both.a, from.side.opened);
  keep(both.b, to.side.opened);
  both.a.store.setPositions(fromHex(keyId), position(client.end), position(server.end));
  both.b.store.setPositions(fromHex(keyId), position(server.end), position(client.end));
  return both;
}
/** What a listener does: `m2` with its confirmation, `retry`, or nothing. */
function answerOf({ state, out }: Side): string {
  if (state.phase === 'awaiting-confirm') return out[0]?.[0] === frameTypes.m2 ? 'm2' : 'm3';
  if (state.phase === 'awaiting-m1') return out[0]?.[0] === frameTypes.retry ? 'retry' : 'nothing';
  return state.phase === 'failed' ? (state.answer === 'retry' ? 'retry' : 'close') : state.phase;
}

beforeAll(() => ready);

describe('each message of a handshake, by the vectors', () => {
  let b: Keeper;
  beforeAll(async () => {
    ({ b } = await strangers());
  });

  it.each(cases(vectors.m1, transcripts.full.m1))('S3-02 S3-15 A49 A50: M1, %s: %s', (_name, answer, bytes) => {
    expect(answerOf(listenAt(b).side.receive(bytes))).toBe(answer);
  });

  it.each(cases(vectors.m2, transcripts.full.m2))('S3-02 S3-15 A49 A50: M2, %s: %s', async (_name, answer, bytes) => {
    const { a, b: there } = await strangers();
    const { side } = dialFrom(a, there.party);
    expect(toHex(side.next())).toBe(transcripts.full.m1);
    expect(answerOf(side.receive(bytes))).toBe(answer);
  });

  it.each(cases(vectors.resumeM1, transcripts.resume.m1))('S3-10 A49 A51: M1 of a resumption, %s: %s', async (_name, answer, bytes) => {
    const both = await acquainted();
    expect(answerOf(listenAt(both.b).side.receive(bytes))).toBe(answer);
  });

  it.each(cases(vectors.resumeM2, transcripts.resume.m2))('S3-10 A49: M2 of a resumption, %s: %s', async (_name, answer, bytes) => {
    const both = await acquainted();
    const { side } = dialFrom(both.a, both.b.party);
    expect(toHex(side.next())).toBe(transcripts.resume.m1);
    expect(answerOf(side.receive(bytes))).toBe(answer);
  });

  it('S3-03: the twin opens what counts, and finds it signed by who sent it', () => {
    const crypto = b.party.crypto;
    const [client, server] = [people.client, people.server].map((person) => ({ ...person, parsed: parseChain(crypto, fromHex(person.chain)) }));
    if (!client || !server) return expect.unreachable();
    const recipient = Buffer.concat([peerIdToBytes(server.parsed.identity.peerId), server.parsed.exchange.hash]);
    for (const [, answer, bytes] of cases(vectors.m1, transcripts.full.m1)) {
      if (answer !== 'm2') continue;
      const m1 = openHandshake('m1', bytes, fromHex(server.exchangeKemSecret));
      const signed = Buffer.concat([recipient, m1.kemCiphertextHash, m1.share, crypto.sha256(m1.chain), m1.statement]);
      expect(isSignedBy(client.parsed.instance.signingKey, 'm1', signed, m1.signature)).toBe(true);
    }
    const maker = Buffer.concat([peerIdToBytes(server.parsed.identity.peerId), server.parsed.instance.hash]);
    for (const [, answer, bytes] of cases(vectors.m2, transcripts.full.m2)) {
      if (answer !== 'm3') continue;
      const m2 = openHandshake('m2', bytes, fromHex(client.exchangeKemSecret));
      expect(isSignedBy(server.parsed.instance.signingKey, 'm2-static', Buffer.concat([maker, m2.statement.subarray(32)]), m2.signature)).toBe(true);
    }
  });
});
