/** docs/protocol.md §12, meeting nearby, over a channel of purpose meet, in either role. Each step is said by itself: whoever leaves one out or says another sees what follows. */
import { cat, lp, need, same, u8, whole } from './bytes.mjs';
import { readCard } from './card.mjs';
import { edSign, edVerify, H, label, random } from './crypto.mjs';
import { sixDigits } from './device.mjs';

export const KIND = { commit: 32, reveal: 33, card: 34, ask: 35, accept: 36, confirm: 37, refused: 63 };
const ROLES = { client: 1, server: 2 };
const OTHER = { client: 'server', server: 'client' };

const words = (reader) => {
  const text = reader.text(28);
  need(/^[a-z]{2,12}-[a-z]{2,12}-[0-9]{2}$/.test(text), 'no words');
  return text;
};
export const makeAsk = (own, wanted) => cat(lp(own), lp(wanted));
export const readAsk = (body) => whole(body, (reader) => ({ by: words(reader), wanted: words(reader) }));

export const makeReveal = ({ peerId, spkiHash }, nonce = random(32)) => cat(nonce, peerId, spkiHash);
export const readReveal = (body) => whole(body, (reader) => ({ nonce: reader.take(32), peerId: reader.take(32), spkiHash: reader.take(32) }));
export const commitmentOf = (role, reveal, hash) => H(label('meet'), u8(ROLES[role]), reveal, hash);
export const digitsOf = (one, other, hash) => {
  const [lower, higher] = [one, other].toSorted((a, b) => Buffer.compare(readReveal(a).peerId, readReveal(b).peerId));
  return sixDigits(H(label('meet-code'), lower, higher, hash));
};
/** What the device of `role` signs about its card: its own reveal first. */
export const cardSigned = (role, hash, own, other) => cat(hash, u8(ROLES[role]), own, other);

/** One meeting. `over`: `say`, `hear` and `hash` of a channel. */
export class Meeting {
  person;
  /** @type {any} */
  over;
  /** @type {'client' | 'server'} */
  role;
  own;
  /** @type {any} what the other side committed to, and its reveal */
  committed;
  /** @type {any} */
  theirs;

  constructor(person, over, role) {
    this.person = person;
    this.over = over;
    this.role = role;
    this.own = makeReveal(person);
  }
  /** As the client; false: they would not. */
  async ask(by, wanted) {
    this.over.say(KIND.ask, makeAsk(by, wanted));
    return (await this.over.hear(KIND.accept, KIND.refused)).kind === KIND.accept;
  }
  /**
   * Both commitments, the client's first.
   * @param {(theirs?: any) => Buffer} [own]
   */
  async commit(own = () => commitmentOf(this.role, this.own, this.over.hash)) {
    const say = () => this.over.say(KIND.commit, own(this.committed));
    const hear = async () => {
      this.committed = whole((await this.over.hear(KIND.commit)).body, (reader) => reader.take(32));
    };
    await this.#inTurn(say, hear);
    need(!same(this.committed, commitmentOf(this.role, this.own, this.over.hash)), 'a commitment given back');
  }
  /** Both reveals, the client's first: the digits of both screens. */
  async reveal(own = this.own) {
    const say = () => this.over.say(KIND.reveal, own);
    const hear = async () => {
      this.theirs = (await this.over.hear(KIND.reveal)).body;
      const { peerId, spkiHash } = readReveal(this.theirs);
      need(same(commitmentOf(OTHER[this.role], this.theirs, this.over.hash), this.committed), 'a reveal of another commitment');
      need(!same(peerId, this.person.peerId) && !same(spkiHash, this.person.spkiHash), 'one’s own key');
    };
    await this.#inTurn(say, hear);
    return digitsOf(this.own, this.theirs, this.over.hash);
  }
  async #inTurn(say, hear) {
    if (this.role === 'client') say();
    await hear();
    if (this.role === 'server') say();
  }
  confirm(said = 1) {
    this.over.say(KIND.confirm, u8(said));
  }
  async confirmed() {
    return whole((await this.over.hear(KIND.confirm)).body, (reader) => reader.u8());
  }
  showCard(card, { signingSeed = this.person.signingSeed, signed = cardSigned(this.role, this.over.hash, this.own, this.theirs) } = {}) {
    this.over.say(KIND.card, cat(lp(card), edSign(signingSeed, 'meet-card', signed)));
  }
  /** Of exactly the peer id and key that were revealed; an unknown key must be a first one. */
  async seeCard(now = Date.now()) {
    const { peerId, spkiHash } = readReveal(this.theirs);
    return whole((await this.over.hear(KIND.card)).body, (reader) => {
      const card = readCard(reader.lp(60 * 1024), { now });
      const { chain } = card;
      need(same(chain.peerIdBytes, peerId) && same(chain.identity.spkiHash, spkiHash) && chain.identity.epoch === 1, 'a card of another');
      need(edVerify(chain.instance.signingKey, 'meet-card', reader.take(64), cardSigned(OTHER[this.role], this.over.hash, this.theirs, this.own)), 'signature of the card');
      return card;
    });
  }
}
