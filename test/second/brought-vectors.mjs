/** What brought.json in test/vectors holds: texts and files that a person brings, to whom, and the code they are told (docs/protocol.md §17). Nothing is random. */
import { cat, fromBase32, hex, lp, u16, u32 } from './bytes.mjs';
import { cardText, readCard } from './card.mjs';
import { H, label } from './crypto.mjs';
import { makeFile } from './deposit.mjs';
import { makeLink } from './link.mjs';
import { changedRegistration } from './mailbox.mjs';
import { writeCode } from './recovery-code.mjs';

const DAY = 86_400_000;
const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const pem = (kind, bytes) => `-----BEGIN ${kind}-----\n${(bytes.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${kind}-----\n`;
/** Any body of a long link, with its checksum. */
const longOf = (body) => `keyshift:invite-long/${cat(body, H(label('long-link-checksum'), body).subarray(0, 8)).toString('base64url')}`;
const longLink = (link, card) => longOf(cat(Buffer.of(1), lp(link), lp(card)));
const flipped = (text, at) => text.slice(0, at) + (text.at(at) === 'A' ? 'B' : 'A') + text.slice(at + 1);
const folded = (text) => text.replaceAll(/.{40}/g, (line) => `${line}\n`);
const inHex = (bytes) => bytes.toString('hex');
/** Cases of one kind: name, to whom, text, code. */
const cases = (all) => all.map(([name, to, text, code = null]) => ({ name, to, text, code }));

/** `identity`, `papers`, `organisations`, `ways`: identity.json, certificates.json, organisations.json, ways.json. */
export const broughtVectors = (identity, papers, organisations, ways) => {
  const { now } = papers;
  const [card, later] = [hex(papers.cards.good), hex(papers.cards.later)];
  const { chain } = readCard(card, { now });
  const laterChain = readCard(later, { now }).chain;
  const contact = (relation, spkiHash, more = {}) => ({ peerId: identity.peerId, relation, ...(spkiHash && { spkiHash: inHex(spkiHash) }), ...more });
  const first = chain.identity.spkiHash;
  const [next, other] = [laterChain.identity.spkiHash, counting(9, 32)];
  const nobody = { peerId: 'a'.repeat(52), now };
  const knowing = (...contacts) => ({ ...nobody, contacts });
  const persons = {
    'a stranger': nobody, 'a stranger much later': { ...nobody, now: now + 200 * DAY }, 'the person': { peerId: identity.peerId, now },
    'who waits for an answer to a link': knowing(contact('invited')), 'who asked': knowing(contact('requested', first)), 'a contact': knowing(contact('mutual', first)), 'a contact under a later key': knowing(contact('mutual', next)),
    'who asked under another key': knowing(contact('requested', other)), 'whose contact ended': knowing(contact('mutual', first, { ended: true })), 'whose contact under another key ended': knowing(contact('mutual', other, { ended: true })), 'who asked and heard no': knowing(contact('requested', first, { ended: true })), 'who blocked': knowing(contact('mutual', first, { blocked: true })),
  };
  const link = { peerId: fromBase32(identity.peerId), instanceId: chain.instanceId, secret: counting(0x60, 16), expiry: now / 1000 + 3600, addresses: [{ host: '192.0.2.9', port: 4711 }] };
  const short = makeLink(link);
  const long = longLink(short, card);
  const laterLong = longLink(makeLink({ ...link, instanceId: laterChain.instanceId }), later);
  const over = (seconds) => makeLink({ ...link, expiry: now / 1000 + seconds });
  const device = makeLink(link, 'device');
  const deviceBody = (version) => {
    const body = cat(Buffer.of(version), Buffer.from(device.slice(14), 'base64url').subarray(1, -8));
    return `keyshift:link/${cat(body, H(label('device-link-checksum'), body).subarray(0, 8)).toString('base64url')}`;
  };
  const certificate = pem('CERTIFICATE', chain.identity.bytes);
  const laterCertificate = pem('CERTIFICATE', laterChain.identity.bytes);
  const text = cardText(card);
  const badCard = cardText(cat(card.subarray(0, -1), Buffer.of(card.at(-1) ^ 1)));
  const code = writeCode(hex(identity.recovery.seed));

  const trusting = (authorities, lists = [], at = now) => ({ now: at, authorities, lists });
  const organisers = {
    'who trusts nobody': trusting([]), 'who trusts the root': trusting(['root']), 'who trusts the root and what it issued': trusting(['root', 'issuing']), 'who has a list': trusting(['root'], ['root 2']), 'who has a list that takes back': trusting(['root'], ['root, over since']), 'who has another of that number': trusting(['root'], ['root, no number']),
    'who trusts the root, later': trusting(['root'], [], now + 301 * DAY), 'who trusts nobody, later': trusting([], [], now + 301 * DAY), 'who trusts the root, long before': trusting(['root'], [], now - 60 * DAY), 'who trusts the three above': trusting(['root', 'upper', 'middle']), 'who trusts the short root': trusting(['short root']),
  };
  const authority = (name) => pem('CERTIFICATE', hex(organisations.authorities[name]));
  const leaf = (name) => pem('CERTIFICATE', hex(organisations.leaves[name]));
  const list = (name) => pem('X509 CRL', hex(organisations.lists[name]));
  const badOne = (kind, name) => hex(organisations.bad[kind].find((one) => one.name === name).bytes);

  const { registration } = ways;
  const key = JSON.parse(registration.json).k;
  const registered = (change) => changedRegistration(registration.text, (told) => ({ ...told, ...change }));
  const end = 1_800_000_000_000;
  const registrants = { 'the device': { now, deviceKey: key }, 'another device': { now, deviceKey: `U${'A'.repeat(55)}` }, 'the device, at the end': { now: end, deviceKey: key }, 'the device, a moment before': { now: end - 1, deviceKey: key }, 'another device, at the end': { now: end, deviceKey: `U${'A'.repeat(55)}` } };
  const token = JSON.parse(registration.json).r;

  const file = makeFile([counting(1, 3), counting(4, 300)]);
  const hashed = (body) => cat(body, H(body));
  const stick = (...parts) => hashed(cat('keyshift-envelopes', ...parts));

  return {
    peerId: identity.peerId, recoveryHash: identity.recovery.hash, spki: organisations.spki, persons, organisers, registrants,
    invitation: cases([
      ['a link', 'a stranger', short], ['in angle brackets, folded', 'a stranger', `<${folded(short)}>`], ['in other words', 'a stranger', `Hello! ${short}, bye`], ['in other words, altered', 'a stranger', `Hello! ${flipped(short, 40)}, bye`, 'invitation.altered'], ['in other words, in the middle of another word', 'a stranger', `x${short}`, 'invitation.garbled'],
      ['2,048 characters', 'a stranger', short + ' '.repeat(2048 - short.length)], ['2,049', 'a stranger', short + ' '.repeat(2049 - short.length)], ['2,049 in front of it', 'a stranger', ' '.repeat(2049 - short.length) + short],
      ['nothing', 'a stranger', '', 'invitation.garbled'], ['a link for a device', 'a stranger', device, 'invitation.garbled'], ['77 bytes, and a checksum of them', 'a stranger', `keyshift:invite/${Buffer.from(short.slice(16), 'base64url').subarray(0, 77).toString('base64url')}`, 'invitation.garbled'], ['a version changed on the way', 'a stranger', `keyshift:invite/AgE${short.slice(19)}`, 'invitation.altered'],
      ['one’s own', 'the person', short, 'invitation.own'], ['one’s own, over', 'the person', over(-1), 'invitation.own'], ['over in this second', 'a stranger', over(0), 'invitation.expired'], ['a second left', 'a stranger', over(1)], ['over, of who is blocked', 'who blocked', over(0), 'invitation.expired'], ['of who is blocked', 'who blocked', short, 'contact.blocked'],
      ['of a contact', 'a contact', short, 'invitation.already-accepted'], ['accepted before', 'who waits for an answer to a link', short, 'invitation.already-accepted'], ['of who was asked', 'who asked', short], ['of who was a contact', 'whose contact ended', short], ['a short one, where another key is known', 'who asked under another key', short],
      ['a long one', 'a stranger', '{{long}}'], ['folded, in brackets', 'a stranger', '<\n{{long}}>'], ['in other words', 'a stranger', 'Hello! {{long}} bye'], ['cut short', 'a stranger', long.slice(0, 400), 'invitation.altered'], ['with something behind it', 'a stranger', '{{long}}+'], ['with another letter in it', 'a stranger', `${long.slice(0, 400)}+{{long}}`, 'invitation.altered'], ['with a link that begins after another letter', 'a stranger', 'a{{long}}', 'invitation.garbled'], ['of nothing', 'a stranger', longOf(Buffer.alloc(0)), 'invitation.garbled'], ['of version 2', 'a stranger', longOf(cat(Buffer.of(2), lp(short), lp(''))), 'invitation.garbled'],
      ['with an altered link', 'a stranger', longOf(cat(Buffer.of(1), lp(flipped(short, 40)), lp(''))), 'invitation.altered'], ['with a link of another device', 'a stranger', '{{long of another device}}', 'invitation.garbled'], ['whose card is over', 'a stranger much later', '{{long}}', 'invitation.garbled'], ['of a contact', 'a contact', '{{long}}', 'invitation.already-accepted'], ['of who was asked', 'who asked', '{{long}}'],
      ['another key than the known one', 'who asked under another key', '{{long}}', 'invitation.wrong-person'], ['another key, where it ended', 'whose contact under another key ended', '{{long}}', 'invitation.wrong-person'], ['a later key of who was asked', 'who asked', '{{long, later}}'], ['a later key of who was a contact', 'whose contact ended', '{{long, later}}', 'invitation.wrong-person'],
    ]),
    deviceLink: cases([
      ['a link', 'a stranger', device], ['folded, in brackets', 'a stranger', ` <${folded(device)}> `], ['an invitation', 'a stranger', short, 'device.link-garbled'], ['altered', 'a stranger', flipped(device, 40), 'device.link-garbled'], ['version 2', 'a stranger', deviceBody(2), 'device.link-newer'], ['version 2, altered', 'a stranger', flipped(deviceBody(2), 40), 'device.link-garbled'], ['version 0', 'a stranger', deviceBody(0), 'device.link-garbled'],
      ['in other words', 'a stranger', `Here: ${device}`, 'device.link-garbled'], ['over in this second', 'a stranger', makeLink({ ...link, expiry: now / 1000 }, 'device'), 'device.link-expired'], ['a second left', 'a stranger', makeLink({ ...link, expiry: now / 1000 + 1 }, 'device')],
    ]),
    key: cases([
      ['a card', 'a stranger', '{{card}}'], ['in a mail', 'a stranger', '> {{quoted card}}'], ['words', 'a stranger', 'hello', 'key.garbled'], ['half a card', 'a stranger', text.slice(0, 300), 'key.garbled'], ['a private key', 'a stranger', '-----BEGIN ENCRYPTED PRIVATE KEY-----', 'key.private'], ['a private key of a kind with a digit', 'a stranger', '-----BEGIN X25519 PRIVATE KEY-----', 'key.private'], ['a private key of a kind of 33 letters', 'a stranger', `-----BEGIN ${'A'.repeat(32)} PRIVATE KEY-----`, 'key.garbled'], ['a card, and a private key behind it', 'a stranger', '{{card}}-----BEGIN RSA PRIVATE KEY-----', 'key.private'], ['a key file', 'a stranger', 'KEYSHIFTKEY\u0000', 'key.private'],
      ['a card that is not signed', 'a stranger', '{{bad card}}', 'key.unacceptable'], ['a card that is not signed, of oneself', 'the person', '{{bad card}}', 'key.unacceptable'], ['a card that is over', 'a stranger much later', '{{card}}', 'key.unacceptable'], ['one’s own card', 'the person', '{{card}}', 'key.own'], ['one’s own certificate', 'the person', '{{certificate}}', 'key.own'], ['one’s own card, of a later key', 'the person', '{{later card}}', 'key.own'],
      ['a certificate', 'a stranger', '{{certificate}}'], ['a certificate that is over', 'a stranger much later', '{{certificate}}'], ['a certificate within other words', 'a stranger', 'Here:\n{{certificate}}', 'key.garbled'], ['two certificates', 'a stranger', '{{certificate}}{{certificate}}', 'key.garbled'], ['a certificate of a later key', 'a stranger', '{{later certificate}}', 'key.unacceptable'], ['a certificate that says another signature', 'a stranger', '{{bad certificate}}', 'key.unacceptable'], ['a part of a certificate', 'a stranger', '-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----', 'key.unacceptable'], ['no base64', 'a stranger', '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----', 'key.garbled'],
      ['a card of a contact', 'a contact', '{{card}}', 'key.already-known'], ['a later card of a contact', 'a contact', '{{later card}}', 'key.already-known'], ['an earlier card of a contact', 'a contact under a later key', '{{card}}', 'key.already-known'], ['a certificate of a contact', 'a contact', '{{certificate}}', 'key.already-known'], ['a card of who waits for us', 'who waits for an answer to a link', '{{card}}', 'key.already-known'], ['a certificate of who was asked', 'who asked', '{{certificate}}', 'key.already-known'], ['a card of who was asked', 'who asked', '{{card}}'], ['a later card of who was asked', 'who asked', '{{later card}}'],
      ['a card under another key', 'who asked under another key', '{{card}}', 'key.unacceptable'], ['a later card to which nothing leads', 'who asked under another key', '{{later card}}', 'key.unacceptable'], ['a certificate of who was a contact', 'whose contact ended', '{{certificate}}'], ['a certificate under another key', 'whose contact under another key ended', '{{certificate}}', 'key.unacceptable'], ['a later card of who was a contact', 'whose contact ended', '{{later card}}', 'key.unacceptable'], ['a later card of who said no', 'who asked and heard no', '{{later card}}'],
    ]),
    recovery: cases([
      ['a code', 'the person', code], ['as it is printed', 'the person', (code.match(/.{5}/g) ?? []).join(' ')], ['small, with dashes', 'the person', (code.toLowerCase().match(/.{5}/g) ?? []).join('–')], ['with letters that look like digits', 'the person', code.replaceAll('0', 'o').replaceAll('1', 'l')], ['of the picture', 'the person', ` KEYSHIFT-RECOVERY:1:${code}\n`], ['of the picture, small', 'the person', `keyshift-recovery:1:${code.toLowerCase()}`], ['of another picture', 'the person', `KEYSHIFT-RECOVERY:2:${code}`, 'recovery.wrong-code'],
      ['nothing', 'the person', '', 'recovery.wrong-code'], ['a letter less', 'the person', code.slice(1), 'recovery.wrong-code'], ['a letter more', 'the person', `${code}0`, 'recovery.wrong-code'], ['another letter', 'the person', (code.startsWith('0') ? '2' : '0') + code.slice(1), 'recovery.wrong-code'], ['U', 'the person', `U${code.slice(1)}`, 'recovery.wrong-code'], ['bits behind it', 'the person', code.slice(0, -1) + '123456789ABCDEFG'['0123456789ABCDEF'.indexOf(code.at(-1))], 'recovery.wrong-code'], ['of somebody else', 'the person', writeCode(counting(1, 32)), 'recovery.wrong-code'],
    ]),
    authority: cases([
      ['a root', 'who trusts nobody', authority('root')], ['within other words', 'who trusts nobody', `Certificate:\n${authority('root')}\nBye`], ['the same again', 'who trusts the root', authority('root'), 'authority.already-known'], ['over, and the same', 'who trusts the root, later', authority('root'), 'authority.already-known'], ['over', 'who trusts nobody, later', authority('root'), 'authority.expired'], ['not begun', 'who trusts the root, long before', authority('P-256 root')], ['two', 'who trusts nobody', authority('root') + authority('RSA root'), 'key.garbled'], ['none', 'who trusts nobody', 'hello', 'key.garbled'], ['a part of one', 'who trusts nobody', authority('root').slice(0, 200), 'key.garbled'], ['with a private key', 'who trusts nobody', `${authority('root')}-----BEGIN PRIVATE KEY-----`, 'key.private'],
      ['under a root that is trusted', 'who trusts the root', authority('issuing')], ['under nobody', 'who trusts nobody', authority('issuing'), 'authority.unacceptable'], ['three above it', 'who trusts the three above', authority('lower'), 'authority.unacceptable'], ['under a root that allows none', 'who trusts the short root', authority('under the short root'), 'authority.unacceptable'], ['a leaf', 'who trusts the root', leaf('by the root'), 'authority.unacceptable'], ['a root that another key signed', 'who trusts nobody', pem('CERTIFICATE', badOne('authorities', 'a root that another key signed')), 'authority.unacceptable'], ['a revocation list', 'who trusts the root', list('root 1'), 'key.garbled'],
    ]),
    endorsement: cases([
      ['of a root', 'who trusts the root', leaf('by the root')], ['of one nobody trusts', 'who trusts nobody', leaf('by the root')], ['with what leads up, in any order', 'who trusts the root', authority('issuing') + leaf('issued')], ['with what leads up, trusted', 'who trusts the root and what it issued', leaf('issued')], ['of another key', 'who trusts the root', pem('CERTIFICATE', badOne('leaves', 'another key')), 'endorsement.other-key'], ['an authority alone', 'who trusts the root', authority('root'), 'endorsement.other-key'], ['of another person', 'who trusts nobody', pem('CERTIFICATE', badOne('leaves', 'another person')), 'endorsement.unacceptable'],
      ['two for this key', 'who trusts the root', leaf('by the root') + leaf('by the RSA root'), 'endorsement.unacceptable'], ['with an authority that did not sign it', 'who trusts nobody', leaf('signed by another key of that name') + authority('root'), 'endorsement.unacceptable'], ['signed by another key of a trusted name', 'who trusts the root', leaf('signed by another key of that name'), 'endorsement.unacceptable'], ['with something that is of no use', 'who trusts the root', leaf('by the root') + authority('P-384 root')], ['with what is no authority', 'who trusts the root', leaf('by the root') + pem('CERTIFICATE', badOne('authorities', 'no cA')), 'endorsement.unacceptable'],
      ['five', 'who trusts the root', leaf('by the root') + authority('root') + authority('upper') + authority('middle') + authority('lower'), 'key.garbled'], ['taken back', 'who has a list that takes back', leaf('issued') + authority('issuing'), 'endorsement.unacceptable'], ['over', 'who trusts the root, later', leaf('by the root'), 'endorsement.unacceptable'], ['not begun', 'who trusts the root, long before', leaf('by the root'), 'endorsement.unacceptable'], ['none', 'who trusts the root', 'hello', 'key.garbled'], ['with a private key', 'who trusts the root', `-----BEGIN EC PRIVATE KEY-----${leaf('by the root')}`, 'key.private'], ['one more than a root allows', 'who trusts the short root', leaf('under the short root') + authority('under the short root'), 'endorsement.unacceptable'],
    ]),
    revocations: cases([
      ['the first', 'who trusts the root', list('root 1')], ['of nobody known', 'who trusts nobody', list('root 1'), 'authority.unknown'], ['of another key of that name', 'who trusts the root', list('of another key'), 'revocations.unacceptable'], ['the very same', 'who has a list', list('root 2')], ['an earlier number', 'who has a list', list('root 1'), 'revocations.older'], ['an earlier day', 'who has a list', list('root 3, earlier'), 'revocations.older'], ['no number any more', 'who has a list', list('root, no number, later'), 'revocations.older'], ['a greater number', 'who has a list', list('root, a number of 20 bytes')], ['a number at last', 'who has another of that number', list('root 1')], ['later without numbers', 'who has another of that number', list('root, no number, later')],
      ['far ahead', 'who trusts the root, long before', list('root 1'), 'revocations.unacceptable'], ['of changes', 'who trusts the root', pem('X509 CRL', badOne('lists', 'of changes')), 'revocations.unacceptable'], ['a certificate', 'who trusts the root', authority('root'), 'key.garbled'], ['two', 'who trusts the root', list('root 1') + list('root 2'), 'key.garbled'], ['with a private key', 'who trusts the root', `${list('root 1')}-----BEGIN PRIVATE KEY-----`, 'key.private'],
    ]),
    registration: cases([
      ['a registration', 'the device', registration.text], ['folded', 'the device', folded(registration.text)], ['of another device', 'another device', registration.text, 'mailbox.other-device'], ['over', 'the device, at the end', registration.text, 'mailbox.registration-expired'], ['a moment left', 'the device, a moment before', registration.text], ['over, and of another device', 'another device, at the end', registration.text, 'mailbox.registration-expired'], ['without an end', 'the device, at the end', registered({ e: 0 })], ['a letter changed', 'the device', flipped(registration.text, 60), 'mailbox.registration-garbled'], ['another beginning', 'the device', `x${registration.text}`, 'mailbox.registration-garbled'],
      ['a member more', 'the device', registered({ x: 1 }), 'mailbox.registration-garbled'], ['version 2', 'the device', registered({ v: 2 }), 'mailbox.registration-garbled'], ['no public slot', 'the device', registered({ p: undefined })], ['no slot', 'the device', registered({ d: [] })], ['no server', 'the device', registered({ s: [] }), 'mailbox.registration-garbled'], ['servers of two kinds', 'the device', registered({ s: ['tls://a.example:1', 'nats://a.example:1'] }), 'mailbox.registration-garbled'], ['IPv6', 'the device', registered({ s: ['nats://[2001:db8::1]:4222'] })], ['a port with a zero in front', 'the device', registered({ s: ['tls://a.example:042'] }), 'mailbox.registration-garbled'], ['an end before 1970', 'the device', registered({ e: -1 }), 'mailbox.registration-garbled'], ['half a second', 'the device', registered({ e: 1.5 }), 'mailbox.registration-garbled'],
      ['a key of 55', 'the device', registered({ k: key.slice(0, 55) }), 'mailbox.registration-garbled'], ['a slot of 15', 'the device', registered({ d: [['0'.repeat(15), ...token]] }), 'mailbox.registration-garbled'], ['a slot of a token’s three', 'the device', registered({ d: [token] }), 'mailbox.registration-garbled'], ['claims that are a list', 'the device', registered({ r: [token[0], '[]', token[2]] }), 'mailbox.registration-garbled'], ['a header that is nothing', 'the device', registered({ r: ['null', token[1], token[2]] }), 'mailbox.registration-garbled'], ['a header of 201', 'the device', registered({ r: [`{"a":"${'x'.repeat(193)}"}`, token[1], token[2]] }), 'mailbox.registration-garbled'], ['a header of 200', 'the device', registered({ r: [`{"a":"${'x'.repeat(192)}"}`, token[1], token[2]] })], ['a signature of 85', 'the device', registered({ r: [token[0], token[1], token[2].slice(1)] }), 'mailbox.registration-garbled'],
    ]),
    envelopes: cases([
      ['a file', 'anybody', inHex(file)], ['nothing', 'anybody', '', 'envelopes.garbled'], ['cut short', 'anybody', inHex(file.subarray(0, -1)), 'envelopes.garbled'], ['a byte behind', 'anybody', `${inHex(file)}00`, 'envelopes.garbled'], ['a byte before the hash', 'anybody', inHex(hashed(cat(file.subarray(0, -32), Buffer.of(0)))), 'envelopes.garbled'], ['changed', 'anybody', inHex(cat(file.subarray(0, 40), Buffer.of(file[40] ^ 1), file.subarray(41))), 'envelopes.garbled'],
      ['version 2', 'anybody', inHex(stick(u16(2), u32(1), lp('abc'))), 'envelopes.garbled'], ['another beginning', 'anybody', inHex(hashed(cat('keyshift-envelope', u16(1), u32(1), lp('abc')))), 'envelopes.garbled'], ['none', 'anybody', inHex(stick(u16(1), u32(0))), 'envelopes.garbled'], ['an empty one', 'anybody', inHex(stick(u16(1), u32(1), lp(''))), 'envelopes.garbled'], ['one too few', 'anybody', inHex(stick(u16(1), u32(2), lp('abc'))), 'envelopes.garbled'], ['one too many', 'anybody', inHex(stick(u16(1), u32(1), lp('abc'), lp('abc'))), 'envelopes.garbled'],
    ]),
    pieces: {
      long, 'long, later': laterLong, 'long of another device': longLink(makeLink({ ...link, instanceId: counting(1, 16) }), card), card: text, 'quoted card': text.trimEnd().replaceAll('\n', '\n> '), 'bad card': badCard, 'later card': cardText(later), certificate, 'later certificate': laterCertificate, 'bad certificate': pem('CERTIFICATE', cat(chain.identity.bytes.subarray(0, -1), Buffer.of(chain.identity.bytes.at(-1) ^ 1))),
    },
  };
};
