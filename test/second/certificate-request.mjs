/** docs/protocol.md §2, PKCS #10: what an organisation is asked to certify, written and read. */
import { createPublicKey, sign, verify } from 'node:crypto';
import { base32, need, same } from './bytes.mjs';
import { children, der, integer, oid, only, sequence, tagged } from './der.mjs';

const SHA256_RSA = sequence(oid('1.2.840.113549.1.1.11'), der(0x05));
const bodyOf = ({ peerId, subject, spki }) => {
  const names = sequence(oid('2.5.29.17'), der(0x04, sequence(der(0x86, `keyshift:${base32(peerId)}`))));
  const attribute = sequence(oid('1.2.840.113549.1.9.14'), der(0x31, sequence(names)));
  return sequence(integer(0), subject, spki, der(0xa0, attribute));
};
/** `key`: Node's private key of this SPKI. PKCS #1 v1.5 draws nothing: the same bytes every time. */
export const makeRequest = (who, key) => {
  const body = bodyOf(who);
  return sequence(body, SHA256_RSA, der(0x03, Buffer.from([0]), sign('sha256', body, key)));
};
/** Refused, unless it is this very person's request and its key signed it. */
export const checkRequest = (bytes, who) => {
  const [body, algorithm, signature, ...more] = children(tagged(only(bytes), 0x30, 'a request'));
  need(more.length === 0 && same(body.all, bodyOf(who)) && same(algorithm.all, SHA256_RSA), 'this person’s request');
  const { content } = tagged(signature, 0x03, 'a signature');
  need(content[0] === 0 && verify('sha256', body.all, createPublicKey({ key: who.spki, format: 'der', type: 'spki' }), content.subarray(1)), 'signature');
};
