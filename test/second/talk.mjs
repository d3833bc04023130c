/**
 * docs/protocol.md §4 to §7 between two devices: streams, keys, order, acknowledgements. One object for each contact; `receive` takes canonical
 * bytes, whichever way they came, and says what became of them. What one peer may decide for itself (limits, caches, policies) is left out.
 */
import { cat, need, same } from './bytes.mjs';
import { H, random } from './crypto.mjs';
import { blockSigned, certName, digestNext, digestStart, issued, kekCheck, lengthen, makeBlock, makeDskHeader, makeMessage, openBody, readMessage, readShort, shorten, unwrapDsk, unwrapKek } from './message.mjs';
import { readContent, readControl, writeContent, writeControl, writeStanding } from './content.mjs';

const WEEK = 7 * 86_400_000;
const hexOf = (bytes) => bytes.toString('hex');

export class Talk {
  person;
  contact;
  dialogs = new Map();
  /** KEKs of the pair by their id, and the newest one of one's own. */
  keks = new Map();
  own;
  floors = new Map();
  blocks = new Map();
  /** Headers that came in full, for the short form, and those that went. */
  headers = new Map();
  sentHeaders = new Set();
  short = false;
  heardToken = Buffer.alloc(16);
  delivered = [];
  controls = [];
  /** Unix milliseconds by one's own clock. */
  now = () => Date.now();

  /** `person`: oneself; `contact`: { chain }, the newest verified one. */
  constructor(person, contact) {
    this.person = person;
    this.contact = contact;
  }

  // Sending

  #ownKek(now) {
    if (!this.own || now >= this.own.notAfter) this.shiftKek(now);
    return this.own;
  }

  /** Routine: the next epoch of one's own KEKs. Session keys stay and are wrapped again. */
  shiftKek(now = this.now()) {
    this.own = { key: random(32), kekId: random(16), creatingInstance: this.person.instanceId, kekEpoch: (this.own?.kekEpoch ?? 0) + 1, notBefore: now, notAfter: now + WEEK };
    this.keks.set(hexOf(this.own.kekId), this.own);
    for (const dialog of this.dialogs.values()) if (same(dialog.boundTo, this.person.instanceId)) dialog.kek = this.own;
  }

  /** One signed block for a KEK and the other side's exchange credential, used in every dialog. */
  #blockFor(kek) {
    const { chain } = this.contact;
    const name = hexOf(cat(kek.kekId, chain.exchange.hash, this.person.chain.instance.hash));
    if (!this.blocks.has(name)) {
      const { instance, identity } = this.person.chain;
      const names = {
        initiatorCert: certName(identity.subject, instance), initiatorIssued: issued(instance.notBefore),
        targetCert: certName(chain.identity.subject, chain.exchange), targetIssued: issued(chain.exchange.notBefore),
      };
      this.blocks.set(name, makeBlock({ names, kek, exchangeKey: chain.exchange.kemKey, signingSeed: this.person.signingSeed }));
    }
    return this.blocks.get(name);
  }

  open(title, now = this.now()) {
    const dialog = this.#dialog(random(16), this.person.instanceId);
    dialog.kek = this.#ownKek(now);
    return { dialog, message: this.send(dialog, { type: 'title', title }, now) };
  }

  /** A dialog that another device of one's own had (§7): a stream of one's own from 1, those of the other side where they were. An acknowledgement is due. */
  goOn(dialogId, streams, now = this.now()) {
    const dialog = this.#dialog(dialogId, this.person.instanceId);
    for (const one of streams) dialog.streams.set(hexOf(one.instance), { waiting: new Map(), ...one });
    return Object.assign(dialog, { kek: this.#ownKek(now), owes: true });
  }

  #dialog(dialogId, boundTo) {
    const stream = { dialogId, senderInstance: this.person.instanceId };
    const dialog = { dialogId, boundTo, out: { stream, next: 1, control: 0, digest: digestStart(this.person.peerId, this.contact.chain.peerIdBytes, stream), dsk: undefined, unacknowledged: new Map(), digests: new Map() }, streams: new Map() };
    this.dialogs.set(hexOf(dialogId), dialog);
    return dialog;
  }

  /** The next message takes a new session key. */
  shiftDsk(dialog, kind = 1) {
    const { out } = dialog;
    out.dsk = { key: random(32), dskId: random(16), dskEpoch: (out.dsk?.dskEpoch ?? 0) + 1, firstSequence: out.next, kind };
  }

  #seal(dialog, parts) {
    const { out, kek } = dialog;
    if (!out.dsk) this.shiftDsk(dialog);
    const block = this.#blockFor(kek);
    const name = hexOf(cat(H(block), out.dsk.dskId));
    if (out.wrapped !== name) {
      out.header = makeDskHeader({ from: this.person.peerId, to: this.contact.chain.peerIdBytes, stream: out.stream, dsk: out.dsk, kek });
      out.wrapped = name;
    }
    return makeMessage({ block, dskHeader: out.header, dsk: out.dsk, stream: out.stream, ...parts });
  }

  /** What waits for its acknowledgement, in order, as it is to be sent now. */
  unacknowledged() {
    return [...this.dialogs.values()].flatMap(({ out }) => [...out.unacknowledged.values()].map(({ bytes }) => bytes));
  }

  /** A session key that takes over (§6): what is not acknowledged is sealed again under it, the same c and content at the same place. */
  takeOver(dialog, kind) {
    const { out } = dialog;
    this.shiftDsk(dialog, kind);
    out.dsk.firstSequence = Math.min(out.next, ...out.unacknowledged.keys());
    for (const stream of dialog.streams.values()) stream.waiting.clear();
    for (const [sequence, one] of out.unacknowledged) one.bytes = this.#seal(dialog, { sequence, time: one.time, content: one.body, c: one.c });
    dialog.owes = true;
  }

  /** By hand, after a compromise (§5): floors, a new key for the pair, every session key anew. */
  compromised(now = this.now()) {
    for (const { creatingInstance, kekEpoch } of this.keks.values()) this.#raise(creatingInstance, kekEpoch + 1);
    this.shiftKek(now);
    this.#raise(this.person.instanceId, this.own.kekEpoch);
    for (const dialog of this.dialogs.values()) {
      Object.assign(dialog, { boundTo: this.person.instanceId, kek: this.own });
      this.takeOver(dialog, 2);
    }
  }
  /** One's own credentials are other ones, or the other side's: a new key for the pair, and what names the former ones is sealed again. */
  renew(now = this.now()) {
    this.shiftKek(now);
    for (const dialog of this.dialogs.values()) if (dialog.out.unacknowledged.size) this.takeOver(dialog, 3);
  }
  #floor(instance) {
    return this.floors.get(hexOf(instance)) ?? 0;
  }
  #raise(instance, floor) {
    const isNew = floor > this.#floor(instance);
    if (isNew) this.floors.set(hexOf(instance), floor);
    return isNew;
  }
  /** The other side says that keys may be known: every session key again, under its new key; one's own key for the pair is another one. */
  #answerCompromise(now) {
    this.shiftKek(now);
    for (const dialog of this.dialogs.values()) this.takeOver(dialog, 3);
  }

  send(dialog, content, now = this.now()) {
    const { out } = dialog;
    const c = random(16);
    const body = writeContent(content);
    const sequence = out.next;
    const bytes = this.#seal(dialog, { sequence, time: now, content: body, c });
    out.next += 1;
    out.digest = digestNext(out.digest, sequence, cat(c, body));
    out.digests.set(sequence, out.digest);
    out.unacknowledged.set(sequence, { bytes, c, body, time: now });
    return bytes;
  }

  control(dialog, word, now = this.now()) {
    dialog.out.control += 1;
    return this.#seal(dialog, { control: true, sequence: dialog.out.control, time: now, content: writeControl(word) });
  }

  /** What was received of one stream, said back. */
  acknowledge(dialog, instance, now = this.now()) {
    const stream = dialog.streams.get(hexOf(instance));
    return this.control(dialog, {
      type: 'acknowledgement', stream: instance, receiver: this.person.instanceId, cumulative: stream.cumulative, digest: stream.digest, kekFloor: this.#floor(dialog.kek.creatingInstance),
      listVersion: this.person.listVersion, startToken: this.person.startToken, heardToken: this.heardToken,
    }, now);
  }

  /** As an item of a session (§8): short once its headers went in full there. `this.sentHeaders` begins empty with each session. */
  asItem(bytes) {
    const { hdr1, hdr2 } = readMessage(bytes);
    const name = hexOf(cat(hdr1, hdr2));
    if (this.short && this.sentHeaders.has(name)) return { type: 6, body: shorten(bytes) };
    this.sentHeaders.add(name);
    return { type: 2, body: bytes };
  }

  // Receiving

  /** The full form of a short one, or the 32 bytes of the headers it lacks. */
  expand(bytes) {
    const { wanted } = readShort(bytes);
    const known = this.headers.get(hexOf(cat(...wanted)));
    return known ? { bytes: lengthen(bytes, known.block, known.dskHeader) } : { wanted: cat(...wanted) };
  }

  receive(bytes) {
    const message = readMessage(bytes);
    const { block, dsk } = message;
    const key = this.#kekOf(block);
    const stream = { dialogId: message.dialogId, senderInstance: message.senderInstance };
    const session = unwrapDsk({ from: this.contact.chain.peerIdBytes, to: this.person.peerId, stream, dsk, kekId: block.kekId, kek: key });
    const { content, whole } = openBody(message, session);
    this.headers.set(hexOf(cat(message.hdr1.subarray(0, 16), message.hdr2.subarray(0, 16))), { block: block.bytes, dskHeader: dsk.bytes });
    return message.control ? this.#heardControl(message, content) : this.#heardMessage(message, content, whole);
  }

  /** §4.7: names against the verified chain and the own exchange credential, signature, then the KEM. */
  #kekOf(block) {
    const { chain } = this.contact;
    need(same(block.initiatorCert, certName(chain.identity.subject, chain.instance)) && block.initiatorIssued === issued(chain.instance.notBefore), 'another sender');
    const exchange = this.person.exchanges.find(({ credential }) => same(credential.hash, block.targetCert.subarray(-32)));
    need(exchange && same(block.targetCert, certName(exchange.subject, exchange.credential)) && block.targetIssued === issued(exchange.credential.notBefore), 'another recipient');
    need(blockSigned(block, chain.instance.signingKey), 'signature of a header block');
    need(block.kekEpoch >= this.#floor(block.creatingInstance), 'below the floor of its creator');
    const key = unwrapKek(block, exchange.secret);
    const known = this.keks.get(hexOf(block.kekId));
    if (known) need(same(kekCheck(known.key), kekCheck(key)) && known.kekEpoch === block.kekEpoch && same(known.creatingInstance, block.creatingInstance), 'kek-conflict');
    else need(!same(block.creatingInstance, this.person.instanceId), 'a KEK of one’s own that was never made');
    const { kekId, creatingInstance, kekEpoch, notBefore, notAfter } = block;
    if (!known) this.keks.set(hexOf(kekId), { key, kekId, creatingInstance, kekEpoch, notBefore, notAfter });
    return key;
  }

  #heardMessage(message, content, whole) {
    const name = hexOf(message.dialogId);
    if (!this.dialogs.has(name)) this.#dialog(message.dialogId, message.block.creatingInstance);
    const dialog = this.dialogs.get(name);
    const stream = this.#stream(dialog, message);
    this.#bind(dialog, message, stream);
    need(message.dsk.dskEpoch >= stream.epoch && message.sequence >= message.dsk.firstSequence, 'epochs');
    if (message.sequence <= stream.cumulative) return { outcome: 'repeated', dialog };
    stream.waiting.set(message.sequence, { message, content, whole });
    const delivered = [];
    for (let next = stream.waiting.get(stream.cumulative + 1); next; next = stream.waiting.get(stream.cumulative + 1)) {
      stream.waiting.delete(next.message.sequence);
      stream.cumulative = next.message.sequence;
      stream.epoch = next.message.dsk.dskEpoch;
      stream.digest = digestNext(stream.digest, stream.cumulative, next.whole);
      delivered.push({ dialog, sequence: stream.cumulative, dskEpoch: stream.epoch, kekEpoch: next.message.block.kekEpoch, kekBy: next.message.block.creatingInstance, ...readContent(next.content) });
    }
    this.delivered.push(...delivered);
    return { outcome: 'delivered', dialog, delivered };
  }

  /** A reply goes under the newest KEK of the device the dialog is bound to: at first the one that opened it. */
  #bind(dialog, { block, dsk }, stream) {
    const isCompromise = dsk.kind === 2 && dsk.dskEpoch > stream.epoch;
    if (isCompromise) dialog.boundTo = block.creatingInstance;
    const newest = [...this.keks.values()].filter(({ creatingInstance }) => same(creatingInstance, dialog.boundTo)).toSorted((a, b) => b.kekEpoch - a.kekEpoch)[0];
    dialog.kek = newest ?? dialog.kek;
    if (isCompromise && this.#raise(block.creatingInstance, block.kekEpoch)) this.#answerCompromise(this.now());
  }

  #stream(dialog, { senderInstance }) {
    const name = hexOf(senderInstance);
    if (!dialog.streams.has(name)) {
      const stream = { dialogId: dialog.dialogId, senderInstance };
      dialog.streams.set(name, { instance: senderInstance, cumulative: 0, epoch: 0, control: 0, waiting: new Map(), digest: digestStart(this.person.peerId, this.contact.chain.peerIdBytes, stream) });
    }
    return dialog.streams.get(name);
  }

  #heardControl(message, content) {
    const dialog = need(this.dialogs.get(hexOf(message.dialogId)), 'a control message for no dialog');
    const stream = this.#stream(dialog, message);
    if (message.sequence <= stream.control) return { outcome: 'repeated', dialog };
    stream.control = message.sequence;
    const word = readControl(content);
    this.controls.push({ ...word, dialog });
    this.#bind(dialog, message, stream);
    stream.epoch = Math.max(stream.epoch, message.dsk.dskEpoch);
    const { out } = dialog;
    if (word.type === 'acknowledgement' && same(word.receiver, message.senderInstance) && same(word.stream, this.person.instanceId)) {
      this.heardToken = word.startToken;
      if (word.cumulative > 0) need(same(word.digest, out.digests.get(word.cumulative) ?? Buffer.alloc(0)), 'another digest: a rolled back device');
      for (const sequence of out.unacknowledged.keys()) if (sequence <= word.cumulative) out.unacknowledged.delete(sequence);
    }
    return { outcome: 'control', dialog, word };
  }

  /** The first word of a session. */
  standing() {
    const device = hexOf(this.contact.chain.instanceId);
    const streams = [...this.dialogs.values()].flatMap((dialog) => {
      const one = dialog.streams.get(device);
      return one ? [{ dialogId: dialog.dialogId, cumulative: one.cumulative, highest: Math.max(one.cumulative, ...one.waiting.keys()), control: one.control, digest: one.digest, failed: false }] : [];
    });
    return writeStanding({ startToken: this.person.startToken, heardToken: this.heardToken, streams });
  }
}
