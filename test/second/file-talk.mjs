/** docs/protocol.md §15: one file, given or fetched piece by piece. What comes in is a word; what goes out is a list of them. */
import { cat, need, same, u32, u64, u8 } from './bytes.mjs';
import { H, open, random, seal } from './crypto.mjs';
import { files } from './words.mjs';

export const PIECE = 65_536;
export const countOf = (size) => Math.ceil(size / PIECE);
const nonce = (offer, index) => cat(Buffer.alloc(15), u8(index === countOf(offer.size) - 1 ? 1 : 0), u64(index));
export const sealPiece = (offer, index, piece) => seal('file-chunk', offer.key, nonce(offer, index), offer.transfer, piece);
export const openPiece = (offer, index, sealed) => open('file-chunk', offer.key, nonce(offer, index), offer.transfer, sealed);

export const word = {
  want: (transfer, from, upTo) => cat(u8(1), transfer, u32(from), u32(upTo)),
  chunk: (transfer, index, sealed) => cat(u8(2), transfer, u32(index), sealed),
  no: (transfer, reason) => cat(u8(3), transfer, u8(reason)),
  ready: (transfer) => cat(u8(4), transfer),
  over: (transfer, reason) => cat(u8(5), transfer, u8(reason)),
  noted: (transfer) => cat(u8(6), transfer),
};
export const NO = { notHere: 1, paused: 2, calledOff: 3 };
export const OVER = { whole: 1, calledOff: 2, notPermitted: 3, notAsPromised: 4, tooLarge: 5 };

/** The content of a message that offers these bytes (§4.5). */
export const offerOf = (bytes, changed = {}) => ({ type: 'file', transfer: random(16), name: 'a file.bin', size: bytes.length, hash: H(bytes), mediaType: 'application/octet-stream', key: random(32), text: '', ...changed });

/** What is said to who asks for a file of which nothing is known here, or says that it is over. */
export const knowsNothing = (one) => (one.kind === 'want' && one.from < one.upTo ? [word.no(one.transfer, NO.notHere)] : one.kind === 'over' ? [word.noted(one.transfer)] : []);

export class Giving {
  /** @type {any[]} every word of the other side */
  heard = [];
  /** @type {number | undefined} */
  over;
  /** How far it sent, and how far it was asked. */
  sent = 0;
  constructor(offer, bytes) {
    Object.assign(this, { offer, bytes });
  }
  piece(index) {
    return word.chunk(this.offer.transfer, index, sealPiece(this.offer, index, this.bytes.subarray(index * PIECE, (index + 1) * PIECE)));
  }
  hear(one) {
    this.heard.push(one);
    if (one.kind === 'over') {
      this.over = one.reason;
      return [word.noted(one.transfer)];
    }
    if (one.kind !== 'want') return [];
    if (one.from === one.upTo) {
      this.sent = 0;
      return [];
    }
    const from = Math.max(one.from, this.sent);
    this.sent = Math.max(this.sent, one.upTo);
    return Array.from({ length: Math.max(0, one.upTo - from) }, (_, at) => this.piece(from + at));
  }
}

export class Fetching {
  pieces = [];
  /** @type {any[]} */
  heard = [];
  isNoted = false;
  asked = 0;
  constructor(offer, most = 32) {
    Object.assign(this, { offer, most, count: countOf(offer.size), step: 2 });
  }
  /** Begins anew: nothing more of before, then the next two pieces. */
  begin() {
    const at = this.pieces.length;
    this.step = 2;
    this.asked = Math.min(this.count, at + this.step);
    return [word.want(this.offer.transfer, at, at), word.want(this.offer.transfer, at, this.asked)];
  }
  get bytes() {
    return cat(...this.pieces);
  }
  hear(one) {
    this.heard.push(one);
    if (one.kind === 'noted') this.isNoted = true;
    // Out of turn, or not asked for.
    if (one.kind !== 'chunk' || one.index !== this.pieces.length || one.index >= this.asked) return [];
    this.pieces.push(openPiece(this.offer, one.index, one.sealed));
    if (this.pieces.length === this.count) {
      need(same(H(this.bytes), this.offer.hash) && this.bytes.length === this.offer.size, 'another file than was promised');
      return [word.want(this.offer.transfer, this.count, this.count), word.over(this.offer.transfer, OVER.whole)];
    }
    if (this.asked === this.count || this.asked - this.pieces.length > this.step / 2) return [];
    this.step = Math.min(this.most, this.step * 2);
    this.asked = Math.min(this.count, this.pieces.length + this.step);
    return [word.want(this.offer.transfer, this.pieces.length, this.asked)];
  }
}

/** All files of one contact by their number: what an item says, and what goes back. */
export class Files {
  known = new Map();
  /** @type {any[]} */
  unknown = [];
  add(one) {
    this.known.set(one.offer.transfer.toString('hex'), one);
    return one;
  }
  hear(body) {
    const one = files(body);
    if (!one.transfer) return [];
    const known = this.known.get(one.transfer.toString('hex'));
    if (known) return known.hear(one);
    this.unknown.push(one);
    return knowsNothing(one);
  }
}
