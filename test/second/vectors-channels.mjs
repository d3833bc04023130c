/** What docs/protocol.md §9, §12 and §17 say of the answers on a channel, held against test/vectors. */
import assert from 'node:assert/strict';
import { answers, deviceOf } from './answering.mjs';
import { hex } from './bytes.mjs';
import { vectors } from './vectors-core.mjs';

export const channels = () => {
  const all = vectors('channels');
  for (const { purpose, to, said, heard } of all.talks) {
    const frames = said.map((name) => [all.frames[name].kind, hex(all.frames[name].body)]);
    assert.deepEqual(answers(deviceOf(all, to), purpose, frames), heard, `${purpose}, ${to}: ${said.join(', ')}`);
  }
};
