/** What docs/protocol.md §2 says of organisations, their intermediates and revocation lists, held against test/vectors. */
import assert from 'node:assert/strict';
import { fromBase32, hex, Refused } from './bytes.mjs';
import { isListOf, judge, readAuthority, readLeaf, readRevocations, replaces } from './organisation.mjs';
import { vectors } from './vectors-core.mjs';

const each = (all, read) => new Map(Object.entries(all).map(([name, bytes]) => [name, read(hex(bytes))]));

export const organisations = () => {
  const all = vectors('organisations');
  const who = { peerId: fromBase32(all.peerId), spki: hex(all.spki) };
  const authorities = each(all.authorities, readAuthority);
  const leaves = each(all.leaves, (bytes) => readLeaf(bytes, who));
  const lists = each(all.lists, readRevocations);
  for (const one of all.paths) {
    const of = (names, known) => names.map((name) => known.get(name));
    assert.equal(judge(leaves.get(one.leaf), of(one.carried, authorities), of(one.imported, authorities), of(one.lists, lists), one.at) ?? null, one.until, one.name);
  }
  for (const one of all.listsOf) assert.equal(isListOf(lists.get(one.list), authorities.get(one.authority)), one.counts, `${one.list} of ${one.authority}`);
  for (const one of all.replacing) assert.equal(replaces(lists.get(one.next), lists.get(one.known)), one.replaces, `${one.next} after ${one.known}`);
  for (const [kind, read] of Object.entries({ authorities: readAuthority, leaves: (bytes) => readLeaf(bytes, who), lists: readRevocations })) {
    for (const { name, bytes } of all.bad[kind]) assert.throws(() => read(hex(bytes)), Refused, name);
  }
};
