import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { FrameReader, frameTypes } from '../wire/frame';
import { WireError } from '../wire/wire-error';
import { parseHandshakeFrame } from './handshake-message';
import type { ShownM1 } from './handover-taker';
import { isStale } from './resume-check';
import { openState } from './resume-keys';
import { isProven } from './resume-listener';
import { partsOfResumeM1 } from './resume-message';
import type { ResumptionEntry } from './resumption-entry';

/** The M1 of a resumption that another device shows, as one whole frame and nothing else; undefined for everything else. */
export function readShownM1(bytes: Uint8Array): ShownM1 | undefined {
  try {
    const reader = new FrameReader();
    reader.push(Uint8Array.from(bytes));
    const frame = reader.next();
    if (frame?.type !== frameTypes.m1 || frame.frame.length !== bytes.length) return undefined;
    const message = parseHandshakeFrame(frame);
    return message.mode === 2 && message.message === 'm1' ? { message, frame: frame.frame } : undefined;
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

/**
 * Whether this M1 moves this entry to the device with that credential: made by who holds RS, for that device (S4-34), and knowing no
 * more of the session than the entry does (S4-14, A67). All of it is computed whatever fails first.
 */
export function moves(crypto: Crypto, entry: Pick<ResumptionEntry, 'sent'>, secret: Secret<'resumption'>, { message, frame }: ShownM1, instanceHash: Uint8Array): 'yes' | 'no' | 'stale' {
  const proven = isProven(crypto, secret, message, frame, instanceHash);
  let theirs: ReturnType<typeof openState>;
  try {
    theirs = openState(crypto, secret, message.cn, partsOfResumeM1(frame).beforeState, message.state);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
  if (!proven || !theirs) return 'no';
  return isStale(crypto, entry, theirs) ? 'stale' : 'yes';
}
