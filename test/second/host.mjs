/** docs/protocol.md §12: the one way in which each address is written, as text and as bytes. */
import { isIPv4, isIPv6 } from 'node:net';
import { base32, cat, fromBase32, hex, need, strictText, u8 } from './bytes.mjs';

const ipv6Bytes = (text) => {
  need(/^[0-9a-f:]+$/.test(text), 'a zone, dots or capitals');
  const [head, tail = ''] = text.split('::');
  const groups = (part) => part.split(':').filter(Boolean).map((one) => one.padStart(4, '0'));
  const [before, after] = [groups(head), groups(tail)];
  return hex([...before, ...Array(8 - before.length - after.length).fill('0000'), ...after].join(''));
};
/** RFC 5952: the longest run of zero groups is left out. */
const ipv6Text = (bytes) => new URL(`http://[${bytes.toString('hex').match(/.{4}/g).join(':')}]`).hostname.slice(1, -1);

export const writeHost = (host) => {
  if (isIPv4(host)) return [1, Buffer.from(host.split('.').map(Number))];
  if (isIPv6(host)) return [2, ipv6Bytes(host)];
  if (/^[a-z2-7]{56}\.onion$/.test(host)) return [4, fromBase32(host.slice(0, 56))];
  need(/^[a-z0-9.-]{1,253}$/.test(host), 'host');
  return [3, cat(u8(host.length), host)];
};
export const readHost = (reader, kind) => {
  if (kind === 1) return reader.take(4).join('.');
  if (kind === 2) return ipv6Text(reader.take(16));
  need(kind === 3 || kind === 4, 'kind of host');
  return kind === 3 ? dnsName(strictText(reader.take(reader.u8()))) : onion(reader.take(35));
};
/** Letters, digits and hyphens; the last label is no number, since resolvers read "127.1" as an address. */
const dnsName = (text) => {
  const labels = text.split('.');
  need(text.length <= 253 && labels.every((one) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(one)) && !/^(\d+|0x[0-9a-f]*)$/.test(labels.at(-1)) && labels.at(-1) !== 'onion', 'host');
  return text;
};
/** Key ‖ checksum ‖ version 3 of Tor's onion services; the checksum is for Tor to judge. */
const onion = (bytes) => {
  need(bytes[34] === 3, 'onion name');
  return `${base32(bytes)}.onion`;
};
/** Refuses a text that is not how such a host is written. */
export const canonicalHost = (text) => {
  const [kind, bytes] = writeHost(text);
  need(kind === 1 || (kind === 2 ? ipv6Text(bytes) === text : kind === 4 ? onion(bytes) === text : dnsName(text) === text), 'a host not as it is written');
  return text;
};
