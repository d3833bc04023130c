/**
 * docs/protocol.md §17: the code that a person is told of what they bring, and nothing for what is taken. Files of keys and of whole profiles have their codes in `key-files.mjs` and `backup.mjs`.
 * A contact is `{ peerId, spkiHash, relation }` as those know it who are asked: `requested`, `invited` or `mutual`, and `ended` or `blocked` where it is.
 */
import { fromBase32, need, Reader, same, strictText } from './bytes.mjs';
import { fromCardText, readCard } from './card.mjs';
import { readCertificate } from './certificate.mjs';
import { edPublic, H, label } from './crypto.mjs';
import { readFile } from './deposit.mjs';
import { bad, BadFile, orBad } from './key-files.mjs';
import { bodyOf, readLink } from './link.mjs';
import { readRegistration } from './mailbox.mjs';
import { isGood, isListOf, issued, judge, readAuthority, readForeign, readLeaf, readRevocations, replaces } from './organisation.mjs';
import { readCode } from './recovery-code.mjs';

/** The code, or nothing. */
export const codeOf = (act) => {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof BadFile) return error.code;
    throw error;
  }
};
const known = (contacts, peerId) => contacts.find((one) => same(one.peerId, peerId));

// Invitations

const LONG = 'keyshift:invite-long/';
const tidy = (text) => text.replace(/[\s\u00ad\u200b-\u200d\u2060\ufeff]/g, '').replace(/^<(.*)>$/, '$1');
const long = (text, now) => {
  const clean = tidy(text);
  need(text.length <= 131_072 && clean.startsWith(LONG), 'no long link');
  const bytes = Buffer.from(clean.slice(LONG.length), 'base64url');
  need(bytes.toString('base64url') === clean.slice(LONG.length) && bytes.length > 8, 'alphabet or length');
  const body = bytes.subarray(0, -8);
  if (!same(H(label('long-link-checksum'), body).subarray(0, 8), bytes.subarray(-8))) bad('invitation.altered');
  const reader = new Reader(body);
  need(reader.u8() === 1, 'version');
  const [link, card] = [strictText(reader.lp(250)), reader.lp(60 * 1024)];
  reader.end();
  const read = short(link);
  const { chain, history } = readCard(card, { now });
  need(same(chain.peerIdBytes, read.peerId) && same(chain.instanceId, read.instanceId), 'a card of another device');
  return { ...read, card: { chain, history } };
};
const short = (text) => {
  if (bodyOf(text, 'invite').isAltered) bad('invitation.altered');
  return readLink(text, 'invite');
};
const invitation = (text, now) => orBad('invitation.garbled', () => (tidy(text.slice(0, 256)).replace(/^</, '').startsWith(LONG) ? long(text, now) : short(text)));
const inWords = (text, now) => {
  try {
    return invitation(text, now);
  } catch (error) {
    const inside = /(?<![A-Za-z0-9_-])keyshift:invite(?:-long)?\/[A-Za-z0-9_-]+/.exec(text)?.[0];
    if (!['invitation.garbled', 'invitation.altered'].includes(error.code) || inside === undefined || inside === text) throw error;
    try {
      return invitation(inside, now);
    } catch (ofInside) {
      throw error.code === 'invitation.altered' ? error : ofInside;
    }
  }
};
/** A card may be learned where no other key is pinned; of somebody who never agreed, also where it shows that the pinned key came before. */
const fits = (before, { chain, history }) => !before?.spkiHash || same(before.spkiHash, chain.identity.spkiHash) || (before.relation !== 'mutual' && history !== undefined && keysOf(history).some((hash) => same(hash, before.spkiHash)));

export const invitationCode = (text, { peerId, now, contacts = [] }) =>
  codeOf(() => {
    const read = inWords(text, now);
    if (same(read.peerId, peerId)) bad('invitation.own');
    if (read.expiry * 1000 <= now) bad('invitation.expired');
    const before = known(contacts, read.peerId);
    if (before?.blocked) bad('contact.blocked');
    if (before && !before.ended && before.relation !== 'requested') bad('invitation.already-accepted');
    if (read.card && !fits(before, read.card)) bad('invitation.wrong-person');
  });

export const deviceLinkCode = (text, { now }) =>
  codeOf(() =>
    orBad('device.link-garbled', () => {
      const { body, isAltered } = bodyOf(text, 'device');
      need(!isAltered, 'checksum');
      if (body[0] > 1) bad('device.link-newer');
      if (readLink(text, 'device').expiry * 1000 <= now) bad('device.link-expired');
    }),
  );

// Keys as text

const keysOf = (history) => {
  const reader = new Reader(history);
  const hashes = [readCertificate(reader.lp(8192)).spkiHash];
  for (let left = reader.u16(); left > 0; left -= 1) {
    const kind = reader.u8();
    const body = new Reader(new Reader(reader.lp()).lp());
    body.take(kind === 1 ? 32 + 4 + 32 + 4 : 32 + 32 + 4);
    hashes.push(H(body.lp()));
  }
  return hashes;
};
const alone = (text) => {
  const [, body] = need(/^-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----$/.exec(text.trim()), 'no certificate');
  return fromBase64(body);
};
const fromBase64 = (text) => {
  const clean = text.replace(/\s/g, '');
  const bytes = Buffer.from(clean, 'base64');
  need(bytes.toString('base64') === clean, 'base64 that is not canonical');
  return bytes;
};
const isPrivate = (text) => /-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY-----/.test(text);

export const keyCode = (text, { peerId, now, contacts = [] }) =>
  codeOf(() => {
    if (isPrivate(text) || text.startsWith('KEYSHIFTKEY')) bad('key.private');
    const isCard = text.includes('BEGIN KEYSHIFT CARD');
    const bytes = orBad('key.garbled', () => need(text.length <= (isCard ? 4 * 60 * 1024 : 16 * 1024), 'too long') && (isCard ? fromCardText(text) : alone(text)));
    const card = orBad('key.unacceptable', () => isCard && readCard(bytes, { now }));
    const identity = card ? card.chain.identity : orBad('key.unacceptable', () => readCertificate(bytes));
    if (!card && identity.epoch > 1) bad('key.unacceptable');
    const who = fromBase32(identity.peerId);
    if (same(who, peerId)) bad('key.own');
    const before = known(contacts, who);
    if (before && !before.ended && (before.relation !== 'requested' || !card)) bad('key.already-known');
    if (before?.spkiHash && !same(before.spkiHash, identity.spkiHash) && !(card && fits(before, card))) bad('key.unacceptable');
  });

/** `recoveryHash`: of the recovery key whose code it has to be. */
export const recoveryCode = (text, { recoveryHash }) => codeOf(() => orBad('recovery.wrong-code', () => need(same(H(edPublic(readCode(text))), recoveryHash), 'of another identity')));

// Organisations

const blocks = (text, kind, { cap, most }) => {
  if (isPrivate(text)) bad('key.private');
  return orBad('key.garbled', () => {
    need(text.length <= 4 * cap * most + 65_536, 'too long');
    const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} ${kind}-----`);
    const found = text.split(begin).slice(1).map((part) => fromBase64(need(part.includes(end) && part.split(end)[0], 'no end')));
    need(found.length >= 1 && found.length <= most, 'none, or too many');
    return found;
  });
};

/** `authorities`: those imported, read; `lists`: those that count. */
export const authorityCode = (text, { now, authorities = [] }) =>
  codeOf(() => {
    const [bytes] = blocks(text, 'CERTIFICATE', { cap: 16 * 1024, most: 1 });
    const one = orBad('authority.unacceptable', () => readAuthority(bytes, false));
    if (authorities.some((each) => same(each.bytes, bytes))) bad('authority.already-known');
    if (one.notAfter < now) bad('authority.expired');
    if (!isGood(one) || (!one.isRoot && !issued(one, authorities))) bad('authority.unacceptable');
  });

export const endorsementCode = (text, { now, who, authorities = [], lists = [] }) =>
  codeOf(() => {
    const all = blocks(text, 'CERTIFICATE', { cap: 16 * 1024, most: 4 });
    orBad('endorsement.unacceptable', () => {
      const own = all.map(readForeign).filter(({ spki }) => same(spki.all, who.spki));
      if (own.length === 0) bad('endorsement.other-key');
      need(own.length === 1, 'two for this key');
      const leaf = own[0];
      const above = all.filter((bytes) => bytes !== leaf.bytes).map((bytes) => readAuthority(bytes, false));
      const carried = [];
      for (let child = leaf; ; child = carried.at(-1)) {
        const named = [...above, ...authorities].filter(({ subject }) => same(subject, child.issuer));
        const issuer = named.find((each) => issued(child, [each], true));
        need(issuer || named.length === 0, 'a signature');
        if (!issuer || issuer.isRoot || !above.includes(issuer) || carried.includes(issuer)) break;
        carried.push(issuer);
      }
      const read = readLeaf(leaf.bytes, who);
      need([read, ...carried].every(({ notBefore, notAfter }) => notBefore <= now && now <= notAfter), 'not in force');
      const isOurs = authorities.some(({ subject }) => [read, ...carried].some(({ issuer }) => same(issuer, subject)));
      need(!isOurs || judge(read, carried, authorities, lists, now) !== undefined, 'taken back');
    });
  });

export const revocationsCode = (text, { now, authorities = [], lists = [] }) =>
  codeOf(() => {
    const [bytes] = blocks(text, 'X509 CRL', { cap: 768 * 1024, most: 1 });
    orBad('revocations.unacceptable', () => {
      const list = readRevocations(bytes);
      const named = authorities.filter(({ subject }) => same(subject, list.issuer));
      if (named.length === 0) bad('authority.unknown');
      const of = need(named.find((each) => isListOf(list, each)), 'signed by somebody else');
      need(list.thisUpdate <= now + 86_400_000, 'of the future');
      const before = lists.filter((each) => isListOf(each, of));
      if (!before.some((each) => same(each.bytes, bytes)) && before.some((each) => !replaces(list, each))) bad('revocations.older');
    });
  });

// Mailbox and stick

export const registrationCode = (text, { now, deviceKey }) =>
  codeOf(() => {
    const { end, key } = orBad('mailbox.registration-garbled', () => readRegistration(text));
    if (end > 0 && end * 1000 <= now) bad('mailbox.registration-expired');
    if (key !== deviceKey) bad('mailbox.other-device');
  });

export const envelopesCode = (bytes) => codeOf(() => orBad('envelopes.garbled', () => need(bytes.length <= 64 * 2 ** 20, 'too large') && readFile(bytes)));
