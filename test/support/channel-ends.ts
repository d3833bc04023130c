import type { Crypto } from '../../electron/engine/crypto/crypto';
import { acceptChannel, type Channel, openChannel } from '../../electron/engine/session/channel';
import { type ChannelFrame, channelKinds, type ChannelPurpose } from '../../electron/engine/session/channel-frames';
import { type Frame, FrameReader } from '../../electron/engine/wire/frame';
import { createLinkPair, type LinkPair, type Tamper, type TestLink } from './link-pair';
import type { ManualClock } from './manual-clock';

/** A channel with both its ends. */
export interface ChannelEnds {
  readonly pair: LinkPair;
  readonly client: Channel;
  readonly server: Channel;
}

/** Keeps every secret that was made, to look at later. */
export function watching(crypto: Crypto, secrets: { wiped: boolean }[]): Crypto {
  return {
    ...crypto,
    secret: (kind, bytes) => keep(crypto.secret(kind, bytes)),
    generateKem: (kind) => {
      const pair = crypto.generateKem(kind);
      keep(pair.secret);
      return pair;
    },
    encapsulate: (key) => {
      const made = crypto.encapsulate(key);
      if (made) keep(made.shared);
      return made;
    },
    decapsulate: (secret, ciphertext) => {
      const made = crypto.decapsulate(secret, ciphertext);
      return made && keep(made);
    },
  };
  function keep<T extends { wiped: boolean }>(secret: T): T {
    secrets.push(secret);
    return secret;
  }
}

/** Accepts on `link` as the session host does: reads the first frame itself, then hands over. */
export function accepting(link: TestLink, clock: ManualClock, withCrypto: Crypto, onChannel: (channel: Channel | undefined) => void): void {
  const reader = new FrameReader();
  let pushed = 0;
  link.onData((bytes) => {
    pushed += bytes.length;
    let first: Frame | undefined;
    try {
      reader.push(bytes);
      first = reader.next();
    } catch {
      return link.destroy();
    }
    if (!first) return;
    onChannel(acceptChannel(withCrypto, clock, link, first, bytes.slice(bytes.length - (pushed - first.frame.length))));
  });
}

/** A client has opened a channel for this purpose at a server. */
export async function openEnds(using: Crypto, clock: ManualClock, purpose: ChannelPurpose = 'invite', options: { tamper?: Tamper } = {}): Promise<ChannelEnds> {
  const pair = createLinkPair({ clock, ...(options.tamper && { tamper: options.tamper }) });
  let server: Channel | undefined;
  accepting(pair.listener, clock, using, (channel) => {
    server = channel;
  });
  const opening = openChannel(using, clock, pair.dialler, purpose);
  await clock.advance(10);
  const client = await opening;
  if (!server) throw new Error('the server gave no channel');
  return { pair, client, server };
}

export function collect(channel: Channel): ChannelFrame[] {
  const frames: ChannelFrame[] = [];
  channel.onFrame((frame) => frames.push({ kind: frame.kind, payload: Uint8Array.from(frame.payload) }));
  return frames;
}

export function endOf(channel: Channel): { reason: string | undefined } {
  const end: { reason: string | undefined } = { reason: undefined };
  channel.onClose((error) => {
    end.reason = error.reason;
  });
  return end;
}

export const hello: ChannelFrame = { kind: channelKinds.inviteHello, payload: Uint8Array.of(1, 2, 3) };
export const answer: ChannelFrame = { kind: channelKinds.inviteAnswer, payload: Uint8Array.of(4) };

/** The one frame these bytes are. */
export function onlyFrame(bytes: Uint8Array): Frame {
  const reader = new FrameReader();
  reader.push(bytes);
  const frame = reader.next();
  if (!frame) throw new Error('no frame');
  return frame;
}
