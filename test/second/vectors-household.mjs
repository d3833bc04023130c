/** What docs/protocol.md §10.2 says of stopping a device and of the identity key that moves, and §2 of endorsements, held against test/vectors. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { cat, hex, Refused, u8 } from './bytes.mjs';
import { readCard, readSuspension } from './card.mjs';
import { readInstanceCredential } from './credentials.mjs';
import { kemPublic } from './crypto.mjs';
import { openSigned, sealSigned } from './envelope.mjs';
import { openMove } from './sibling.mjs';
import { equal, vectors } from './vectors-core.mjs';

const refused = (name, act) => assert.throws(act, Refused, name);

/** The organisation's word about exactly this key and person: §2, leaf. */
const vouchesFor = (leaf, root, { peerId, identity }) => {
  const ids = [...leaf.subject.matchAll(/^(?:UID|0\.9\.2342\.19200300\.100\.1\.1|userId)=(.*)$/gm)].map(([, id]) => id);
  return leaf.verify(root.publicKey) && leaf.issuer === root.subject && !leaf.ca && leaf.publicKey.export({ format: 'der', type: 'spki' }).equals(identity.spki) && ids.length > 0 && ids.every((id) => id === peerId);
};

export const household = () => {
  const all = vectors('household');
  const { signingKey } = readInstanceCredential(hex(all.credential));
  suspension(all.suspension);
  move(all, signingKey);
  endorsement(all.endorsement);
};

const suspension = (told) => {
  const said = readSuspension(hex(told.bytes));
  equal(said.stopped, told.stopped);
  assert.deepEqual([said.listVersion, said.time, said.isSigned()], [told.listVersion, told.time, true]);
  for (const one of told.bad) refused(one.name, () => readSuspension(hex(one.bytes)));
  for (const one of told.unsigned) assert.equal(readSuspension(hex(one.bytes)).isSigned(), false, one.name);
};

const move = ({ move: told, peerId, by }, signingKey) => {
  const context = cat(u8(6), hex(peerId), hex(by), hex(told.receiver));
  const openRelease = (envelope) => openSigned('upkeep', { secret: hex(told.kemSecret), context, envelope, signerOf: () => signingKey });
  const opened = openRelease(hex(told.release));
  equal(opened.statement, told.statement);
  equal(opened.statement, told.move + told.transferKey);
  const { signingSeed } = vectors('deposit').sender;
  equal(sealSigned('upkeep', { signingSeed: hex(signingSeed), recipientKey: kemPublic(hex(told.kemSecret)), context, statement: opened.statement, contentKey: hex(told.contentKey), coins: hex(told.encapsulationCoins) }), told.release);
  const { keys, recoverySeed } = openMove(hex(told.transferKey), hex(told.move), hex(told.closed));
  assert.deepEqual(keys.map(({ epoch, pkcs8 }) => ({ epoch, pkcs8: pkcs8.toString('hex') })), told.keys);
  equal(recoverySeed, told.recoverySeed);
  for (const one of told.bad) refused(one.name, () => openRelease(hex(one.bytes)));
  refused('another move', () => openMove(hex(told.transferKey), hex(told.receiver), hex(told.closed)));
};

const endorsement = (told) => {
  const root = new X509Certificate(hex(told.root));
  const { now } = vectors('deposit').sender;
  const isVouchedFor = (bytes) => {
    const { chain, endorsements } = readCard(bytes, { now });
    return endorsements.map(([first]) => vouchesFor(new X509Certificate(first), root, chain));
  };
  assert.deepEqual(isVouchedFor(hex(told.card)), [true]);
  for (const one of told.bad) refused(one.name, () => readCard(hex(one.bytes), { now }));
  for (const one of told.void) assert.deepEqual(isVouchedFor(hex(one.bytes)), [false], one.name);
};
