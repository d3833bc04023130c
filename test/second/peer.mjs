/** A peer that can be talked to: keeps a session going, answers what must be answered, and lets its user wait for what comes. */
import { cat, need, Refused } from './bytes.mjs';
import { readCard } from './card.mjs';
import { readStanding } from './content.mjs';
import { random } from './crypto.mjs';
import { makeDeposit, makeFile, openCardDeposit, openDeposit, readFile } from './deposit.mjs';
import { isFor } from './envelope.mjs';
import { Files } from './file-talk.mjs';
import * as live from './live.mjs';
import { digestStart, readMessage } from './message.mjs';
import { toOf } from './person.mjs';
import { answerForKeys, askForKeys } from './rekey.mjs';
import { cardFor } from './request.mjs';
import { pairSecret, TYPES } from './session.mjs';
import { Talk } from './talk.mjs';
import { Waiting } from './waiting.mjs';

const ITEM = { message: 2, card: 3, ping: 4, pong: 5, short: 6, headersWanted: 7, standing: 8, notice: 10, file: 12, hint: 14 };

export class Peer extends Waiting {
  person;
  /** @type {any} who one talks with: `chain`, `addresses` */
  contact;
  /** @type {any} */
  talk;
  /** @type {any} the newest one */
  session;
  /** @type {any[]} */
  sessions = [];
  /** @type {any} what the newest session leaves behind; all of them by their key id */
  entry;
  entries = new Map();
  /** @type {any} what the two recognise each other by, of the newest session that was not resumed */
  pairSecret;
  /** @type {any} the hash of a key that was shown and is not known */
  unknownKey;
  /** @type {string[]} why messages were refused */
  refused = [];
  /** @type {unknown[]} connections that came to nothing */
  faults = [];
  /** Closes who dials. */
  isDeaf = false;
  /** Answers no ping. */
  isMute = false;
  /** What is waited for before an M1 is answered. */
  hold = async () => undefined;
  /** @type {Record<number, (wire: any, openFrame: any) => any>} what answers a channel, by its purpose */
  answers = { 1: (wire, openFrame) => this.#answerKeys(wire, openFrame) };
  /** How often somebody asked for newer keys. */
  questions = 0;
  /** @type {any[]} cards that came alone */
  cards = [];
  /** @type {any[]} statements about devices of the other person that were stopped (§10.2) */
  notices = [];
  /** @type {number[]} types of items that came */
  items = [];
  files = new Files();
  /** @type {any} */
  server;
  addresses = [];
  /** Unix milliseconds by one's own clock. */
  now = () => Date.now();

  constructor(person) {
    super();
    this.person = person;
  }

  async listen(host = '127.0.0.1') {
    this.server = await live.listen((wire) => void this.#incoming(wire).catch((error) => this.#fault(error, wire)), host);
    this.addresses = [this.server.address];
  }
  #fault(error, wire) {
    wire.close();
    if (!(error instanceof Refused)) this.broken = error;
    this.faults.push(error);
    this.wake();
  }

  async accept(link) {
    const { card, result } = await live.acceptInvitation(this.person, link, { addresses: this.addresses, now: this.now() });
    need(result === 'accepted', result);
    this.knows(card.chain, card.addresses);
  }
  /** Somebody one has met before. */
  knows(chain, addresses = []) {
    this.contact = { chain, addresses };
    this.talk = this.#newTalk();
  }
  #newTalk() {
    return Object.assign(new Talk(this.person, this.contact), { now: () => this.now() });
  }

  /**
   * Dials in full, or from what an earlier session left. `wire`: a connection that is there already, as through a proxy.
   * @param {{ resume?: any, wire?: any }} [from]
   * @returns {Promise<any>}
   */
  async dial({ resume, wire } = {}) {
    const [address] = this.contact.addresses;
    let session;
    if (resume) {
      session = await live.resume(this.person, address, resume);
      if (session.refused) session = await live.dial(this.person, address, this.contact.chain, { wire: session.refused, now: this.now() }).then((one) => Object.assign(one, { afterRefusal: true }));
      else session.resumed = true;
    } else session = await live.dial(this.person, address, this.contact.successor?.chain ?? this.contact.chain, { wire, now: this.now() });
    this.use(session);
    return session;
  }

  async #incoming(wire) {
    if (this.isDeaf) return wire.close();
    const first = need(await wire.next(), 'nothing came');
    if (first[0] === TYPES.channelOpen) return this.answers[first[7]]?.(wire, first) ?? wire.close();
    need(first[0] === TYPES.m1, 'another frame');
    await this.hold();
    let m1 = first;
    if (first[7] === 2) {
      const session = await live.answerResumption(this.person, wire, first, (keyId) => this.entries.get(keyId.toString('hex')));
      if (session) return this.use(Object.assign(session, { resumed: true, dialledByThem: true }));
      m1 = need(await wire.next(), 'closed after a refusal');
    }
    const session = await live.answer(this.person, wire, m1, { now: this.now(), knows: (chain) => this.#takes(chain) }).catch((error) => {
      if (error instanceof Refused) wire.send(live.retry());
      throw error;
    });
    return this.use(Object.assign(session, { dialledByThem: true }));
  }
  /** Under the pin or its successor. Another key of that person is noted: it sets off a question (§9). */
  #takes(chain) {
    const { chain: known, successor } = this.contact;
    if (chain.peerId !== known.peerId) return false;
    const isTaken = [known.identity.spkiHash, ...(successor ? [successor.spkiHash] : [])].some((pin) => pin.equals(chain.identity.spkiHash));
    if (!isTaken) this.unknownKey = chain.identity.spkiHash;
    return isTaken;
  }

  #answerKeys(wire, openFrame) {
    this.questions += 1;
    return answerForKeys(this.person, wire, openFrame, () => this.pairSecret);
  }
  /** One's own new identity key: what was agreed under the former one is over. */
  rotate(key) {
    this.person.rotate({ key });
    this.talk.renew();
    this.entries.clear();
    for (const session of this.sessions) session.close();
  }
  /**
   * Asks the contact, under the key that is pinned, what came after it.
   * @returns {Promise<any>}
   */
  async ask() {
    const { peerId, identity } = this.contact.chain;
    const pin = { peerId, spki: identity.spki, epoch: identity.epoch, recoveryHash: identity.recoveryHash, recoveryEpoch: 0 };
    const answer = await askForKeys(this.contact.addresses[0], { pin, pairSecret: this.pairSecret });
    this.contact.successor = answer.head && { ...answer.head, chain: answer.chain };
    return answer;
  }

  /** A confirmed session: card and standing first; messages once the other side has said where it stands. */
  use(session) {
    session.at = Date.now();
    this.sessions.push(session);
    this.#choose();
    const isNewKey = !this.contact.chain.identity.spkiHash.equals(session.chain.identity.spkiHash);
    this.contact.chain = session.chain;
    if (isNewKey) this.talk.renew();
    if (!session.resumed) this.pairSecret = pairSecret(session.mk);
    this.talk.sentHeaders = new Set();
    session.send({ type: ITEM.card, body: this.person.card({ addresses: this.addresses, now: this.now(), forContact: true }) }, { type: ITEM.standing, body: this.talk.standing() });
    this.#keep(session);
    void this.#run(session).catch((error) => this.#fault(error, session.wire));
    this.wake();
  }
  /** §8, two sessions: of one dialled by each side at about the same time that of the lower (peer id ‖ instance id) is used, else the newer. */
  #choose() {
    const [newest, ...others] = this.sessions.filter(({ ended }) => !ended).toReversed();
    const idOf = (chain) => cat(chain.peerIdBytes, chain.instanceId);
    const ownIsLower = newest && Buffer.compare(idOf(this.person.chain), idOf(newest.chain)) < 0;
    const older = others.find((one) => one.dialledByThem !== newest.dialledByThem && newest.at - one.at < 20_000);
    this.session = older && (older.dialledByThem === true) !== ownIsLower ? older : newest;
  }
  #keep(session) {
    this.entry = session.entry();
    this.entries.set(this.entry.keyId.toString('hex'), this.entry);
  }

  async #run(session) {
    for (let items = await session.next(); items; items = await session.next()) {
      for (const item of items) this.#take(session, item);
      this.#keep(session);
      this.wake();
    }
    session.ended = true;
    this.#choose();
    if (this.session) this.flush(this.session);
    this.wake();
  }

  #take(session, { type, body }) {
    this.items.push(type);
    if (type === ITEM.hint) session.hint = body;
    if (type === ITEM.notice) this.notices.push(body);
    if (type === ITEM.file) for (const word of this.files.hear(body)) session.send({ type: ITEM.file, body: word });
    if (type === ITEM.ping && !this.isMute) session.send({ type: ITEM.pong, body });
    if (type === ITEM.card) this.#learn(readCard(body, { now: this.now(), pinned: true }));
    if (type === ITEM.standing && readStanding(body).last) {
      session.isReady = true;
      this.flush(session);
    }
    if (type === ITEM.message) this.#receive(session, body);
    if (type === ITEM.short) {
      const { bytes, wanted } = this.talk.expand(body);
      if (bytes) this.#receive(session, bytes);
      else session.send({ type: ITEM.headersWanted, body: wanted });
    }
    if (type === ITEM.headersWanted) {
      this.talk.short = false;
      this.flush(session);
    }
  }
  #learn({ chain, addresses }) {
    if (!chain.identity.spkiHash.equals(this.contact.chain.identity.spkiHash)) return;
    Object.assign(this.contact, { chain, addresses });
  }

  #receive(session, bytes) {
    let got;
    try {
      got = this.talk.receive(bytes);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.refused.push(error.message);
      return;
    }
    if (got.outcome !== 'control') this.#send(this.talk.acknowledge(got.dialog, session.chain.instanceId));
    for (const dialog of this.talk.dialogs.values()) if (dialog.owes) this.#owed(session, dialog);
  }
  /** After a compromise: what was sealed again, and the acknowledgement that names the floor. */
  #owed(session, dialog) {
    dialog.owes = false;
    for (const { bytes } of dialog.out.unacknowledged.values()) this.#send(bytes);
    if (dialog.streams.has(session.chain.instanceId.toString('hex'))) this.#send(this.talk.acknowledge(dialog, session.chain.instanceId));
  }

  #send(...messages) {
    if (this.session?.isReady && !this.session.ended) this.session.send(...messages.map((bytes) => this.talk.asItem(bytes)));
  }
  /** Everything unacknowledged, from the oldest. */
  flush(session = this.session) {
    const waiting = this.talk.unacknowledged();
    if (waiting.length && session.isReady) this.#send(...waiting);
    for (const dialog of this.talk.dialogs.values()) if (dialog.owes) this.#owed(session, dialog);
  }
  say(dialog, text) {
    const bytes = this.talk.send(dialog, { type: 'text', text });
    this.#send(bytes);
    return bytes;
  }
  /** A content that no version knows yet. */
  sayRaw(dialog, bytes) {
    this.#send(this.talk.send(dialog, { type: 'unsupported', bytes }));
  }
  sendAll(...messages) {
    this.#send(...messages);
  }
  streamOf(dialog) {
    return dialog.streams.get(this.contact.chain.instanceId.toString('hex'));
  }
  /** As if a backup had been put back: nothing of the other side's stream is here any more, and the next standing says so. */
  forget(dialog) {
    const stream = this.streamOf(dialog);
    Object.assign(stream, { cumulative: 0, digest: digestStart(this.person.peerId, this.contact.chain.peerIdBytes, { dialogId: dialog.dialogId, senderInstance: stream.instance }) });
  }
  /** What nobody may do: another session key under an epoch that is in use. */
  contradict(dialog) {
    dialog.out.dsk = { ...dialog.out.dsk, dskId: random(16), key: random(32) };
    this.say(dialog, 'under two keys');
  }
  openDialog(title) {
    const { dialog, message } = this.talk.open(title);
    this.#send(message);
    return dialog;
  }

  /**
   * §11: a file of deposits for this device, opened in the order of its streams; what became of each.
   * @returns {any[]}
   */
  openFile(bytes, now = this.now()) {
    const isCard = (one) => this.person.exchanges.some(({ hash }) => isFor(one.subarray(0, 8), hash, one.subarray(8), 'card-selector'));
    const all = readFile(bytes);
    for (const one of all.filter(isCard)) this.cards.push(openCardDeposit(one, this.person.own, now).card);
    const opened = all.filter((one) => !isCard(one)).map((one) => {
      const exchange = this.person.exchanges.find(({ hash }) => isFor(one.subarray(0, 8), hash, one.subarray(8)));
      return openDeposit(one, this.person.ownWith(need(exchange, 'for nobody here')), now);
    });
    need(opened.every(({ chain }) => this.#takes(chain)), 'from somebody else');
    const order = ({ message }) => readMessage(message).sequence;
    return opened.toSorted((a, b) => order(a) - order(b)).map(({ message }) => this.talk.receive(message));
  }
  /** Who was never met gets the own card first, then what is written to them. */
  firstFile(chain, title, text) {
    this.knows(chain);
    const { dialog } = this.talk.open(title);
    this.talk.send(dialog, { type: 'text', text });
    const to = toOf(chain);
    const deposits = this.talk.unacknowledged().map((message) => makeDeposit({ chain: this.person.chainBytes, message, signingSeed: this.person.signingSeed, to }));
    return makeFile([cardFor(this.person, chain, { addresses: this.addresses }), ...deposits]);
  }
  /** Everything unacknowledged, behind the acknowledgement that is due. */
  makeFile(dialog) {
    const messages = [this.talk.acknowledge(dialog, this.contact.chain.instanceId), ...this.talk.unacknowledged()];
    const to = toOf(this.contact.chain);
    return makeFile(messages.map((message) => makeDeposit({ chain: this.person.chainBytes, message, signingSeed: this.person.signingSeed, to })));
  }

  heard(text) {
    return this.until(() => this.talk.delivered.find((one) => one.text === text));
  }
  /** Ends all that stands; whoever dials meanwhile is turned away. */
  async apart() {
    this.isDeaf = true;
    // One that was being set up meanwhile stands only then, and would for ever.
    await this.until(() => {
      for (const session of this.sessions) if (!session.ended) session.close();
      return this.sessions.every(({ ended }) => ended);
    });
    this.isDeaf = false;
  }
  /** The session that is confirmed and stands, of those that came after the first `before`. */
  dialledAfter(before) {
    return this.until(() => this.sessions.slice(before).find(({ isReady, ended }) => isReady && !ended));
  }
  close() {
    this.session?.close();
    this.server?.close();
  }
}

