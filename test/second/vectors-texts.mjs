/** What docs/protocol.md says of hosts, links, safety codes (§12), cards as text (§2) and proxies (§11), held against test/vectors. */
import assert from 'node:assert/strict';
import { hex, Reader, Refused } from './bytes.mjs';
import { cardText, fromCardText } from './card.mjs';
import { canonicalHost, readHost, writeHost } from './host.mjs';
import { makeLink, readLink, readSafetyCode, safetyCode } from './link.mjs';
import { outcomeOf, said } from './proxy.mjs';
import { equal, vectors } from './vectors-core.mjs';

const bytesOf = (one) => Object.fromEntries(Object.entries(one).map(([key, value]) => [key, typeof value === 'string' ? hex(value) : value]));

export const texts = () => {
  const { hosts, links, safety, card, proxy } = vectors('texts');
  for (const { text, kind, bytes } of hosts.good) {
    assert.equal(canonicalHost(text), text);
    assert.deepEqual([writeHost(text)[0], writeHost(text)[1].toString('hex')], [kind, bytes], text);
    assert.equal(readHost(new Reader(hex(bytes)), kind), text);
  }
  for (const { name, text } of hosts.bad) assert.throws(() => canonicalHost(text), Refused, name);
  const link = bytesOf(links.link);
  for (const { name, addresses, text } of links.good) {
    assert.equal(makeLink({ ...link, addresses }), text, name);
    assert.deepEqual(readLink(text), { ...link, addresses }, name);
  }
  for (const { text, is } of links.asTyped) assert.deepEqual(readLink(text), readLink(is));
  for (const { name, text } of links.bad) assert.throws(() => readLink(text), Refused, name);
  assert.equal(safetyCode(bytesOf(safety.shower), bytesOf(safety.reader)), safety.text);
  for (const text of [safety.text, ...safety.asTyped]) assert.deepEqual(readSafetyCode(text), { shower: bytesOf(safety.shower), reader: bytesOf(safety.reader) });
  for (const { name, text } of safety.bad) assert.throws(() => readSafetyCode(text), Refused, name);
  const bytes = hex(vectors('ways').card.bytes);
  assert.equal(cardText(bytes), card.text);
  for (const text of [card.text, card.asMailed]) equal(fromCardText(text), bytes.toString('hex'));
  for (const { name, text } of card.bad) assert.throws(() => fromCardText(text), Refused, name);
  for (const one of proxy.asked) assert.deepEqual(said(one, proxy.login).map((part) => part.toString('hex')), one.said, one.host);
  for (const { name, answers, outcome } of proxy.talks) assert.equal(outcomeOf(answers.map(hex)), outcome, name);
};
