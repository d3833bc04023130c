import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { Secret } from '../crypto/secret';
import { encodeFrame, frameHeaderLength, frameTypes, writeFrameHeader } from '../wire/frame';
import { concat, lp } from '../wire/writer';
import { type ChannelFrame, channelFrames, channelPayload, type ChannelPurpose, type ChannelRole, parseKind } from './channel-frames';

const TAG_LENGTH = 16;

/** H("channel-hash" ‖ LP(open frame) ‖ LP(accept frame)), 32 bytes: names this one channel in every proof made on it. */
export function channelHash(crypto: Crypto, openFrame: Uint8Array, acceptFrame: Uint8Array): Uint8Array {
  return crypto.sha256(label('channel-hash'), lp(openFrame), lp(acceptFrame));
}

/** Seals and opens the frames of one channel: a key per direction, used with a counter as nonce, wiped at its end. */
export class ChannelKeys {
  readonly #crypto: Crypto;
  readonly #purpose: ChannelPurpose;
  readonly #role: ChannelRole;
  readonly #keys: Readonly<Record<ChannelRole, Secret<'channel'>>>;
  #sent = 0;
  #received = 0;

  /** Wipes `shared`. */
  constructor(crypto: Crypto, purpose: ChannelPurpose, role: ChannelRole, shared: Secret<'shared'>, hash: Uint8Array) {
    this.#crypto = crypto;
    this.#purpose = purpose;
    this.#role = role;
    this.#keys = {
      client: crypto.secret('channel', crypto.hkdf(shared.bytes, 'channel-client', 32, hash)),
      server: crypto.secret('channel', crypto.hkdf(shared.bytes, 'channel-server', 32, hash)),
    };
    shared.wipe();
  }

  /** The whole frame: header ‖ AEAD(kind u8 ‖ payload), with the header as associated data. */
  seal({ kind, payload }: ChannelFrame): Uint8Array {
    if (payload.length > channelPayload || this.#sent >= channelFrames) throw new RangeError('too much for one channel');
    const header = new Uint8Array(frameHeaderLength);
    writeFrameHeader(header, frameTypes.channelData, 1 + payload.length + TAG_LENGTH);
    const plaintext = concat(Uint8Array.of(kind), payload);
    const sealed = this.#crypto.seal(sealLabel(this.#role), this.#keys[this.#role], nonce(this.#sent), header, plaintext);
    this.#crypto.wipe(plaintext);
    this.#sent += 1;
    return encodeFrame(frameTypes.channelData, sealed);
  }

  /** Undefined for anything but the next frame of the other side, of a kind it may send; the channel is then over. */
  open(header: Uint8Array, sealed: Uint8Array): ChannelFrame | undefined {
    if (this.#received >= channelFrames || sealed.length > 1 + channelPayload + TAG_LENGTH) return undefined;
    const sender = this.#role === 'client' ? 'server' : 'client';
    const plaintext = this.#crypto.open(sealLabel(sender), this.#keys[sender], nonce(this.#received), header, sealed);
    if (!plaintext) return undefined;
    const kind = parseKind(this.#purpose, sender, plaintext[0]);
    if (kind === undefined) return undefined;
    this.#received += 1;
    return { kind, payload: plaintext.subarray(1) };
  }

  wipe(): void {
    this.#keys.client.wipe();
    this.#keys.server.wipe();
  }
}

function sealLabel(sender: ChannelRole): 'channel-client' | 'channel-server' {
  return sender === 'client' ? 'channel-client' : 'channel-server';
}

/** 24 bytes, the counter in the last eight. */
function nonce(counter: number): Uint8Array {
  const bytes = new Uint8Array(24);
  new DataView(bytes.buffer).setBigUint64(16, BigInt(counter));
  return bytes;
}
