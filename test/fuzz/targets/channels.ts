import type { Crypto } from '../../../electron/engine/crypto/crypto';
import { parseHost } from '../../../electron/engine/identity/host';
import type { Link } from '../../../electron/engine/ports';
import { acceptChannel, openChannel, openingPurpose } from '../../../electron/engine/session/channel';
import { purposeBytes } from '../../../electron/engine/session/channel-frames';
import { encodeFrame, FrameReader, frameTypes } from '../../../electron/engine/wire/frame';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { concat } from '../../../electron/engine/wire/writer';
import { SocksRefusal } from '../../../electron/network/dial-error';
import { socksTalk } from '../../../electron/network/socks-handshake';
import { stillClock } from '../../support/resume-kit';
import { outcomeOf, type Target } from '../target';

/** A link that goes nowhere: what was sent on it, and whether it stands. */
class Nowhere implements Link {
  readonly role = 'listener';
  readonly remote = { host: '192.0.2.1', port: 4_711 };
  readonly sent: Uint8Array[] = [];
  stands = true;
  hear: (bytes: Uint8Array) => void = () => undefined;

  send(bytes: Uint8Array): boolean {
    this.sent.push(bytes);
    return true;
  }
  onData(handler: (bytes: Uint8Array) => void): void {
    this.hear = handler;
  }
  onDrain(): void {}
  onClose(): void {}
  pause(): void {}
  resume(): void {}
  close(): void {
    this.stands = false;
  }
  destroy(): void {
    this.stands = false;
  }
}

/** Strangers' first words and answers on a channel that knows nobody (§9), and what a proxy says (A01, A85). */
export function channels(crypto: Crypto): Target[] {
  const { publicKey } = crypto.generateKem('channel');
  const answer = crypto.encapsulate(publicKey);
  if (!answer) throw new Error('a good key');
  const opening = (purpose: number): Uint8Array => encodeFrame(frameTypes.channelOpen, concat(Uint8Array.of(purpose), publicKey));
  return [
    {
      name: 'channel opening',
      costly: true,
      seeds: [...new Set(Object.values(purposeBytes))].map(opening),
      run: (bytes) =>
        outcomeOf([WireError], () => {
          const reader = new FrameReader();
          reader.push(Uint8Array.from(bytes));
          const frame = reader.next();
          if (!frame) return 'no frame yet';
          const link = new Nowhere();
          const channel = acceptChannel(crypto, stillClock, link, frame, bytes.subarray(frame.frame.length));
          if (!channel) {
            if (link.stands || link.sent.length > 0) throw new Error('refused, and still spoken to');
            return 'refused';
          }
          if (!link.stands || link.sent.length !== 1 || channel.purpose !== openingPurpose(frame)) throw new Error('another channel than was opened');
          channel.close();
          return channel.purpose;
        }),
    },
    {
      name: 'channel answer',
      costly: true,
      seeds: [encodeFrame(frameTypes.channelAccept, answer.ciphertext), encodeFrame(frameTypes.retry, new Uint8Array(0))],
      run(bytes) {
        const link = new Nowhere();
        void openChannel(crypto, stillClock, link, 'meet').then((channel) => channel.close(), () => undefined);
        const [opened = new Uint8Array(0)] = link.sent;
        link.hear(Uint8Array.from(bytes));
        // Whatever the answer is, nothing more is said before somebody uses the channel.
        if (link.sent.length !== 1 || opened[0] !== frameTypes.channelOpen) throw new Error('something else was said');
        return link.stands ? 'stands' : 'ended';
      },
    },
    {
      name: 'socks answers',
      seeds: ['0502010005000001c000020112670501', '050005000003076578616d706c6500501122', '05000500000420010db800000000000000000000000112671122', '05020101', '050005050001'].map((hex) => Buffer.from(hex, 'hex')),
      run: (bytes) =>
        outcomeOf([SocksRefusal], () => {
          const host = parseHost('a.example');
          if (!host) throw new Error('a host');
          const talk = socksTalk({ host, port: 4_711 }, { user: 'u'.repeat(255), password: 'p' });
          let [at, said, asked] = [0, 0, 0];
          let heard: Uint8Array = new Uint8Array(0);
          for (let step = talk.next(heard); step.done !== true; step = talk.next(heard)) {
            if (step.value === 'asked') asked += 1;
            else if ('say' in step.value) said += 1;
            else {
              const { hear } = step.value;
              if (hear < 1 || hear > 257) throw new Error('longer than any answer');
              if (at + hear > bytes.length) return `waits, asked ${asked}`;
              heard = bytes.subarray(at, (at += hear));
            }
          }
          if (asked !== 1 || said < 2 || said > 3) throw new Error('reached without asking');
          return 'reached';
        }),
    },
  ];
}
