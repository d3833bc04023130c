import { packItems, parseItems } from '../../../electron/engine/session/items';
import { encodeBody, modes, parseBody, parseHandshakeFrame } from '../../../electron/engine/session/handshake-message';
import { encodeResumeM1, encodeResumeM2 } from '../../../electron/engine/session/resume-message';
import { encodeFrame, FrameReader, frameTypes } from '../../../electron/engine/wire/frame';
import { WireError } from '../../../electron/engine/wire/reader';
import { assertSame, outcomeOf, type Target } from '../target';

const promised = [WireError];

/** A byte stream in pieces of any size: frames come out whole, or the stream is over (A01, S3-11). */
export function frames(): Target {
  const seeds = [
    encodeFrame(frameTypes.record, new Uint8Array(40).fill(7)),
    encodeFrame(frameTypes.retry, new Uint8Array(0)),
    Buffer.concat([encodeFrame(frameTypes.m1, new Uint8Array(1_300)), encodeFrame(frameTypes.record, new Uint8Array(5))]),
  ];
  return {
    name: 'frames',
    seeds,
    run: (bytes) =>
      outcomeOf(promised, () => {
        const reader = new FrameReader();
        const out: Uint8Array[] = [];
        const step = 1 + ((bytes[bytes.length - 1] ?? 0) % 97);
        for (let at = 0; at < bytes.length; at += step) {
          reader.push(bytes.slice(at, at + step));
          for (let frame = reader.next(); frame; frame = reader.next()) out.push(frame.frame.slice());
        }
        const whole = Buffer.concat(out);
        assertSame(whole, bytes.subarray(0, whole.length), 'a stream of frames');
        return `${out.length > 2 ? 'many' : out.length} frames`;
      }),
  };
}

export function items(): Target {
  const seeds = packItems([
    { kind: 'message', bytes: new Uint8Array(30) },
    { kind: 'card', bytes: new Uint8Array(3) },
    { kind: 'ping', token: new Uint8Array(8) },
    { kind: 'sibling', bytes: Uint8Array.of(1, 3, 0, 0) },
    { kind: 'notice', bytes: new Uint8Array(9) },
    { kind: 'deposit', bytes: new Uint8Array(20) },
    { kind: 'owner-hint', bytes: new Uint8Array(36) },
  ]);
  return {
    name: 'record-items',
    seeds,
    run: (bytes) =>
      outcomeOf(promised, () => {
        const read = parseItems(bytes);
        return `${read.length > 3 ? 'many' : read.length} items, last ${read.at(-1)?.kind}`;
      }),
  };
}

export function handshake(): Target {
  const body = encodeBody({ chain: new Uint8Array(50), share: new Uint8Array(32), statement: new Uint8Array(16), signature: new Uint8Array(64) });
  return {
    name: 'handshake',
    seeds: [body, new Uint8Array(1_300).fill(1)],
    run: (bytes) =>
      outcomeOf(promised, () => {
        const payload = bytes.subarray(0, 16_384);
        const frame = encodeFrame(frameTypes.m1, payload);
        parseHandshakeFrame({ type: frameTypes.m1, header: frame.subarray(0, 7), payload, frame });
        const read = parseBody(bytes);
        assertSame(encodeBody(read), bytes, 'a handshake body');
        return 'body';
      }),
  };
}

/** M1 and M2 of a resumption: what is read is what was written, to the last byte. */
export function resumption(): Target {
  const fields = { keyId: new Uint8Array(32).fill(1), cn: new Uint8Array(32).fill(2), share: new Uint8Array(32).fill(4), target: new Uint8Array(16).fill(5), hint: new Uint8Array(5) };
  const first = encodeResumeM1(
    fields,
    () => new Uint8Array(40).fill(6),
    () => new Uint8Array(32).fill(7),
  );
  const second = encodeResumeM2({ ...fields, sn: new Uint8Array(32).fill(8) });
  return {
    name: 'resumption',
    seeds: [first.slice(7), second.slice(7)],
    run: (bytes) =>
      outcomeOf(promised, () => {
        const payload = bytes.subarray(0, 16_384);
        const type = (bytes[bytes.length - 1] ?? 0) % 2 === 1 ? frameTypes.m1 : frameTypes.m2;
        const frame = encodeFrame(type, payload);
        const read = parseHandshakeFrame({ type, header: frame.subarray(0, 7), payload, frame });
        if (read.mode !== modes.resume) return 'full';
        const again =
          read.message === 'm2'
            ? encodeResumeM2(read)
            : encodeResumeM1(
                read,
                () => read.state,
                () => read.proof,
              );
        assertSame(again, frame, 'a resumption');
        return `${read.message}${read.message === 'm1' && read.hint.length > 0 ? ' with a hint' : ''}`;
      }),
  };
}
