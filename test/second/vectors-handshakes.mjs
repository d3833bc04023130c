/** What docs/protocol.md §8 says of each message of a handshake, held against test/vectors/handshakes.json. */
import assert from 'node:assert/strict';
import { handshakeVectors, sides, unpacked } from './handshake-vectors.mjs';
import { judgeM1, judgeM2, judgeResumeM1, judgeResumeM2 } from './judging.mjs';
import { vectors } from './vectors-core.mjs';

export const handshakes = () => {
  const told = vectors('handshakes');
  assert.deepEqual(handshakeVectors(), told);
  const { now, client, server, draws, atServer, atClient, good } = sides();
  const judges = {
    m1: (bytes) => judgeM1(bytes, server, { knows: client.known, now, staticSecret: draws.server.semiStatic }),
    m2: (bytes) => judgeM2(bytes, client, { dialled: server.known, now, cn: draws.client.cn, shareSecret: draws.client.share }),
    resumeM1: (bytes) => judgeResumeM1(bytes, server, atServer, { shareSecret: draws.resumeServer.share }),
    resumeM2: (bytes) => judgeResumeM2(bytes, { keyId: atClient.keyId, cn: draws.resumeClient.cn, shareSecret: draws.resumeClient.share }),
  };
  for (const [kind, judge] of Object.entries(judges)) for (const one of told[kind]) assert.equal(judge(unpacked(one, good[kind])), one.answer, `${kind}: ${one.name}`);
};
