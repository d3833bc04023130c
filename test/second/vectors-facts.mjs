/** What docs/protocol.md §10.3 and §10.4 say of facts, held against test/vectors. */
import assert from 'node:assert/strict';
import { hex, Refused } from './bytes.mjs';
import { kinds, readFact } from './facts.mjs';
import { vectors } from './vectors-core.mjs';

/** A value in full, as docs/protocol.md has it under "What the vectors hold". */
const inFull = ({ same = 0, bytes }, first) => hex(first.slice(0, same * 2) + bytes.replace(/\(([0-9a-f]+)\*(\d+)\)/g, (_all, unit, times) => unit.repeat(Number(times))));

const outcome = (fact) => {
  try {
    return readFact(fact) === undefined ? 'unknown' : 'read';
  } catch (error) {
    if (error instanceof Refused) return 'refused';
    throw error;
  }
};

export const facts = () => {
  const all = vectors('facts');
  for (const { kind, key, good, bad, badKeys } of all.kinds) {
    const [first] = good;
    for (const one of good) assert.equal(outcome({ kind, key, value: inFull(one, first.bytes) }), 'read', `${kind}, ${one.name}`);
    for (const one of bad) assert.equal(outcome({ kind, key, value: inFull(one, first.bytes) }), 'refused', `${kind}, ${one.name}`);
    for (const one of badKeys) assert.equal(outcome({ kind, key: one.key, value: hex(first.bytes) }), 'refused', `${kind}, key: ${one.name}`);
  }
  const there = new Set(all.kinds.map(({ kind }) => kind));
  // Those two have their own in words.json.
  assert.deepEqual(kinds.filter((kind) => !there.has(kind)), ['mailbox', 'revoked']);
};
