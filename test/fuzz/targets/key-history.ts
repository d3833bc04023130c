import { parseCard } from '../../../electron/engine/certificates/card';
import { followKeyLinks, parseKeyElements, parseKeyHistory, verifyKeyHistory } from '../../../electron/engine/certificates/key-history';
import { parseKeyLink } from '../../../electron/engine/certificates/key-link';
import { parseRecovery } from '../../../electron/engine/certificates/recovery-statement';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { fromHex } from '../../../electron/engine/wire/encoding';
import { parsePeerId } from '../../../electron/engine/wire/ids';
import { KeyshiftError } from '../../../shared/errors';
import vectors from '../../vectors/identity.json';
import { assertSame, outcomeOf, type Target } from '../target';

const promised = [KeyshiftError];

/** What strangers say of somebody's keys: refused as unacceptable, or exactly what those keys signed (A70, A72, A85). */
export function keyHistories(crypto: Crypto): Target[] {
  const peerId = parsePeerId(vectors.peerId);
  const known = vectors.keys.map(({ epoch, spki }) => ({ epoch, spki: fromHex(spki), recovered: 0 }));
  const committed = fromHex(vectors.recovery.hash);
  const links = vectors.links.map(({ bytes }) => fromHex(bytes));
  const recoveries = vectors.recoveries.map(({ bytes }) => fromHex(bytes));
  const histories = vectors.histories.map(({ bytes }) => fromHex(bytes));
  // An element list is what stands behind the first certificate.
  const lists = histories.map((bytes) => bytes.subarray(4 + vectors.firstCertificate.length / 2));
  const card = fromHex(vectors.card);
  const follow = (elements: ReturnType<typeof parseKeyElements>, from = known[0]): void => {
    if (from) followKeyLinks(crypto, peerId, from, elements, committed);
  };
  return [
    target('key-link', links, (bytes) => {
      const link = parseKeyLink(crypto, bytes);
      assertSame(link.bytes, bytes, 'a link');
      follow([link], known.find(({ epoch }) => epoch === link.oldEpoch));
    }),
    target('recovery-statement', recoveries, (bytes) => {
      const statement = parseRecovery(crypto, bytes);
      assertSame(statement.bytes, bytes, 'a statement');
      follow([statement]);
    }),
    // A shortened list leads somewhere, too, and an empty one nowhere: what counts is that each step was signed.
    {
      name: 'key-elements',
      seeds: lists,
      run: (bytes) =>
        outcomeOf(promised, () => {
          const elements = parseKeyElements(crypto, bytes);
          follow(elements);
          if (!elements.every((each) => [...links, ...recoveries].some((one) => Buffer.compare(one, each.bytes) === 0))) throw new Error('a changed step was followed');
          return `followed ${elements.length}`;
        }),
    },
    target('key-history', histories, (bytes) => {
      const history = parseKeyHistory(crypto, bytes);
      const head = known.find(({ epoch }) => epoch === (history.elements.at(-1)?.epoch ?? 1));
      if (head) verifyKeyHistory(crypto, peerId, history, head);
      else throw new KeyshiftError('key.unacceptable', 'it ends in no known key');
    }, (bytes) => lists.some((list) => Buffer.compare(bytes.subarray(-list.length), list) === 0)),
    target('card-with-history', [card], (bytes) => void parseCard(crypto, bytes, vectors.now)),
  ];
}

/** Read to the end only as it was signed; `also`: what else is no wonder. */
function target(name: string, seeds: readonly Uint8Array[], read: (bytes: Uint8Array) => void, also: (bytes: Uint8Array) => boolean = () => false): Target {
  return {
    name,
    seeds: [...seeds],
    run: (bytes) =>
      outcomeOf(promised, () => {
        read(bytes);
        if (!seeds.some((each) => Buffer.compare(each, bytes) === 0) && !also(bytes)) throw new Error(`a changed ${name} was accepted`);
        return 'genuine';
      }),
  };
}
