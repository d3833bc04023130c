import { beforeAll, describe, expect, it } from 'vitest';
import { type Chain, encodeChain, IdentityLapsed } from '../../../../electron/engine/certificates/chain';
import { parseExchangeCredential } from '../../../../electron/engine/certificates/credential';
import { ownExchange } from '../../../../electron/engine/certificates/renewal';
import { ChannelError } from '../../../../electron/engine/session/channel-frames';
import { askForKeys } from '../../../../electron/engine/session/rekey-asker';
import { answerStatement, encodeAnswer, parseRequest, piecesOf, type RekeyRequest, type SignedAnswer } from '../../../../electron/engine/session/rekey-frames';
import { askerOf, heldOf, type Lives, livesOf, ScriptedChannel } from '../../../support/rekey-kit';
import { testNow } from '../../../support/session-kit';

const day = 24 * 3_600_000;
const nothing = new Uint8Array(0);

let ada: Lives;
let ben: Lives;

beforeAll(async () => {
  [ada, ben] = await Promise.all([livesOf('Ada', 0, []), livesOf('Ben', 10, [])]);
}, 60_000);

interface Asked {
  /** What the person is told of the other's clock. */
  readonly told: readonly number[];
  readonly outcome: 'answered' | 'refused' | 'lapsed';
}

interface Circumstances {
  /** By Ben's clock, as he asks. */
  readonly now?: number;
  /** Whether devices under the key held are heard; left out: nothing is said of it. */
  readonly heard?: boolean;
  /** How far Ben's clock goes on until the answer comes. */
  readonly meanwhile?: number;
  /** What is signed for instead of the question. */
  readonly otherwise?: Partial<RekeyRequest>;
  readonly chain?: Chain;
}

/** Ben asks Ada, whose device signs that it is `time` there. */
async function ask(time: number, { now = testNow, heard, meanwhile = 0, otherwise, chain = ada.newest.local.chain }: Circumstances = {}): Promise<Asked> {
  const { crypto, local } = ada.newest;
  const channel = new ScriptedChannel('client', crypto.random(32));
  const told: number[] = [];
  let at = now;
  const held = { ...heldOf(ada.newest), ...(heard !== undefined && { isHeard: () => heard }) };
  const answer = askForKeys(channel, askerOf(ben.newest, held, { now: () => at, onTime: (said) => told.push(said) }));
  const request = { ...parseRequest(channel.said[0]?.payload ?? nothing), ...otherwise };
  at += meanwhile;
  const said = { elements: nothing, direct: nothing, chain: encodeChain(chain), time };
  const signed: SignedAnswer = { ...said, signature: crypto.sign('rekey-answer', local.instance.signing.secret, answerStatement(crypto, channel.hash, request, said)) };
  for (const frame of piecesOf(encodeAnswer(signed))) channel.hear(frame);
  const outcome = await answer.then(
    (): Asked['outcome'] => 'answered',
    (error: unknown): Asked['outcome'] => (error instanceof IdentityLapsed ? 'lapsed' : error instanceof ChannelError ? 'refused' : expect.unreachable('a defect')),
  );
  return { told, outcome };
}

describe('the time in an answer about keys', () => {
  const heard = true;
  /** Of a device that has gone on making keys to seal to, while its certificate ended long ago. */
  const late = testNow + 125 * day;
  const lapsed = async (): Promise<Chain> => {
    const { crypto, local } = ada.newest;
    const fresh = await ownExchange(crypto, local, late);
    return { ...local.chain, exchange: parseExchangeCredential(crypto, fresh?.credential ?? nothing) };
  };

  it('is told with an answer that counts, however far it is away, and of one that does not for the dates alone', async () => {
    expect(await ask(testNow + 5_000, { heard })).toEqual({ told: [testNow + 5_000], outcome: 'answered' });
    expect(await ask(testNow + 3 * day, { heard })).toEqual({ told: [testNow + 3 * day], outcome: 'answered' });
    for (const days of [1_000, -1_000]) expect(await ask(testNow, { heard, now: testNow + days * day })).toEqual({ told: [testNow], outcome: 'refused' });
  });

  it('keeps nobody from hearing that a certificate ended, where it did by that clock as well', async () => {
    const chain = await lapsed();
    for (const time of [late, late + 2 * day]) expect(await ask(time, { heard, now: late, chain })).toEqual({ told: [], outcome: 'lapsed' });
  });

  it('A72: is not told by whoever repeats an answer to another question', async () => {
    const otherwise = { nonce: ada.newest.crypto.random(32) };
    expect(await ask(testNow + 3 * day, { heard, otherwise })).toEqual({ told: [], outcome: 'refused' });
    expect(await ask(testNow, { heard, now: testNow + 1_000 * day, otherwise })).toEqual({ told: [], outcome: 'refused' });
  });

  it.each([{}, { heard: false }])('is told by no device that may not count any more, which cannot say either that a certificate ended: %o', async (unheard) => {
    expect(await ask(testNow + 3 * day, unheard)).toEqual({ told: [], outcome: 'answered' });
    expect(await ask(testNow, { ...unheard, now: testNow + 1_000 * day })).toEqual({ told: [], outcome: 'refused' });
    expect(await ask(late, { ...unheard, now: late, chain: await lapsed() })).toEqual({ told: [], outcome: 'refused' });
  });

  it('is not told where the answer was held up, or this machine slept, before it came', async () => {
    expect(await ask(testNow, { heard, meanwhile: 50_000 })).toEqual({ told: [testNow], outcome: 'answered' });
    for (const minutes of [10, -10]) expect(await ask(testNow, { heard, meanwhile: minutes * 60_000 })).toEqual({ told: [], outcome: 'answered' });
  });
});
