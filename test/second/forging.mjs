/** docs/protocol.md §4 to §7, from a contact that holds its own keys and keeps to nothing: any message put together of any parts, and said over a real session. */
import { cat, u16, u8 } from './bytes.mjs';
import { random } from './crypto.mjs';
import { certName, issued, makeBlock, makeDskHeader, makeMessage, readMessage } from './message.mjs';
import { writeContent } from './content.mjs';
import { item } from './session.mjs';

const WEEK = 7 * 86_400_000;

export const text = (said) => writeContent({ type: 'text', text: said });

export class Forger {
  /** @type {any} a `Peer` that has met who is attacked */
  peer;
  /** @type {Map<any, Buffer>} */
  blocks = new Map();

  constructor(peer) {
    this.peer = peer;
  }

  newKek(changed = {}) {
    const now = this.peer.now();
    return { key: random(32), kekId: random(16), creatingInstance: this.peer.person.instanceId, kekEpoch: 1, notBefore: now, notAfter: now + WEEK, ...changed };
  }
  /** One that the other side is to take: it is the newest own one from then on, and answers come under it. */
  adopted(changed) {
    const kek = this.newKek(changed);
    const { talk } = this.peer;
    talk.keks.set(kek.kekId.toString('hex'), kek);
    talk.own = kek;
    return kek;
  }
  newDsk(changed = {}) {
    return { key: random(32), dskId: random(16), dskEpoch: 1, firstSequence: 1, kind: 1, ...changed };
  }

  /** Signed block for a KEK: made once, so that it costs the other side one private-key operation, unless something in it is to be another. */
  block(kek, { names = {}, exchangeKey, signingSeed } = {}) {
    const { person, contact } = this.peer;
    const { instance, identity } = person.chain;
    const { chain } = contact;
    const usual = {
      initiatorCert: certName(identity.subject, instance), initiatorIssued: issued(instance.notBefore),
      targetCert: certName(chain.identity.subject, chain.exchange), targetIssued: issued(chain.exchange.notBefore),
    };
    return makeBlock({ names: { ...usual, ...names }, kek, exchangeKey: exchangeKey ?? chain.exchange.kemKey, signingSeed: signingSeed ?? person.signingSeed });
  }
  #usualBlock(kek) {
    if (!this.blocks.has(kek)) this.blocks.set(kek, this.block(kek));
    return this.blocks.get(kek);
  }

  /**
   * The next message of a dialog, but for what is given: `kek`, `dsk`, `block`, `dskHeader`, `dialogId`, `senderInstance`, `sequence`, `control`, `time`, `content`, `to`.
   * @param {any} dialog
   * @param {any} [changed]
   */
  message(dialog, changed = {}) {
    const { person, contact, talk } = this.peer;
    const { kek = talk.own, dsk = dialog.out.dsk, dialogId = dialog.dialogId, senderInstance = person.instanceId, sequence = dialog.out.next, to = contact.chain.peerIdBytes } = changed;
    const stream = { dialogId, senderInstance };
    const { block = this.#usualBlock(kek), control = false, time = this.peer.now(), content = text('forged') } = changed;
    const dskHeader = changed.dskHeader ?? makeDskHeader({ from: person.peerId, to, stream, dsk, kek });
    return makeMessage({ block, dskHeader, dsk, stream, sequence, control, time, content });
  }

  /**
   * Says these messages as they are, and waits until the other side has dealt with them: a lawful message behind them has its answer.
   * @param {any} lawful a dialog in which that is said
   * @param {...Buffer} messages
   */
  async put(lawful, ...messages) {
    const { peer } = this;
    for (let session; session !== peer.session || session.ended; ) {
      await peer.until(() => peer.session?.isReady && !peer.session.ended);
      // One that took this one's place meanwhile did not bring them.
      session = peer.session;
      for (const body of messages) session.sendPlain(item(2, body));
      peer.say(lawful, 'after it');
      await peer.until(() => lawful.out.unacknowledged.size === 0);
    }
  }
}

/** The five stretches a splice is made of: preamble, header block, DSK header, dialog header, body. */
export const stretches = (bytes) => {
  const { block, dsk } = readMessage(bytes);
  const [at, behind] = [44 + block.bytes.length, 44 + block.bytes.length + dsk.bytes.length];
  return [bytes.subarray(0, 44), bytes.subarray(44, at), bytes.subarray(at, behind), bytes.subarray(behind, behind + 40), bytes.subarray(behind + 40)];
};

/** One message, laid out wrongly in every way that needs no key. By name. */
export const misshapen = (bytes) => {
  const [preamble, block, dsk, header, body] = stretches(bytes);
  const version = (number) => cat(u16(number), bytes.subarray(2));
  const flags = (number) => cat(bytes.subarray(0, 42), u16(number), bytes.subarray(44));
  const bit63 = Buffer.from(header);
  bit63[32] |= 0x80;
  const bit62 = Buffer.from(header);
  bit62[32] |= 0x40;
  return {
    'nothing': Buffer.alloc(0),
    'a byte less': bytes.subarray(0, -1),
    'a byte more': cat(bytes, u8(0)),
    'two sections that changed places': cat(preamble, dsk, block, header, body),
    'a section twice': cat(preamble, block, dsk, dsk, header, body),
    'no service pair and no KEK header': cat(preamble, dsk, header, body),
    'no DSK header': cat(preamble, block, header, body),
    'version 1.0': version(0x0100),
    'version 2.1': version(0x0201),
    'version 3.0': version(0x0300),
    'the control flag alone': flags(1),
    'a flag nobody knows': flags(2),
    'bit 63 of the sequence alone': cat(preamble, block, dsk, bit63, body),
    'a sequence above 2^53': cat(preamble, block, dsk, bit62, body),
  };
};
