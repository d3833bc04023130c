/** What docs/protocol.md says of contents and control messages (§4.5, §4.6), standings (§7) and items of records (§8), held against test/vectors. */
import assert from 'node:assert/strict';
import { cat, Refused } from './bytes.mjs';
import { readContent, readControl, readStanding, writeContent, writeControl, writeStanding } from './content.mjs';
import { contentVectors, unfolded } from './content-vectors.mjs';
import { item, readItems } from './session.mjs';
import { vectors } from './vectors-core.mjs';

export const contents = () => {
  const all = vectors('contents');
  assert.deepEqual(contentVectors(), all);
  const same = (kind, read, write) => {
    for (const { name, bytes } of all[kind].good) {
      const said = read(unfolded(bytes));
      assert.notEqual(said.type, 'unsupported', name);
      assert.ok(write(said).equals(unfolded(bytes)), name);
    }
  };
  same('contents', readContent, writeContent);
  for (const { name, bytes } of [...all.contents.later, ...all.contents.bad]) assert.equal(readContent(unfolded(bytes)).type, 'unsupported', name);
  same('controls', readControl, writeControl);
  for (const { name, bytes } of all.controls.bad) assert.equal(readControl(unfolded(bytes)).type, 'unsupported', name);
  same('standings', readStanding, writeStanding);
  same('items', (bytes) => readItems(bytes), (list) => cat(...list.map(({ type, body }) => item(type, body))));
  for (const [kind, read] of [['standings', readStanding], ['items', readItems]]) for (const { name, bytes } of all[kind].bad) assert.throws(() => read(unfolded(bytes)), Refused, name);
};
