import { beforeAll, expect, test } from 'vitest';
import { kernelRandom } from '../../../electron/engine/crypto/kernel-random';
import type { Clock } from '../../../electron/engine/ports';
import { channelKinds } from '../../../electron/engine/session/channel-frames';
import { encodeRequest } from '../../../electron/engine/session/rekey-frames';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import type { Acquaintances } from '../../../electron/services/acquaintances';
import { Answering } from '../../../electron/services/answering';
import { EventHub } from '../../../electron/services/event-hub';
import { NetworkFacts } from '../../../electron/services/network-facts';
import type { OpenProfile } from '../../../electron/services/open-profile';
import type { Stores } from '../../../electron/services/ports';
import { type Lives, livesOf } from '../../support/rekey-kit';
import { recordingLogger, testNow } from '../../support/session-kit';

const from = '203.0.113.9';
let ada: Lives;

beforeAll(async () => {
  ada = await livesOf('Ada', 0, ['routine']);
}, 30_000);

/** Nobody here waits for a refusal: when it comes belongs to other tests. */
const timeless: Clock = { now: () => testNow, monotonic: () => 0, setTimer: () => () => {} };

function device() {
  const { crypto, local } = ada.newest;
  const logger = recordingLogger();
  const network = new NetworkFacts();
  let changes = 0;
  network.onChange(() => (changes += 1));
  // Questions about keys ask nothing of a profile, nor of how people meet.
  const nobody = {} as Stores & Acquaintances & OpenProfile;
  const answering = new Answering({ crypto, local, clock: timeless, random: kernelRandom, logger, network, events: new EventHub(logger), stores: nobody, acquaintances: nobody, ownAddresses: () => [] });
  const hash = crypto.random(32);
  const hear = (payload: Uint8Array): void =>
    answering.answer({ purpose: 'rekey', role: 'server', source: from, hash, send: () => expect.unreachable('it was answered'), onFrame: (handler) => handler({ kind: channelKinds.rekeyRequest, payload }), onClose: () => {}, close: () => {} });
  const question = (peerId = local.peerId, heldHash = crypto.random(32)): Uint8Array => encodeRequest({ peerId, heldHash, nonce: crypto.random(32), tag: hash }).payload;
  return { hear, question, logger, network, changes: () => changes };
}

test('S5-11: of a hundred thousand bad questions the log has a line for each kind, and a person is told once', () => {
  const { hear, question, logger, network, changes } = device();
  const unknown = question();
  hear(question(peerIdFromBytes(ada.newest.crypto.random(32))));
  for (let at = 1; at < 99; at += 1) hear(unknown);
  expect([network.turnedAway.told, changes()]).toEqual([undefined, 0]);
  for (let at = 99; at < 100_000; at += 1) hear(at % 100 === 0 ? unknown.subarray(1) : unknown);
  expect(network.turnedAway.told).toEqual({ count: 100_000, since: testNow, from });
  expect(changes()).toBe(1);
  expect(logger.lines).toEqual(['other-person', 'unknown-key', 'busy', 'malformed'].map((reason) => `rekey.refused ${JSON.stringify({ reason, source: from })}`));
});

test('a stranger who knows the key in use asked nothing bad', () => {
  const { hear, question, network, changes } = device();
  for (let at = 0; at < 6; at += 1) hear(question(ada.newest.local.peerId, ada.newest.local.identity.spkiHash));
  for (let at = 0; at < 99; at += 1) hear(question());
  expect([network.turnedAway.told, changes()]).toEqual([undefined, 0]);
  hear(question());
  expect([network.turnedAway.told?.count, changes()]).toEqual([100, 1]);
});
