/** What docs/protocol.md §9, §10.1, §12 and §17 say of the answers on channels of purpose link and meet, held against test/vectors. */
import assert from 'node:assert/strict';
import { turns as answered } from './turns.mjs';
import { vectors } from './vectors-core.mjs';

export const turns = () => {
  const all = vectors('turns');
  const { people } = vectors('session-transcripts');
  for (const purpose of ['link', 'meet']) {
    for (const talk of all.talks[purpose]) assert.deepEqual(answered(all, people, purpose, talk), { heard: talk.heard, becomes: talk.becomes }, `${purpose}, ${talk.to}: ${talk.said.join(', ')}`);
  }
};
