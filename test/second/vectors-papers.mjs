/** What docs/protocol.md §2 allows of certificates, chains, keys that follow each other, histories and cards, and what it does not, held against test/vectors. */
import assert from 'node:assert/strict';
import { changed } from '../vectors/changed.mjs';
import { cat, hex, lp, Reader, Refused, same, u16, u8 } from './bytes.mjs';
import { readCard } from './card.mjs';
import { readCertificate } from './certificate.mjs';
import { makeChain, readChain } from './credentials.mjs';
import { H } from './crypto.mjs';
import { follow, readElements, readHistory } from './keys.mjs';
import { vectors } from './vectors-core.mjs';

const written = (text) => text.replace(/\((..)\*(\d+)\)/g, (_all, byte, times) => byte.repeat(Number(times)));
const inFull = ({ same: length, bytes }, good) => hex(good.slice(0, length * 2) + written(bytes));
/** Refused where a code is named, whichever it is: codes are what the program tells its user. */
const judged = ({ name, code }, read) => {
  if (code === undefined) return assert.doesNotThrow(read, name);
  assert.throws(read, (error) => error instanceof Refused, `${name} is taken`);
};

export const papers = () => {
  const all = vectors('certificates');
  for (const one of [...all.certificates.good, ...all.certificates.bad]) judged(one, () => readCertificate(hex(written(one.bytes))));
  chains(all);
  const first = readCertificate(hex(all.chains.good.identity));
  for (const one of all.ways) judged(one, () => way(all, one, first));
  for (const one of all.histories) {
    judged(one, () => {
      const { head, peerId } = readHistory(inFull(one, all.goodHistory));
      const { epoch, spki } = all.keys.find((key) => key.epoch === one.epoch);
      if (peerId !== all.peerId || head.epoch !== epoch || !same(head.spki, hex(spki))) throw new Refused('it leads elsewhere');
    });
  }
  for (const one of all.cards.all) {
    judged(one, () => {
      const card = readCard(inFull(one, all.cards[one.like ?? 'good']), { now: all.now, pinned: one.pinned !== undefined });
      if (one.pinned !== undefined && !same(card.chain.identity.spki, hex(all.keys[one.pinned - 1].spki))) throw new Refused('another key is pinned');
    });
  }
};

const chains = (all) => {
  const { good, chains: cases, layouts } = all.chains;
  for (const one of cases) {
    const parts = Object.fromEntries(Object.entries(good).map(([kind, bytes]) => [kind, one.parts[kind] ? inFull(one.parts[kind], bytes) : hex(bytes)]));
    judged(one, () => {
      const chain = readChain(makeChain(parts), all.now, { lapsed: one.lapsed });
      if (chain.identity.epoch !== 1 && !one.pinned) throw new Refused('nothing proves its peer id');
      if (one.pinned && !same(chain.identity.spkiHash, hex(one.pinned))) throw new Refused('another key is pinned');
    });
  }
  const bytes = makeChain(Object.fromEntries(Object.entries(good).map(([kind, text]) => [kind, hex(text)])));
  for (const { name, ...how } of layouts) assert.throws(() => readChain(changed(bytes, how), all.now), Refused, name);
};

const way = (all, { from, elements, to }, { peerId, recoveryHash }) => {
  const bytes = cat(u16(elements.length), ...elements.map((one) => cat(u8(one.kind), lp(inFull(one, all.elements[one.kind])))));
  const reader = new Reader(bytes);
  const steps = readElements(reader);
  reader.end();
  const { spki } = all.keys.find(({ epoch }) => epoch === from.epoch);
  const head = follow({ peerId, spki: hex(spki), epoch: from.epoch, recoveryHash, recoveryEpoch: from.r }, steps);
  assert.deepEqual([head.epoch, H(head.spki)], [to, H(hex(all.keys[to - 1].spki))]);
};
