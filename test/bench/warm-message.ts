import type { Crypto } from '../../electron/engine/crypto/crypto';
import { defaultLimits } from '../../electron/engine/dialog/limits';
import { Memory, type MemoryParts } from '../../electron/engine/dialog/memory';
import { maxBodyBytes, maxMessageBytes, micAt, micBytes, spanOfMessage } from '../../electron/engine/dialog/message-layout';
import { openEnvelope, settleHeaders } from '../../electron/engine/dialog/open-envelope';
import { blindBytes, createSealState, sealMessage, type SealState } from '../../electron/engine/dialog/seal-message';
import { dskBytes, encodeDskHeader, wrapDsk } from '../../electron/engine/dialog/session-key';
import { dialogIdFromBytes, dskIdFromBytes } from '../../electron/engine/wire/ids';
import { openDatabase } from '../../electron/storage/database';
import { createDialogStore } from '../../electron/storage/dialog-store';
import { migrate } from '../../electron/storage/migrate';
import { asRemote, clock, type Party } from './keyshift-party';

/** Two ends of a conversation, as every case here drives them. `cross` gives what came out on the other side. */
export interface KeyshiftPair {
  cross(forward: boolean, plaintext: Uint8Array): Uint8Array;
  close(): void;
}

/**
 * Sealing and opening as the engine does them, without order, delivery and the database: 32 random bytes from the
 * kernel, `sealMessage`; then `spanOfMessage`, the replay filter, `openEnvelope` with its header caches, the padding.
 */
export function createWarmPair(alice: Party, bob: Party): KeyshiftPair {
  const ends = { alice: newEnd(alice), bob: newEnd(bob) };
  const there = direction(alice, ends.alice, bob, ends.bob);
  const back = direction(bob, ends.bob, alice, ends.alice);
  // The first message each way brings the headers into the caches.
  there(new Uint8Array(1));
  back(new Uint8Array(1));
  return {
    cross: (forward, plaintext) => (forward ? there : back)(plaintext),
    close: () => Object.values(ends).forEach((end) => end.close()),
  };
}

interface End {
  readonly parts: MemoryParts;
  readonly memory: Memory;
  close(): void;
}

function newEnd({ crypto, person }: Party): End {
  const db = openDatabase(':memory:');
  migrate(db);
  const parts = { crypto, clock, local: person.local, store: createDialogStore(db), news: () => undefined, limits: defaultLimits };
  const memory = new Memory(parts);
  return { parts, memory, close: () => (memory.wipe(), db.close()) };
}

function direction(from: Party, fromEnd: End, to: Party, toEnd: End): (plaintext: Uint8Array) => Uint8Array {
  const state = newSealState(from, fromEnd, to);
  const room = new Uint8Array(maxBodyBytes);
  const rooms = { plain: new Uint8Array(maxBodyBytes), sealed: Buffer.alloc(maxMessageBytes) };
  const { chain } = from.person;
  const peerId = from.person.local.peerId;
  let sequence = 0;
  return (content) => {
    sequence += 1;
    const sealed = seal(from.crypto, state, sequence, content, rooms);

    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
    const span = spanOfMessage(bytes);
    if (!span) throw new Error('not a message');
    const peer = toEnd.memory.peer(peerId);
    const mic = bytes.toString('latin1', micAt, micAt + micBytes);
    if (peer.recent.has(mic)) throw new Error('a replay');
    const opened = openEnvelope(toEnd.parts, peer, toEnd.memory.ring(peerId), chain, bytes, span, room);
    if ('refused' in opened) throw new Error(`refused: ${opened.refused}`);
    settleHeaders(peer, opened, true);
    toEnd.memory.remember(peer, mic);
    return opened.content.subarray(blindBytes);
  };
}

/** As `Sending` does it, in memory that is used again. */
function seal(crypto: Crypto, state: SealState, sequence: number, content: Uint8Array, rooms: { readonly plain: Uint8Array; readonly sealed: Buffer }): Uint8Array {
  const fresh = crypto.random(blindBytes + 16);
  const plaintext = rooms.plain.subarray(0, blindBytes + content.length);
  plaintext.set(fresh.subarray(0, blindBytes));
  plaintext.set(content, blindBytes);
  return sealMessage(crypto, state, { control: false, sequence, time: Math.trunc(clock.now()), plaintext }, fresh.subarray(blindBytes), rooms.sealed);
}

/** Real headers: a key exchange key for this pair, signed and wrapped, and a session key wrapped under it. */
function newSealState({ crypto, person }: Party, { memory }: End, to: Party): SealState {
  const { local } = person;
  const remote = asRemote(to);
  return memory.change(() => {
    const ring = memory.ring(remote.peerId);
    const kek = ring.create(remote, Math.trunc(clock.now()));
    const block = ring.keys.ownBlock(kek, remote);
    const key = crypto.randomSecret('dsk-send', dskBytes);
    const dialogId = dialogIdFromBytes(crypto.random(16));
    const context = { sender: local.peerId, recipient: remote.peerId, dialogId, senderInstance: local.instanceId, kekId: kek.kekId };
    const header = { dskId: dskIdFromBytes(crypto.random(16)), epoch: 1, firstSequence: 1, compromise: false };
    const bytes = ring.keys.withKey(kek, (secret) => encodeDskHeader(header, wrapDsk(crypto, secret, context, header, key)));
    if (!block || !bytes) throw new Error('the headers cannot be made');
    return createSealState({ block, dskHeader: { bytes, hash: crypto.sha256(bytes) }, dialogId, senderInstance: local.instanceId, key });
  });
}
