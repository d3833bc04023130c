import { encodeChain, parseChain, verifyChain } from '../../electron/engine/certificates/chain';
import { defaultLimits } from '../../electron/engine/dialog/limits';
import { Memory, type MemoryParts } from '../../electron/engine/dialog/memory';
import { maxBodyBytes, maxMessageBytes, spanOfMessage } from '../../electron/engine/dialog/message-layout';
import { openEnvelope, settleHeaders } from '../../electron/engine/dialog/open-envelope';
import { blindBytes, createSealState, sealMessage } from '../../electron/engine/dialog/seal-message';
import { dskBytes, encodeDskHeader, wrapDsk } from '../../electron/engine/dialog/session-key';
import { createKekBlock, type KekHeader } from '../../electron/engine/exchange/kek-block';
import { kekBytes } from '../../electron/engine/exchange/kek-wrap';
import { certName, issued } from '../../electron/engine/exchange/service-pair';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { Secret } from '../../electron/engine/crypto/secret';
import { dialogIdFromBytes, dskIdFromBytes, kekIdFromBytes } from '../../electron/engine/wire/ids';
import { openDatabase } from '../../electron/storage/database';
import { createDialogStore } from '../../electron/storage/dialog-store';
import { migrate } from '../../electron/storage/migrate';
import { clock, type Party } from './keyshift-party';

interface Block {
  readonly bytes: Uint8Array;
  readonly hash: Uint8Array;
  readonly header: KekHeader;
  readonly kek: Secret<'kek'>;
}

/** How conversations begin. Each call gives the plaintext as it came out on the other side. */
export interface Beginnings {
  /** A new conversation with somebody known: a session key made, wrapped and used once; there unwrapped and used. No public-key operation. */
  newConversation(plaintext: Uint8Array): Uint8Array;
  /**
   * The first message ever: key exchange key made, wrapped by the post-quantum KEM and signed, session key, message; there the sender's
   * whole chain is parsed and verified with nothing cached, then signature, decapsulation, unwrapping, message. Two senders take
   * turns, and `strange` has never seen either of them: caches of certificates belong to the primitives.
   */
  firstContact(plaintext: Uint8Array, strange: Crypto): Uint8Array;
  close(): void;
}

/** From `alice`, or in turn from `carol`, to `bob`, without order, delivery and the writing of rows. */
export function createBeginnings(alice: Party, carol: Party, bob: Party): Beginnings {
  const db = openDatabase(':memory:');
  migrate(db);
  const parts: MemoryParts = { crypto: bob.crypto, clock, local: bob.person.local, store: createDialogStore(db), news: () => undefined, limits: { ...defaultLimits, decapsulations: 1e9 } };
  const memory = new Memory(parts);
  const room = new Uint8Array(maxBodyBytes);
  const senders = [alice, carol].map((party) => ({ party, chain: encodeChain(party.person.chain) }));
  const known = newBlock(alice, bob, 1);
  let epoch = 1;

  const open = (sealed: Uint8Array, chain: Party['person']['chain']): Uint8Array => {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length);
    const span = spanOfMessage(bytes);
    if (!span) throw new Error('not a message');
    const { peerId } = chain.identity;
    const peer = memory.peer(peerId);
    const opened = openEnvelope(parts, peer, memory.ring(peerId), chain, bytes, span, room);
    if ('refused' in opened) throw new Error(`refused: ${opened.refused}`);
    settleHeaders(peer, opened, true);
    return opened.content.subarray(blindBytes);
  };

  open(begin(alice, bob, known, new Uint8Array(1)), alice.person.chain);
  return {
    newConversation: (plaintext) => open(begin(alice, bob, known, plaintext), alice.person.chain),
    firstContact(plaintext, strange) {
      epoch += 1;
      const sender = senders[epoch % 2];
      if (!sender) throw new Error('there are two');
      const block = newBlock(sender.party, bob, epoch);
      const sealed = begin(sender.party, bob, block, plaintext);
      block.kek.wipe();
      return open(sealed, verifyChain(strange, parseChain(strange, sender.chain), { now: Math.trunc(clock.now()) }));
    },
    close: () => (memory.wipe(), db.close()),
  };
}

/** Sealed in memory that is used again, as the engine does it. */
const sealingRoom = Buffer.alloc(maxMessageBytes);

/** The first message of a dialog under this key exchange key. */
function begin({ crypto, person }: Party, to: Party, block: Block, content: Uint8Array): Uint8Array {
  const { local } = person;
  const key = crypto.randomSecret('dsk-send', dskBytes);
  const dialogId = dialogIdFromBytes(crypto.random(16));
  const header = { dskId: dskIdFromBytes(crypto.random(16)), epoch: 1, firstSequence: 1, compromise: false };
  const context = { sender: local.peerId, recipient: to.person.local.peerId, dialogId, senderInstance: local.instanceId, kekId: block.header.kekId };
  const bytes = encodeDskHeader(header, wrapDsk(crypto, block.kek, context, header, key));
  const state = createSealState({ block, dskHeader: { bytes, hash: crypto.sha256(bytes) }, dialogId, senderInstance: local.instanceId, key });
  const fresh = crypto.random(blindBytes + 16);
  const plaintext = new Uint8Array(blindBytes + content.length);
  plaintext.set(fresh.subarray(0, blindBytes));
  plaintext.set(content, blindBytes);
  try {
    return sealMessage(crypto, state, { control: false, sequence: 1, time: Math.trunc(clock.now()), plaintext }, fresh.subarray(blindBytes), sealingRoom);
  } finally {
    key.wipe();
  }
}

function newBlock({ crypto, person }: Party, to: Party, epoch: number): Block {
  const { local } = person;
  const { chain } = to.person;
  const kek = crypto.randomSecret('kek', kekBytes);
  const now = Math.trunc(clock.now());
  const header = { kekId: kekIdFromBytes(crypto.random(16)), creatingInstance: local.instanceId, epoch, notBefore: now, notAfter: now + 1 };
  const names = {
    initiatorCert: certName(local.identity, local.instance.credential),
    initiatorIssued: issued(local.instance.credential),
    targetCert: certName(chain.identity, chain.exchange),
    targetIssued: issued(chain.exchange),
  };
  const bytes = createKekBlock(crypto, { names, header, kek, recipientKem: chain.exchange.kemKey, signing: local.instance.signing.secret });
  if (!bytes) throw new Error('the header cannot be made');
  return { bytes, hash: crypto.sha256(bytes), header, kek };
}
