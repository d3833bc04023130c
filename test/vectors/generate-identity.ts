/**
 * Makes test/vectors/identity.json: a person whose identity key was renewed, replaced after a compromise, named anew by the recovery key, and renewed once more.
 * The keys are those of test/support/rsa-keys.ts. Run only when a layout changes on purpose:
 * `npx esbuild test/vectors/generate-identity.ts --bundle --platform=node --format=cjs --external:sodium-native --external:libsodium-wrappers --outfile=out/identity-vectors.cjs && NODE_PATH=node_modules node out/identity-vectors.cjs`
 */
import { writeFileSync } from 'node:fs';
import { createCard } from '../../electron/engine/certificates/card';
import { encodeKeyHistory, type KeyElement } from '../../electron/engine/certificates/key-history';
import { issueKeyLink, type KeyLink } from '../../electron/engine/certificates/key-link';
import type { RecoveryStatement } from '../../electron/engine/certificates/recovery-statement';
import { toHex } from '../../electron/engine/wire/encoding';
import { peerIdToBytes } from '../../electron/engine/wire/ids';
import { realCrypto } from '../support/foundation-kit';
import { keyLives } from '../support/key-lives';

const now = Date.UTC(2026, 5, 1, 12);

function link({ bytes, oldEpoch, oldSpkiHash, epoch, spki, time, purpose }: KeyLink) {
  return { oldEpoch, oldSpkiHash: toHex(oldSpkiHash), epoch, spki: toHex(spki), time, purpose, bytes: toHex(bytes) };
}

function recovery({ bytes, recoveryKey, epoch, spki, revoked, time }: RecoveryStatement) {
  return { recoveryKey: toHex(recoveryKey), epoch, spki: toHex(spki), revoked: revoked.map((each) => toHex(each)), time, bytes: toHex(bytes) };
}

async function main(): Promise<void> {
  const crypto = await realCrypto();
  const lives = await keyLives(crypto, ['routine', 'compromise', 'recovery', 'routine'], { name: 'Vera', now });
  const [first, , third] = lives;
  const fifth = lives.at(-1);
  const old = third?.party.oldKey(first.party.identity.spkiHash);
  if (!third || !fifth?.party.history || !third.party.history || !old) throw new Error('five lives');
  // Whoever still holds the first private half vouches for the third key at once.
  const { peerId } = first.party;
  const next = { epoch: 3, keyPair: { privateKey: third.party.certifierKey(), spki: third.party.identity.spki } };
  const direct = await issueKeyLink(crypto, { peerId, old, next, time: now + 5, purpose: 'routine' });
  const elements: readonly KeyElement[] = fifth.party.history.elements;
  const vectors = {
    now,
    peerId,
    peerIdBytes: toHex(peerIdToBytes(peerId)),
    recovery: { seed: toHex(first.record.recovery?.seed ?? new Uint8Array(0)), hash: toHex(first.party.identity.recoveryKeyHash ?? new Uint8Array(0)) },
    keys: lives.map(({ party: { identity } }) => ({ epoch: identity.epoch, spki: toHex(identity.spki), spkiHash: toHex(identity.spkiHash) })),
    firstCertificate: toHex(first.party.identity.der),
    links: [...elements.flatMap((each) => (each.kind === 'link' ? [link(each)] : [])), link(direct)],
    recoveries: elements.flatMap((each) => (each.kind === 'recovery' ? [recovery(each)] : [])),
    histories: [third, fifth].map(({ party: { history, identity } }) => ({ epoch: identity.epoch, bytes: history ? toHex(encodeKeyHistory(history)) : '' })),
    card: toHex(createCard(crypto, fifth.party, [{ host: '192.0.2.7', port: 4711 }], now)),
    cardForContacts: toHex(createCard(crypto, fifth.party, [{ host: '192.0.2.7', port: 4711 }], now, 'contact')),
  };
  writeFileSync('test/vectors/identity.json', `${JSON.stringify(vectors, undefined, 2)}\n`);
}

void main();
