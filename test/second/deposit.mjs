/** docs/protocol.md §11: what travels outside a session: deposits, card deposits, files of them; §12 invitations by mail. */
import { cat, lp, need, pad, same, u16, u32, u8, unpad, whole } from './bytes.mjs';
import { H, label } from './crypto.mjs';
import { readChain } from './credentials.mjs';
import { isFor, openSigned, sealSigned, selectorOf } from './envelope.mjs';
import { readCard } from './card.mjs';

const contextOf = (to) => cat(to.peerId, to.exchangeHash);

/** `to`: { peerId, exchangeHash, exchangeKey }. */
export const makeDeposit = ({ chain, message, signingSeed, to, contentKey, coins }) => {
  const envelope = sealSigned('deposit', { signingSeed, recipientKey: to.exchangeKey, context: contextOf(to), statement: pad(cat(lp(chain), lp(message))), contentKey, coins });
  return cat(selectorOf(to.exchangeHash, envelope), envelope);
};
const split = (deposit, to, selector) => {
  need(deposit.length <= 70_000, 'deposit too large');
  const envelope = deposit.subarray(8);
  need(isFor(deposit.subarray(0, 8), to.exchangeHash, envelope, selector), 'not for this key');
  return envelope;
};
/** `own`: { peerId, exchangeHash, exchangeSecret }. The chain is checked but for its pin, which the caller knows. */
export const openDeposit = (deposit, own, now) => {
  const envelope = split(deposit, own);
  const parts = (statement) => whole(unpad(statement), (reader) => ({ chain: reader.lp(12 * 1024), message: reader.lp() }));
  const opened = openSigned('deposit', { secret: own.exchangeSecret, context: contextOf(own), envelope, signerOf: (statement) => readChain(parts(statement).chain, now).instance.signingKey });
  const { chain, message } = parts(opened.statement);
  return { chain: readChain(chain, now), message, ...opened };
};

export const makeCardDeposit = ({ card, wantsAnswer = false, proof, verdict, signingSeed, to, contentKey, coins }) => {
  const flags = (wantsAnswer ? 1 : 0) | (proof ? 2 : 0) | (verdict ? 4 : 0);
  const statement = pad(cat(u8(flags), lp(card), proof ?? verdict ?? ''));
  const envelope = sealSigned('card-deposit', { signingSeed, recipientKey: to.exchangeKey, context: contextOf(to), statement, contentKey, coins });
  return cat(selectorOf(to.exchangeHash, envelope, 'card-selector'), envelope);
};
const readCardStatement = (statement) =>
  whole(unpad(statement), (reader) => {
    const flags = reader.u8();
    need(flags <= 5, 'flags');
    const one = { wantsAnswer: (flags & 1) === 1, card: reader.lp(60 * 1024) };
    if (flags & 2) one.proof = { id: reader.take(16), helloTag: reader.take(32), proofTag: reader.take(32) };
    if (flags & 4) one.verdict = { id: reader.take(16), result: need(['', 'used', 'expired'][reader.u8()], 'a verdict') };
    return one;
  });
export const openCardDeposit = (deposit, own, now) => {
  const envelope = split(deposit, own, 'card-selector');
  const opened = openSigned('card-deposit', { secret: own.exchangeSecret, context: contextOf(own), envelope, signerOf: (statement) => readCard(readCardStatement(statement).card, { now }).chain.instance.signingKey });
  const parts = readCardStatement(opened.statement);
  return { ...opened, ...parts, card: readCard(parts.card, { now }) };
};
/** What led on from a key of the recipient's: for who may not know of it. `steps` as in a key history. */
export const makeToldDeposit = ({ chain, steps, signingSeed, to, contentKey, coins }) => {
  const envelope = sealSigned('told-deposit', { signingSeed, recipientKey: to.exchangeKey, context: contextOf(to), statement: pad(cat(lp(chain), lp(steps))), contentKey, coins });
  return cat(selectorOf(to.exchangeHash, envelope, 'told-selector'), envelope);
};
export const openToldDeposit = (deposit, own, now) => {
  const envelope = split(deposit, own, 'told-selector');
  const parts = (statement) => whole(unpad(statement), (reader) => ({ chain: reader.lp(12 * 1024), steps: reader.lp(48 * 1024) }));
  const opened = openSigned('told-deposit', { secret: own.exchangeSecret, context: contextOf(own), envelope, signerOf: (statement) => readChain(parts(statement).chain, now).instance.signingKey });
  const { chain, steps } = parts(opened.statement);
  const count = whole(steps, (reader) => reader.list(reader.u16(), () => [reader.u8(), reader.lp()])).filter(([kind]) => need(kind === 1 || kind === 2, 'a step')).length;
  need(count >= 1 && count <= 16, 'steps');
  return { chain: readChain(chain, now), steps };
};
/** What stands in the place of a channel hash for an invitation accepted without a connection. */
export const mailHash = (inviterPeerId, exchangeHash, card) => H(label('invite-mail'), inviterPeerId, exchangeHash, H(card));

const FILE = 'keyshift-envelopes';
export const makeFile = (deposits) => {
  const head = cat(FILE, u16(1), u32(deposits.length), ...deposits.map((one) => lp(one)));
  return cat(head, H(head));
};
export const readFile = (bytes) => {
  need(bytes.length > 56 && same(H(bytes.subarray(0, -32)), bytes.subarray(-32)), 'hash of the file');
  return whole(bytes.subarray(0, -32), (reader) => {
    need(reader.take(18).toString() === FILE && reader.u16() === 1, 'no file of envelopes');
    const count = reader.u32();
    need(count >= 1 && count <= 4096, 'count');
    return reader.list(count, () => reader.lp(70_000, 1));
  });
};
