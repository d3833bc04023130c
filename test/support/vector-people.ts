import { openLocalParty } from '../../electron/engine/certificates/local-party';
import { parseChain } from '../../electron/engine/certificates/chain';
import { createCrypto } from '../../electron/engine/crypto/create-crypto';
import type { LocalRecord } from '../../electron/engine/ports';
import { createSemiStatic } from '../../electron/engine/session/semi-static';
import { fromHex } from '../../electron/engine/wire/encoding';
import { parsePeerId } from '../../electron/engine/wire/ids';
import type { VectorPerson } from '../reference/transcript-vectors';
import vectors from '../vectors/session-transcripts.json';
import type { Party } from './session-kit';

// The two people of test/vectors/session-transcripts.json, as the engine has them.
const { people } = vectors;

/** Gives what was written down, in order, and nothing else. */
export function scripted(...hex: readonly string[]) {
  const left = hex.map((each) => fromHex(each));
  return {
    left,
    bytes: (length: number): Uint8Array => {
      const next = left.shift();
      if (next?.length !== length) throw new Error(`${length} bytes were drawn, ${next?.length} written down`);
      return next;
    },
  };
}

/** A person of the file, whose random numbers are those of the file. */
export async function partyOf(person: VectorPerson, random: { bytes(length: number): Uint8Array }): Promise<Party> {
  const crypto = await createCrypto({ random });
  const chain = parseChain(crypto, fromHex(person.chain));
  const record: LocalRecord = {
    peerId: parsePeerId(person.peerId),
    name: 'of the file',
    createdAt: people.now,
    identityKeys: [{ epoch: 1, certificate: chain.identity.der, createdAt: people.now }],
    instance: { credential: chain.instance.bytes, signingSeed: fromHex(person.instanceSeed), kemSecret: fromHex(person.instanceKemSecret) },
    exchanges: [{ credential: chain.exchange.bytes, kemSecret: fromHex(person.exchangeKemSecret) }],
    instanceList: chain.list.bytes,
  };
  const local = openLocalParty(crypto, record);
  return { name: 'of the file', crypto, local, semiStatic: createSemiStatic(crypto, local, people.now) };
}
