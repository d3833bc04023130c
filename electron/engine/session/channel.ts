import type { Crypto } from '../crypto/crypto';
import type { Clock, Link } from '../ports';
import { encodeFrame, type Frame, FrameReader, frameTypes } from '../wire/frame';
import { Reader, WireError } from '../wire/reader';
import { concat } from '../wire/writer';
import { ChannelError, type ChannelFailure, type ChannelFrame, channelMs, type ChannelPurpose, type ChannelRole, extendedMs, parsePurpose, purposeBytes } from './channel-frames';
import { channelHash, ChannelKeys } from './channel-keys';
import { sourceOf } from './source';

const KEM_PUBLIC_LENGTH = 1216;

/**
 * A channel that hides and protects what is said and knows nobody: an ephemeral X-Wing key, no identities (S5-04). A man
 * in the middle can hold one with each side; whatever is proven on it must therefore name its hash.
 */
export interface Channel {
  readonly purpose: ChannelPurpose;
  readonly role: ChannelRole;
  /** Whom limits count at the other end (`sourceOf`); never for trust. */
  readonly source: string;
  /** 32 bytes; differs for every channel, also for two halves that a man in the middle joins. */
  readonly hash: Uint8Array;
  /** Ignored after the end. Payload at most 64 KiB, at most 16 frames. */
  send(frame: ChannelFrame): void;
  /** A frame before the handler is set, or while none is, ends the channel. */
  onFrame(handler: (frame: ChannelFrame) => void): void;
  /** Called once when the channel ends in any other way than by `close`. */
  onClose(handler: (error: ChannelError) => void): void;
  /** Wipes the keys, sends what is queued, closes the link. */
  close(): void;
}

/** Opens a channel as the dialler. Rejects with `ChannelError`; the link is gone then. Ten seconds in all. */
export function openChannel(crypto: Crypto, clock: Clock, link: Link, purpose: ChannelPurpose): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const ephemeral = crypto.generateKem('channel');
    const openFrame = encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(purposeBytes[purpose]), ephemeral.publicKey));
    const wire = new ChannelWire(clock, link);
    wire.onEnd = (reason) => {
      ephemeral.secret.wipe();
      reject(new ChannelError(reason));
    };
    wire.onFrame = (frame) => {
      if (frame.type !== frameTypes.channelAccept) return wire.abort('malformed');
      // Undefined for another length, too.
      const shared = crypto.decapsulate(ephemeral.secret, frame.payload);
      ephemeral.secret.wipe();
      if (!shared) return wire.abort('malformed');
      const hash = channelHash(crypto, openFrame, frame.frame);
      resolve(new LiveChannel(wire, purpose, 'client', sourceOf(link.remote), hash, new ChannelKeys(crypto, purpose, 'client', shared, hash)));
    };
    link.send(openFrame);
  });
}

/**
 * Answers a link whose first frame opens a channel. Undefined, and the link gone, when the frame is not acceptable or
 * bytes came behind it: an honest dialler waits for the answer. Costs one encapsulation, so the caller limits how often.
 */
export function acceptChannel(crypto: Crypto, clock: Clock, link: Link, firstFrame: Frame, leftover: Uint8Array = new Uint8Array(0)): Channel | undefined {
  const opening = leftover.length === 0 ? parseOpening(firstFrame) : undefined;
  const answer = opening && answerTo(crypto, opening);
  if (!answer) {
    link.destroy();
    return undefined;
  }
  const { purpose } = answer;
  const acceptFrame = encodeFrame(frameTypes.channelAccept, answer.ciphertext);
  const hash = channelHash(crypto, firstFrame.frame, acceptFrame);
  const keys = new ChannelKeys(crypto, purpose, 'server', answer.shared, hash);
  const channel = new LiveChannel(new ChannelWire(clock, link), purpose, 'server', sourceOf(link.remote), hash, keys);
  link.send(acceptFrame);
  return channel;
}

/** What a first frame opens a channel for; undefined when it is no good opening. Costs nothing. */
export function openingPurpose(frame: Frame): ChannelPurpose | undefined {
  return parseOpening(frame)?.purpose;
}

interface Opening {
  readonly purpose: ChannelPurpose;
  readonly publicKey: Uint8Array;
}

/** Undefined for a key that nothing can be sealed to. */
function answerTo(crypto: Crypto, { purpose, publicKey }: Opening) {
  const made = crypto.encapsulate(publicKey);
  return made && { ...made, purpose };
}

/** purpose u8 ‖ X-Wing public key 1216. */
function parseOpening(frame: Frame): Opening | undefined {
  if (frame.type !== frameTypes.channelOpen || frame.payload.length !== 1 + KEM_PUBLIC_LENGTH) return undefined;
  const reader = new Reader(frame.payload);
  const purpose = parsePurpose(reader.u8());
  return purpose && { purpose, publicKey: reader.fixed(KEM_PUBLIC_LENGTH) };
}

/** The link below a channel: frames in, one deadline, one end. */
class ChannelWire {
  onFrame: (frame: Frame) => void = () => this.abort('malformed');
  onEnd: (reason: ChannelFailure) => void = () => {};
  readonly #clock: Clock;
  readonly #link: Link;
  readonly #reader = new FrameReader();
  #cancelDeadline: () => void;
  #over = false;

  constructor(clock: Clock, link: Link) {
    this.#clock = clock;
    this.#link = link;
    this.#cancelDeadline = clock.setTimer(channelMs, () => this.abort('timeout'));
    link.onClose(() => this.#end('closed'));
    link.onData((bytes) => this.#read(bytes));
  }

  send(bytes: Uint8Array): void {
    if (!this.#over) this.#link.send(bytes);
  }

  /** Puts a new deadline in the place of the one so far, counted from now. */
  extend(milliseconds: number): void {
    if (this.#over) return;
    this.#cancelDeadline();
    this.#cancelDeadline = this.#clock.setTimer(milliseconds, () => this.abort('timeout'));
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelDeadline();
    this.#link.close();
  }

  abort(reason: ChannelFailure): void {
    this.#end(reason);
    this.#link.destroy();
  }

  #read(bytes: Uint8Array): void {
    if (this.#over) return;
    try {
      this.#reader.push(bytes);
      for (let frame = this.#reader.next(); frame && !this.#over; frame = this.#reader.next()) this.onFrame(frame);
    } catch (error) {
      this.abort('malformed');
      // Bytes that are no frames are the other side's doing; everything else is a defect for the link's owner to log.
      if (!(error instanceof WireError)) throw error;
    }
  }

  #end(reason: ChannelFailure): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelDeadline();
    this.onEnd(reason);
  }
}

class LiveChannel implements Channel {
  readonly purpose: ChannelPurpose;
  readonly role: ChannelRole;
  readonly source: string;
  readonly hash: Uint8Array;
  readonly #wire: ChannelWire;
  readonly #keys: ChannelKeys;
  #ended: ChannelError | undefined;
  #closed = false;
  #begun = false;
  #frameHandler: ((frame: ChannelFrame) => void) | undefined;
  #closeHandler: ((error: ChannelError) => void) | undefined;

  constructor(wire: ChannelWire, purpose: ChannelPurpose, role: ChannelRole, source: string, hash: Uint8Array, keys: ChannelKeys) {
    this.#wire = wire;
    this.purpose = purpose;
    this.role = role;
    this.source = source;
    this.hash = hash;
    this.#keys = keys;
    wire.onFrame = (frame) => this.#receive(frame);
    wire.onEnd = (reason) => this.#end(new ChannelError(reason));
  }

  send(frame: ChannelFrame): void {
    if (this.#closed || this.#ended) return;
    this.#wire.send(this.#keys.seal(frame));
    if (this.role === 'client') this.#begin();
  }

  onFrame(handler: (frame: ChannelFrame) => void): void {
    this.#frameHandler = handler;
  }

  onClose(handler: (error: ChannelError) => void): void {
    this.#closeHandler = handler;
    if (this.#ended) handler(this.#ended);
  }

  close(): void {
    this.#closed = true;
    this.#keys.wipe();
    this.#wire.close();
  }

  /** A78: whatever is no frame of this channel ends it at once. */
  #receive(frame: Frame): void {
    const opened = frame.type === frameTypes.channelData ? this.#keys.open(frame.header, frame.payload) : undefined;
    if (!opened || !this.#frameHandler) return this.#wire.abort('malformed');
    if (this.role === 'server') this.#begin();
    this.#frameHandler(opened);
  }

  /** The client's first word: until then nobody holds a place here for longer than any stranger may. */
  #begin(): void {
    const milliseconds = this.#begun ? undefined : extendedMs(this.purpose);
    this.#begun = true;
    if (milliseconds !== undefined) this.#wire.extend(milliseconds);
  }

  #end(error: ChannelError): void {
    this.#ended = error;
    this.#keys.wipe();
    this.#closeHandler?.(error);
  }
}
