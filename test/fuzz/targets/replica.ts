import {
  encodeToldDialog, encodeToldEnvelope, encodeToldFailure, encodeToldFloor, encodeToldSent, encodeToldStart, encodeToldStream,
  parseToldDialog, parseToldEnvelope, parseToldFailure, parseToldFloor, parseToldSent, parseToldStart, parseToldStream,
} from '../../../electron/engine/dialog/shared-words';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { instanceIdOf } from '../../../electron/engine/identity/peer-id';
import type { InstanceId } from '../../../electron/engine/ids';
import { dialogIdFromBytes, dskIdFromBytes, instanceIdFromBytes, peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { concat } from '../../../electron/engine/wire/writer';
import { envelopeKey, floorKey, parseEnvelopeKey, parseFloorKey } from '../../../electron/services/replication/dialog-keys';
import { dialogKey, messageKey, parseDialogKey, parseMessageKey, parsePeerKey, parseStreamKey, streamKey } from '../../../electron/services/replication/kinds/values';
import { signFact } from '../../../electron/services/replication/signed-facts';
import { encodeWords, parseWords, type Words } from '../../../electron/services/replication/words';
import { assertSame, layoutTarget, outcomeOf, type Target } from '../target';

const counting = (first: number, length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (first + at) & 255);
const [one, two] = [instanceIdFromBytes(counting(1, 16)), instanceIdFromBytes(counting(2, 16))];
const peerId = peerIdFromBytes(counting(3, 32));
const stream = { peerId, dialogId: dialogIdFromBytes(counting(4, 16)), instanceId: one };
const at = 1_768_478_400_000;

/** Words on the topic `replica`, keys of facts, and what dialogs put into them (§10.3, §10.4; A60). */
export function replicaWords(crypto: Crypto): Target[] {
  const signing = crypto.signingFromSeed(counting(20, 32));
  const author = instanceIdOf(crypto, signing.publicKey);
  const fact = (number: number, kind: string, key: string, value: Uint8Array) => signFact(crypto, peerId, signing, { author, number, stamp: at * 4_096 + number, kind, key, value });
  const words: readonly Words[] = [
    { type: 'have', whole: true, waits: false, lacks: true, vector: new Map<InstanceId, number>([[one, 7], [two, 0]]) },
    { type: 'heard', vector: new Map() },
    { type: 'facts', author, signingKey: signing.publicKey, after: 3, upTo: 9, facts: [fact(4, 'person', peerId, counting(5, 40)), fact(8, 'floor', `${peerId}/${one}`, Uint8Array.of(1, 0, 0, 0, 2))] },
  ];
  return [
    // Of the bits of `have` all but three are for later versions.
    layoutTarget<Words>({ name: 'replica-words', seeds: words.map(encodeWords), parse: (bytes) => (bytes[0] === 1 && (bytes[1] ?? 0) > 7 ? undefined : parseWords(crypto, bytes)), encode: encodeWords, says: ({ type }) => type }),
    factKeys(),
    sharedWords(),
  ];
}

/** Keys as text: one for each thing. */
function factKeys(): Target {
  const readers: readonly ((key: string) => string)[] = [
    parsePeerKey,
    (key) => dialogKey(parseDialogKey(key)),
    (key) => streamKey(parseStreamKey(key)),
    (key) => {
      const place = parseMessageKey(key);
      return messageKey(place, place.sequence);
    },
    (key) => streamKey(parseEnvelopeKey(key)) + key.slice(key.lastIndexOf('/')),
    (key) => floorKey(...parseFloorKey(key)),
  ];
  const keys = [peerId, dialogKey(stream), streamKey(stream), messageKey(stream, 17), envelopeKey(stream, 17), envelopeKey(stream, 'gap'), floorKey(peerId, two)];
  return {
    name: 'fact-keys',
    seeds: keys.map((key) => Buffer.from(key)),
    run: (bytes) => {
      const key = Buffer.from(bytes).toString('utf8');
      const read = readers.map((reader) =>
        outcomeOf([WireError], () => {
          if (reader(key) !== key) throw new Error('two keys for one thing');
          return 'read';
        }),
      );
      return read.map((each) => (each === 'read' ? '1' : '0')).join('');
    },
  };
}

/** What own devices tell of dialogs: the first byte chooses what. */
function sharedWords(): Target {
  const key = { epoch: 1, dskId: dskIdFromBytes(counting(6, 16)), check: counting(7, 16), firstSequence: 1, compromise: false, again: true, live: true, highest: 4, messages: 4, bytes: 900, firstTime: at, lastTime: at, receivedAt: at };
  const kinds: readonly { readonly seed: Uint8Array; readonly again: (bytes: Uint8Array) => Uint8Array }[] = [
    { seed: encodeToldDialog({ openedBy: 'you', announced: true, createdAt: at }), again: (bytes) => encodeToldDialog(parseToldDialog(bytes)) },
    {
      seed: encodeToldStream({ cumulative: 4, digest: counting(8, 32), controlFloor: 2, controlEpoch: 1, latestTime: at, keys: [key, { ...key, epoch: 2 }], kekRanges: [{ creator: two, epoch: 1, lowest: 1, highest: 9 }] }),
      again: (bytes) => encodeToldStream(parseToldStream(bytes)),
    },
    { seed: encodeToldSent({ nextSequence: 5, digest: counting(9, 32), acknowledged: 4, epoch: 2 }), again: (bytes) => encodeToldSent(parseToldSent(bytes)) },
    { seed: encodeToldStart(counting(10, 16)), again: (bytes) => encodeToldStart(parseToldStart(bytes)) },
    { seed: encodeToldFloor(3), again: (bytes) => encodeToldFloor(parseToldFloor(bytes)) },
    { seed: encodeToldFailure({ by: one, at, reason: 'lost-data' }), again: (bytes) => encodeToldFailure(parseToldFailure(bytes)) },
    { seed: encodeToldEnvelope({ receivedAt: at, bytes: counting(11, 700) }), again: (bytes) => encodeToldEnvelope(parseToldEnvelope(bytes)) },
  ];
  return {
    name: 'dialog-facts',
    seeds: kinds.map(({ seed }, kind) => concat(Uint8Array.of(kind), seed)),
    run: (bytes) =>
      outcomeOf([WireError], () => {
        const [kind = 0] = bytes;
        const value = bytes.subarray(1);
        assertSame(kinds[kind % kinds.length]?.again(value) ?? value, value, 'what is told of a dialog');
        return `kind ${kind % kinds.length}`;
      }),
  };
}
