import { expect, it } from 'vitest';
import type { KeyElement, KnownKey } from '../../../electron/engine/certificates/key-history';
import type { LocalParty } from '../../../electron/engine/certificates/local-party';
import type { PeerId } from '../../../electron/engine/ids';
import { AnsweringParty } from '../../../electron/services/answering-party';
import { AskingBack } from '../../../electron/services/asking-back';
import { leadsElsewhere } from '../../../electron/services/held-keys';

const hashOf = (epoch: number): Uint8Array => new Uint8Array(32).fill(epoch);
const keyOf = (epoch: number): KnownKey & { readonly spkiHash: Uint8Array } => ({ epoch, spki: Uint8Array.of(epoch), spkiHash: hashOf(epoch) });
const peerId = 'somebody' as PeerId;

/** What is held of somebody whose twelfth key is pinned and led there by each one before. */
function asking(): AskingBack {
  const history = Array.from({ length: 12 }, (_, at) => keyOf(at + 1));
  const book = { find: () => ({ identity: keyOf(12) }), pinned: () => ({ blocked: false, listVersion: 1 }), successorOf: () => undefined, isSuspended: () => false };
  return new AskingBack({ book, stores: { peerKeys: { recovery: () => ({}), history: () => history } } } as never);
}

it('A73 A77: of many keys that were left six are asked about in one go, the pinned one with them, the next time those before, and then anew; for another key from the latest on', () => {
  const back = asking();
  const epochs = (head: number): readonly number[] => back.keysFor(peerId, hashOf(head)).map(({ epoch }) => epoch);
  expect([epochs(99), epochs(99), epochs(99), epochs(99)]).toEqual([[12, 11, 10, 9, 8, 7], [12, 6, 5, 4, 3, 2], [12, 1], [12, 11, 10, 9, 8, 7]]);
  expect(epochs(98)).toEqual([12, 11, 10, 9, 8, 7]);
});

it('A73: a key that was shown comes of one with a lower number; of another one, of which only the hash was said, nothing is known', () => {
  const back = asking();
  back.shown(peerId, keyOf(9) as never);
  const left = (head: number): readonly number[] => back.leftBefore(peerId, hashOf(head)).map(({ epoch }) => epoch);
  expect([left(9), left(99)]).toEqual([[8, 7, 6, 5, 4, 3, 2, 1], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]]);
  back.shown(peerId, { ...keyOf(1), spkiHash: hashOf(77) } as never);
  expect(left(77)).toEqual([]);
});

it('A71 A73: an answer leads elsewhere where neither its newest key nor one on the way there is known', () => {
  const known = [keyOf(2), keyOf(1)] as never;
  const leads = (head: number, ...on: readonly number[]): boolean => leadsElsewhere({ elements: on.map(keyOf) as unknown as readonly KeyElement[] }, hashOf(head), known);
  expect([leads(1), leads(2), leads(2, 2), leads(3, 2, 3), leads(2, 7, 2)]).toEqual([false, false, false, false, false]);
  expect([leads(7, 7), leads(8, 7, 8)]).toEqual([true, true]);
});

it('S5-20 A79: of keys that were forgotten nobody is told what came after them, of those since everybody, and of all after a recovery, which names them', () => {
  const steps = (recoveryAt = 0) => [2, 3, 4, 5].map((epoch) => ({ ...keyOf(epoch), kind: epoch === recoveryAt ? 'recovery' : 'link' }));
  const party = (recoveryAt?: number): LocalParty => ({ oldKey: (hash: Uint8Array) => (hash[0] === 9 ? undefined : { epoch: hash[0] }), history: { first: keyOf(1), elements: steps(recoveryAt) } }) as never;
  let forgotten = 0;
  const answers = new AnsweringParty(party(), () => forgotten);
  const told = (by: AnsweringParty): unknown => {
    const { oldKey, history } = by.current();
    return [[1, 2, 3, 4, 9].map((epoch) => oldKey(hashOf(epoch))?.epoch), history?.first.epoch, history?.elements.map(({ epoch }) => epoch)];
  };
  expect(told(answers)).toEqual([[1, 2, 3, 4, undefined], 1, [2, 3, 4, 5]]);
  forgotten = 2;
  expect(told(answers)).toEqual([[undefined, undefined, 3, 4, undefined], 3, [4, 5]]);
  const recovered = new AnsweringParty(party(3), () => forgotten);
  expect(told(recovered)).toEqual([[undefined, undefined, 3, 4, undefined], 1, [2, 3, 4, 5]]);
  expect(answers.current()).toBe(answers.current());
});
