import { beforeAll, describe, expect, it } from 'vitest';
import { encodeChain } from '../../../../electron/engine/certificates/chain';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { encodeToldEnvelope, encodeToldFloor, encodeToldSent, encodeToldStream, parseToldStream } from '../../../../electron/engine/dialog/shared-words';
import { testCrypto } from '../../../support/dialog-kit';
import { carry, epochOf, type People, preparedWorld, start, streamOf, twoDevicesEach, type DevicesWorld as World } from '../../../support/several-devices';

let crypto: Crypto;
let people: People;

beforeAll(async () => {
  crypto = await testCrypto();
  people = await twoDevicesEach(crypto);
});

const utf8 = new TextEncoder();
const tenYears = 3652 * 24 * 3_600_000;
const prepared = (): World => preparedWorld(crypto, people);

describe('an own device that lies', () => {
  const lies = (world: World): { said: string; kind: string; key: string; value: Uint8Array }[] => {
    const { a1, a2, b1, dialogId } = world;
    const key = `${b1.peerId}/${dialogId}/${b1.instanceId}`;
    const stream = parseToldStream(a1.engine.shared.stream({ peerId: b1.peerId, dialogId, instanceId: b1.instanceId }) ?? new Uint8Array());
    const sent = { nextSequence: 1, digest: crypto.random(32), acknowledged: 0, epoch: 1 };
    return [
      { said: 'the stream is shorter', kind: 'stream', key, value: encodeToldStream({ ...stream, cumulative: 0 }) },
      { said: 'the stream is longer, with nothing to show for it', kind: 'stream', key, value: encodeToldStream({ ...stream, cumulative: 1_000 }) },
      { said: 'the stream is longer than any', kind: 'stream', key, value: encodeToldStream({ ...stream, cumulative: 2 ** 53 - 1 }) },
      { said: 'another digest at the same place', kind: 'stream', key, value: encodeToldStream({ ...stream, digest: crypto.random(32) }) },
      { said: 'controls that never were', kind: 'stream', key, value: encodeToldStream({ ...stream, controlFloor: 2 ** 40, controlEpoch: 2 ** 20 }) },
      { said: 'this device’s own stream is another', kind: 'sent', key: `${b1.peerId}/${dialogId}/${a2.instanceId}`, value: encodeToldSent({ ...sent, nextSequence: 500 }) },
      { said: 'a floor of nobody', kind: 'floor', key: `${b1.peerId}/${b1.instanceId}`, value: encodeToldFloor(2 ** 31) },
    ];
  };

  it('S4-31: moves nothing ahead or back, mutes nobody and makes nobody start anew', () => {
    const count = lies(prepared()).length;
    for (let index = 0; index < count; index += 1) {
      const world = prepared();
      const { a1, a2, b1, dialogId } = world;
      const lie = lies(world)[index];
      if (!lie) throw new Error('no lie');
      const [own, before] = [epochOf(a2), streamOf(b1, a2)];
      a2.replica.hear({ author: a1.instanceId, ...lie });
      expect(streamOf(b1, a2), lie.said).toEqual(before);
      expect(a2.sink.of('rolledBack'), lie.said).toEqual([]);
      b1.say(a2, dialogId, 'news');
      carry(b1, a2);
      carry(a2, b1);
      carry(b1, a2);
      expect(a2.sink.texts(dialogId), lie.said).toEqual(['old', 'news']);
      expect(b1.pending(a2), lie.said).toEqual([]);
      expect(b1.sink.of('rolledBack'), lie.said).toEqual([]);
      expect(epochOf(a2), lie.said).toBeLessThanOrEqual(own + 1);
    }
  });

  it.each([0, -tenYears, tenYears])('S4-31 A90: a stream is moved ahead by its word only over places the contact itself is known to have used; the clock is set by %d ms meanwhile', (set) => {
    const world = prepared();
    const { a1, a2, b1, dialogId, clock } = world;
    const before = streamOf(b1, a2);
    b1.say(a1, dialogId, 'kept back');
    carry(b1, a1);
    carry(a1, b1);
    b1.say(a1, dialogId, 'next');
    const told = a1.engine.shared.stream({ peerId: b1.peerId, dialogId, instanceId: b1.instanceId }) ?? new Uint8Array();
    const hearStream = (): void => a2.replica.hear({ author: a1.instanceId, kind: 'stream', key: `${b1.peerId}/${dialogId}/${b1.instanceId}`, value: told });
    hearStream();
    expect(streamOf(b1, a2)).toEqual(before);
    carry(b1, a2); // the one behind it, which shows that there was one
    expect(streamOf(b1, a2)).toEqual(before);
    clock.pass(60_000);
    clock.time += set;
    hearStream();
    expect(a2.sink.texts(dialogId)).toEqual(['old', 'next']);
    expect(streamOf(b1, a2).cumulative).toBe(3);
  });

  it('A14 A43: brings nothing in another person’s name, of a removed device, or of its own', () => {
    const world = prepared();
    const { a1, a2, b1, b2, dialogId } = world;
    b2.say(a1, dialogId, 'of a removed device');
    const bytes = b2.pending(a1)[0] ?? new Uint8Array();
    const author = a1.instanceId;
    const envelope = { author, kind: 'envelope', key: `${b1.peerId}/${dialogId}/${b2.instanceId}/1`, value: encodeToldEnvelope({ receivedAt: start, bytes }) };
    const chain = { author, kind: 'chain', key: `${b1.peerId}/${b2.instanceId}`, value: encodeChain(people.b2.chain) };
    // Somebody else's chain in Bob's place, and one of Alice's own devices.
    expect(() => a2.replica.hear({ ...chain, value: encodeChain(people.carol.chain) })).toThrow('somebody else');
    const before = a2.snapshot();
    for (const person of [people.carol, people.a1]) {
      const { peerId } = person.chain.identity;
      const { instanceId } = person.chain.instance;
      a2.replica.hear({ ...chain, key: `${peerId}/${instanceId}`, value: encodeChain(person.chain) });
      a2.replica.hear({ ...envelope, key: `${peerId}/${dialogId}/${instanceId}/1` });
    }
    a2.removed.add(b2.instanceId);
    a2.replica.hear(chain);
    a2.replica.hear(envelope);
    expect(a2.snapshot()).toBe(before);
    // The very same of a device that is one.
    a2.removed.clear();
    a2.replica.hear(envelope);
    a2.look();
    expect(a2.sink.texts(dialogId)).toEqual(['old', 'of a removed device']);
  });

  it('S1-34: what cannot be read is thrown out whole', () => {
    const { a1, a2, b1, dialogId } = prepared();
    const before = a2.snapshot();
    for (const kind of ['dialog', 'failed', 'floor', 'stream', 'chain', 'envelope', 'sent', 'start']) {
      for (const key of [`${b1.peerId}/${dialogId}`, `${b1.peerId}/${dialogId}/${b1.instanceId}/x`, 'x']) {
        expect(() => a2.replica.hear({ author: a1.instanceId, kind, key, value: utf8.encode('nothing of the kind') }), `${kind} ${key}`).toThrow();
      }
    }
    expect(a2.snapshot()).toBe(before);
  });
});
