/**
 * Makes test/vectors/rekey.json: two people with new keys, and what went over the wire when one asked the other: as a contact who then told its own
 * new key, and as a stranger. Identity keys are those of test/support/rsa-keys.ts; everything else is thrown away. Run only when a layout changes on purpose:
 * `npx esbuild test/vectors/generate-rekey.ts --bundle --platform=node --format=cjs --external:sodium-native --external:libsodium-wrappers --outfile=out/rekey-vectors.cjs && NODE_PATH=node_modules node out/rekey-vectors.cjs`
 */
import { writeFileSync } from 'node:fs';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { AskerParts } from '../../electron/engine/session/rekey-answer';
import { askForKeys } from '../../electron/engine/session/rekey-asker';
import { askedBackTag, contactTag, refusedSecretOf } from '../../electron/engine/session/contact-tag';
import { answerRekey } from '../../electron/engine/session/rekey-answerer';
import { toHex } from '../../electron/engine/wire/encoding';
import { peerIdToBytes } from '../../electron/engine/wire/ids';
import { concat } from '../../electron/engine/wire/writer';
import { ManualClock } from '../support/manual-clock';
import { channelBetween } from '../support/meeting-kit';
import { askerOf, Desk, heldOf, type Lives, livesOf, runUntil } from '../support/rekey-kit';
import { type Party, testNow } from '../support/session-kit';

const countingFrom = (first: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, index) => (first + index) & 255);
const pairSecret = countingFrom(0x30);
const ephemeralSecret = countingFrom(0x60);

function written({ lives, newest }: Lives) {
  const { peerId, instance } = newest.local;
  const { recoveryKeyHash } = newest.local.identity;
  return {
    peerId,
    peerIdBytes: toHex(peerIdToBytes(peerId)),
    recoveryKeyHash: toHex(recoveryKeyHash ?? new Uint8Array(0)),
    keys: lives.map(({ local: { identity } }) => ({ epoch: identity.epoch, spki: toHex(identity.spki), spkiHash: toHex(identity.spkiHash) })),
    instanceId: instance.credential.instanceId,
  };
}

async function conversation(ada: Lives, ben: Lives, changes: Partial<AskerParts>) {
  const clock = new ManualClock(testNow);
  const [adasFirst, bensFirst] = [ada.lives[0], ben.lives[0]];
  if (!adasFirst || !bensFirst) throw new Error('first keys');
  const crypto: Crypto = { ...ben.newest.crypto, generateKem: (kind) => ben.newest.crypto.kemFromSecret(kind, ephemeralSecret.slice()) };
  const asker: Party = { ...ben.newest, crypto };
  const { pair, client, server } = await channelBetween(clock, asker, ada.newest, 'rekey');
  answerRekey(server, new Desk(ada.newest, clock, [[ben.newest.local.peerId, pairSecret]], [heldOf(bensFirst)]).parts);
  const answer = askForKeys(client, askerOf(asker, heldOf(adasFirst), changes));
  await runUntil(clock, answer);
  await answer;
  await clock.advance(10);
  return { ephemeralSecret: toHex(ephemeralSecret), client: toHex(concat(...pair.dialler.sent)), server: toHex(concat(...pair.listener.sent)) };
}

/** What the two sides of a refused M1 show each other, from fixed bytes. */
function refused({ crypto }: Party) {
  const [cn, channelHash, nonce] = [countingFrom(0x90), countingFrom(0xb0), countingFrom(0xd0)];
  const { bytes: secret } = refusedSecretOf(crypto, crypto.secret('content', cn.slice()));
  const tags = { tag: contactTag(crypto, secret, channelHash), askedBackTag: askedBackTag(crypto, secret, channelHash, nonce) };
  return { cn: toHex(cn), channelHash: toHex(channelHash), nonce: toHex(nonce), secret: toHex(secret), tag: toHex(tags.tag), askedBackTag: toHex(tags.askedBackTag) };
}

async function main(): Promise<void> {
  const [ada, ben] = await Promise.all([livesOf('Vera', 0, ['routine', 'compromise']), livesOf('Willem', 10, ['routine'])]);
  const vectors = {
    now: testNow,
    pairSecret: toHex(pairSecret),
    asked: written(ada),
    asker: written(ben),
    contact: await conversation(ada, ben, { pairSecret, offer: true }),
    stranger: await conversation(ada, ben, {}),
    refused: refused(ada.newest),
  };
  writeFileSync('test/vectors/rekey.json', `${JSON.stringify(vectors, undefined, 2)}\n`);
}

void main();
