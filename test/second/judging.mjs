/** docs/protocol.md §8, *Phases* and *Resumption*: what each side makes of a message of the handshake, in the words of §17. Pure. */
import { need, Refused, same } from './bytes.mjs';
import { xAgree, xPublic } from './crypto.mjs';
import { readChain } from './credentials.mjs';
import * as session from './session.mjs';

const DAY = 86_400_000;
const zeros = Buffer.alloc(32);

class Retry extends Refused {}
const needElseRetry = (so) => {
  if (!so) throw new Retry('retry');
};
const outcome = (judge, good) => {
  try {
    judge();
    return good;
  } catch (error) {
    if (error instanceof Retry) return 'retry';
    if (error instanceof Refused) return 'close';
    throw error;
  }
};
/** Refuses a share of small order or of zeros. */
const share = (theirs, secret) => {
  need(!same(theirs, zeros), 'a share of zeros');
  xAgree(secret, theirs);
};

/** What a listener that knows exactly `knows` answers to a first frame: 'm2', 'retry' or 'close'. */
export const judgeM1 = (bytes, own, { knows, now, staticSecret }) =>
  outcome(() => {
    const frame = need(session.nextFrame(bytes), 'cut short');
    need(frame.type === session.TYPES.m1 && frame.rest.length === 0 && bytes[7] === 1 && bytes.length >= 7 + 9 + 1120 + 48 + 16, 'layout');
    needElseRetry(session.isForKey(bytes, own.exchangeHash));
    const m1 = session.readM1(bytes, own);
    let chain;
    try {
      chain = readChain(m1.chain, now);
    } catch (error) {
      throw error instanceof Refused ? new Retry(error.message) : error;
    }
    need(!same(chain.instance.hash, own.instanceHash), 'this very device');
    needElseRetry(chain.peerId === knows.peerId && same(chain.identity.spkiHash, knows.spkiHash));
    need(m1.signedBy(chain.instance.signingKey), 'signature');
    needElseRetry(m1.listVersion === chain.list.version);
    needElseRetry(Math.abs(m1.time - now) <= DAY);
    need(!same(m1.share, xPublic(staticSecret)), 'the own share');
    share(m1.share, staticSecret);
  }, 'm2');

/** What the dialler does behind its M1: 'm3' or 'close'. */
export const judgeM2 = (bytes, own, { dialled, now, cn, shareSecret }) =>
  outcome(() => {
    const frame = need(session.nextFrame(bytes), 'cut short');
    need(frame.type === session.TYPES.m2 && frame.rest.length === 0 && bytes[7] === 1, 'layout');
    const m2 = session.readM2(bytes, own, cn);
    const chain = readChain(m2.chain, now);
    need(chain.peerId === dialled.peerId && same(chain.identity.spkiHash, dialled.spkiHash), 'another identity');
    need(m2.signedBy(chain.instance.signingKey, chain.peerIdBytes, chain.instance.hash), 'static part');
    need(m2.notAfter > m2.notBefore && m2.notAfter - m2.notBefore <= DAY && m2.notBefore - DAY / 2 <= now && now <= m2.notAfter + DAY / 2, 'dates of the static part');
    for (const one of [m2.share, m2.staticShare]) {
      need(!same(one, xPublic(shareSecret)), 'the own share');
      share(one, shareSecret);
    }
  }, 'm3');

/** What a listener with this entry answers to the M1 of a resumption. */
export const judgeResumeM1 = (bytes, own, entry, { shareSecret }) =>
  outcome(() => {
    const m1 = session.readResumeM1(need(session.nextFrame(bytes), 'cut short').bytes);
    need(!same(m1.cn, zeros), 'a nonce of zeros');
    needElseRetry(same(m1.keyId, entry.keyId) && same(m1.target, session.targetOf(m1.keyId, own.instanceHash)));
    let state;
    try {
      state = session.checkResumeM1(bytes, m1, entry);
    } catch (error) {
      throw error instanceof Refused ? new Retry(error.message) : error;
    }
    const { counter, digest } = entry.sent;
    needElseRetry(state.counter < counter || (state.counter === counter && same(state.digest, digest.subarray(0, 16))));
    share(m1.share, shareSecret);
  }, 'm2');

/** What the dialler of that resumption does with its M2. */
export const judgeResumeM2 = (bytes, m1) =>
  outcome(() => {
    const frame = need(session.nextFrame(bytes), 'cut short');
    need(frame.type === session.TYPES.m2 && frame.rest.length === 0, 'layout');
    const m2 = session.readResumeM2(bytes);
    need(same(m2.keyId, m1.keyId) && same(m2.cn, m1.cn), 'another M1');
    need(!same(m2.sn, zeros) && !same(m2.sn, m1.cn), 'SN');
    need(!same(m2.share, xPublic(m1.shareSecret)), 'the own share');
    share(m2.share, m1.shareSecret);
  }, 'm3');
