/** What texts.json in test/vectors holds: hosts, links, safety codes, a card as text (docs/protocol.md §2, §12) and what is said to a proxy (§11). Nothing is random. */
import { cat, hex, u8, u16, u32 } from './bytes.mjs';
import { cardText } from './card.mjs';
import { H, label } from './crypto.mjs';
import { writeHost } from './host.mjs';
import { makeLink, safetyCode } from './link.mjs';
import { outcomeOf, said } from './proxy.mjs';

const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const ONION = `${'a2'.repeat(27)}ad.onion`;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LONG = `${'a'.repeat(63)}.`.repeat(3) + 'a'.repeat(61);

const hosts = () => ({
  good: ['192.0.2.9', '0.0.0.0', '255.255.255.255', '::', '::1', '2001:db8::1', '2001:db8::1:0:0:1', '2001:db8:0:1:1:1:1:1', '1:0:0:2::3', 'fe80::1', '::ffff:c000:209', ONION, 'a', 'localhost', 'a-b.example', '1.example', '0x1.example', 'xn--bcher-kva.example', 'onion.example', LONG].map((text) => {
    const [kind, bytes] = writeHost(text);
    return { text, kind, bytes: bytes.toString('hex') };
  }),
  bad: Object.entries({
    nothing: '', 'a short form of IPv4': '127.1', 'IPv4 in hex': '0x7f.0.0.1', 'a number above 255': '256.0.0.1', 'a zero in front': '192.0.2.09', 'a number': '3221225993', 'a hex number at the end': 'a.0x7f', 'capital letters': 'A.example', 'an empty label': 'a..example', 'a dot in front': '.example', 'a dot behind': 'a.example.', 'a hyphen in front': '-a.example', 'a hyphen behind': 'a-.example',
    'a label of 64': `${'a'.repeat(64)}.example`, '254 characters': `a${LONG}`, 'an underline': 'a_b.example', 'no ASCII': 'bücher.example', 'a space': 'a .example', brackets: '[::1]', 'a zone': 'fe80::1%1', 'IPv6 with dots': '::ffff:192.0.2.9', 'IPv6 in capital letters': '2001:DB8::1', 'IPv6, not the shortest': '2001:db8:0:0:0:0:0:1', 'IPv6, the shorter run left out': '2001:db8::1:0:0:0', 'IPv6, one group left out': '2001:db8::1:1:1:1:1', 'IPv6, a zero in front': '2001:0db8::1',
    'two gaps': '1::2::3', 'five digits': '12345::', 'nine groups': '1:2:3:4:5:6:7:8:9', 'an onion name a letter short': ONION.slice(1), 'an onion name of another version': `${'a2'.repeat(28)}.onion`, 'below an onion name': `x.${ONION}`, 'onion alone': 'onion', 'no onion name': 'a.onion',
  }).map(([name, text]) => ({ name, text })),
});

const links = () => {
  const base = { peerId: counting(0x10, 32), instanceId: counting(0x40, 16), secret: counting(0x60, 16), expiry: 1_800_000_000 };
  const of = (...addresses) => makeLink({ ...base, addresses });
  const v6 = (last) => ({ host: `2001:db8::${last}`, port: 4711 });
  const [v4, onion, dns] = [{ host: '192.0.2.9', port: 1 }, { host: ONION, port: 65_535 }, { host: 'a-b.example', port: 4711 }];
  const good = { 'no address': [], 'three of IPv6': [v6(1), v6(2), v6(3)], 'IPv4, IPv6 and an onion name': [v4, v6('ffff'), onion], 'a name': [dns] };
  const plain = of(v4, onion);
  /** Any body behind the prefix, with its checksum. */
  const raw = (body, { prefix = 'keyshift:invite/', purpose = 'link-checksum' } = {}) => prefix + cat(body, H(label(purpose), body).subarray(0, 8)).toString('base64url');
  const head = (version, count) => cat(u8(version), base.peerId, base.instanceId, base.secret, u32(base.expiry), u8(count));
  const at = (kind, port, host) => cat(u8(kind), u16(port), host);
  const name = (text) => cat(u8(text.length), text);
  const one = (address) => raw(cat(head(1, 1), address));
  const four = Buffer.of(192, 0, 2, 9);
  const flipped = (text, where) => text.slice(0, where) + (text[where] === 'A' ? 'B' : 'A') + text.slice(where + 1);
  // 130 bytes: four bits of the last letter stand for nothing.
  const spare = of(v4, onion, { host: 'abc', port: 1 });
  return {
    link: Object.fromEntries(Object.entries(base).map(([key, value]) => [key, Buffer.isBuffer(value) ? value.toString('hex') : value])),
    good: Object.entries(good).map(([title, addresses]) => ({ name: title, addresses, text: of(...addresses) })),
    asTyped: [`<${plain}>`, ` ${plain.slice(0, 40)}\n${plain.slice(40, 80)}\u200b${plain.slice(80)}\u00ad\n`, `\ufeff<${plain.slice(0, 20)}\u2060${plain.slice(20)}>`].map((text) => ({ text, is: plain })),
    bad: Object.entries({
      'another prefix': ['invitation.garbled', plain.replace('invite/', 'invitation/')], 'a prefix in capital letters': ['invitation.garbled', plain.replace('keyshift', 'Keyshift')], 'another alphabet': ['invitation.garbled', `${plain.slice(0, -1)}+`], padding: ['invitation.garbled', `${plain}=`], 'cut short': ['invitation.garbled', plain.slice(0, 60)], 'two brackets': ['invitation.garbled', `<<${plain}>>`], 'a bracket alone': ['invitation.garbled', `<${plain}`],
      'version 0': ['invitation.garbled', raw(head(0, 0))], 'version 2': ['invitation.garbled', raw(head(2, 0))], 'four addresses': ['invitation.garbled', raw(cat(head(1, 4), ...Array.from({ length: 4 }, () => at(1, 1, four))))], 'one more told than there is': ['invitation.garbled', raw(cat(head(1, 2), at(1, 1, four)))], 'kind 0': ['invitation.garbled', one(at(0, 1, four))], 'kind 5': ['invitation.garbled', one(at(5, 1, four))], 'port 0': ['invitation.garbled', one(at(1, 0, four))], 'a byte behind': ['invitation.garbled', raw(cat(head(1, 0), u8(0)))],
      'a name in capital letters': ['invitation.garbled', one(at(3, 1, name('A.example')))], 'a name that is IPv4': ['invitation.garbled', one(at(3, 1, name('127.1')))], 'a name that is an onion name': ['invitation.garbled', one(at(3, 1, name(ONION)))], 'a name of nothing': ['invitation.garbled', one(at(3, 1, u8(0)))], 'an onion name of another version': ['invitation.garbled', one(at(4, 1, counting(2, 35)))],
      'one character of it': ['invitation.altered', flipped(plain, 30)], 'of its checksum': ['invitation.altered', flipped(plain, plain.length - 4)], 'under the label of a device link': ['invitation.altered', raw(head(1, 0), { purpose: 'device-link-checksum' })], 'bits that stand for nothing': ['invitation.garbled', spare.slice(0, -1) + String.fromCharCode(spare.charCodeAt(spare.length - 1) + 1)], '251 characters': ['invitation.garbled', raw(cat(head(1, 2), at(3, 1, name('a'.repeat(50))), at(3, 1, name('b'.repeat(40)))))],
    }).map(([title, [code, text]]) => ({ name: title, code, text })),
  };
};

const safety = () => {
  const [shower, reader] = [0x10, 0x60].map((start) => ({ peerId: counting(start, 32), spkiHash: counting(start + 0x20, 32) }));
  const text = safetyCode(shower, reader);
  const inHex = ({ peerId, spkiHash }) => ({ peerId: peerId.toString('hex'), spkiHash: spkiHash.toString('hex') });
  return {
    shower: inHex(shower), reader: inHex(reader), text, asTyped: [text.toLowerCase(), `\n ${text}\t`],
    bad: Object.entries({ 'version 2': text.replace(':1:', ':2:'), 'a letter less': text.slice(0, -1), 'a letter more': `${text}A`, 'another alphabet': `${text.slice(0, -9)}1${text.slice(-8)}`, 'a bit that stands for nothing': text.slice(0, -1) + LETTERS[LETTERS.indexOf(text.at(-1)) + 1], 'a space inside': `${text.slice(0, 60)} ${text.slice(60)}`, 'no safety code': 'KEYSHIFT-RECOVERY:1:' }).map(([name, wrong]) => ({ name, text: wrong })),
  };
};

const cardTexts = (card) => {
  const text = cardText(card);
  const lines = text.trimEnd().split('\n');
  return {
    text, asMailed: `Here it is:\r\n${lines.map((line) => `> ${line}`).join('\r\n')}\r\nBye`,
    bad: Object.entries({ 'no end': lines.slice(0, -1).join('\n'), 'no beginning': lines.slice(1).join('\n'), 'another alphabet': text.replace(lines[1].slice(0, 4), '****'), nothing: '' }).map(([name, wrong]) => ({ name, text: wrong })),
  };
};

const proxies = () => {
  const login = { user: counting(0x10, 16).toString('hex'), password: counting(0x20, 16).toString('hex') };
  const [start, taken] = ['0502', '0100'];
  /** As if all had been well. */
  const end = ['05000001', 'c00002091267'];
  const talk = (name, ...answers) => ({ name, answers, outcome: outcomeOf(answers.map(hex)) });
  const reply = (code) => talk(`reply ${code}`, start, taken, `05${code.toString(16).padStart(2, '0')}0001`);
  return {
    login, asked: ['192.0.2.9', '2001:db8::1', 'a-b.example', ONION].map((host) => ({ host, port: 4711, said: said({ host, port: 4711 }, login).map((bytes) => bytes.toString('hex')) })),
    talks: [
      talk('reached, IPv4', start, taken, ...end), talk('reached, IPv6', start, taken, '05000004', `${'00'.repeat(16)}0000`), talk('reached, a name', start, taken, '05000003', '09', `${Buffer.from('a.example').toString('hex')}0001`), talk('reached, without a login', '0500', '05000001', '000000000000'),
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xff].map(reply),
      talk('version 4', '0402', taken, ...end), talk('no method', '05ff', ...end), talk('another method', '0501', ...end), talk('login of another version', start, '0000', ...end), talk('login refused', start, '0101', ...end), talk('a reply of another version', start, taken, '04000001', end[1]), talk('another kind of address', start, taken, '05000002', end[1]),
    ],
  };
};

/** `card`: the one in ways.json. */
export const textVectors = (card) => ({ hosts: hosts(), links: links(), safety: safety(), card: cardTexts(hex(card)), proxy: proxies() });
