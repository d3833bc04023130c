/** docs/protocol.md §12 invitation link, §10.1 device link, §12 safety number. */
import { createHash } from 'node:crypto';
import { base32, cat, fromBase32, need, same, u8, u16, u32, whole } from './bytes.mjs';
import { H, label } from './crypto.mjs';
import { readHost, writeHost } from './host.mjs';

const PREFIX = { invite: ['keyshift:invite/', 'link-checksum'], device: ['keyshift:link/', 'device-link-checksum'] };
const checksum = (purpose, body) => H(label(purpose), body).subarray(0, 8);

const writeAddress = ({ host, port }) => {
  const [kind, bytes] = writeHost(host);
  return cat(u8(kind), u16(port), bytes);
};

export const makeLink = ({ peerId, instanceId, secret, expiry, addresses }, kind = 'invite') => {
  const [prefix, purpose] = PREFIX[kind];
  const body = cat(u8(1), peerId, instanceId, secret, u32(expiry), u8(addresses.length), ...addresses.map(writeAddress));
  return prefix + cat(body, checksum(purpose, body)).toString('base64url');
};
/** The bytes before the checksum, and whether it fits them. */
export const bodyOf = (text, kind = 'invite') => {
  const [prefix, purpose] = PREFIX[kind];
  const clean = text.replace(/[\s\u00ad\u200b-\u200d\u2060\ufeff]/g, '').replace(/^<(.*)>$/, '$1');
  need(text.length <= 2048 && clean.startsWith(prefix) && clean.length <= 250, 'no link');
  const bytes = Buffer.from(clean.slice(prefix.length), 'base64url');
  need(bytes.toString('base64url') === clean.slice(prefix.length), 'base64url that is not canonical');
  need(bytes.length >= 78, 'too short');
  const body = bytes.subarray(0, -8);
  return { clean, body, isAltered: !same(bytes.subarray(-8), checksum(purpose, body)) };
};
export const readLink = (text, kind = 'invite') => {
  const { clean, body, isAltered } = bodyOf(text, kind);
  need(!isAltered, 'altered');
  const link = whole(body, (reader) => {
    need(reader.u8() === 1, 'version');
    const head = { peerId: reader.take(32), instanceId: reader.take(16), secret: reader.take(16), expiry: reader.u32() };
    const count = reader.u8();
    need(count <= 3, 'too many addresses');
    return {
      ...head,
      addresses: reader.list(count, () => {
        const kindOfHost = reader.u8();
        const port = need(reader.u16(), 'port 0');
        return { host: readHost(reader, kindOfHost), port };
      }),
    };
  });
  need(makeLink(link, kind) === clean, 'not canonical');
  return link;
};

const thirty = ({ peerId, spkiHash }) => {
  const seed = cat(label('safety'), peerId, spkiHash);
  const sha512 = (bytes) => createHash('sha512').update(bytes).digest();
  let hash = sha512(seed);
  for (let round = 2; round <= 5200; round += 1) hash = sha512(cat(hash, seed));
  return Array.from({ length: 6 }, (_, at) => String(hash.readUIntBE(at * 5, 5) % 100_000).padStart(5, '0')).join('');
};
export const safetyNumber = (a, b) => [a, b].toSorted((x, y) => Buffer.compare(x.peerId, y.peerId)).map(thirty).join('');

const SAFETY = 'KEYSHIFT-SAFETY:1:';
/** The text of the QR code, shown by one of the two to the other; each is { peerId, spkiHash }. */
export const safetyCode = (shower, reader) => SAFETY + base32(cat(shower.peerId, shower.spkiHash, reader.peerId, reader.spkiHash)).toUpperCase();
export const readSafetyCode = (text) => {
  const code = text.trim().toUpperCase();
  need(code.startsWith(SAFETY), 'no safety code');
  return whole(fromBase32(code.slice(SAFETY.length).toLowerCase()), (reader) => {
    const one = () => ({ peerId: reader.take(32), spkiHash: reader.take(32) });
    return { shower: one(), reader: one() };
  });
};
