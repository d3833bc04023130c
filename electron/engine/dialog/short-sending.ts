import type { Crypto } from '../crypto/crypto';
import type { DialogId } from '../ids';
import { ownCopy } from '../wire/own-copy';
import type { Outbound } from './dialog-types';
import { preambleBytes, spanOfMessage, type MessageSpan } from './message-layout';
import { encodeShortForm, headerReferenceBytes, referenceBytes } from './short-form';

/** Header pairs of one session that are remembered as given: as many as a receiver caches without being told otherwise. */
const rememberedPairs = 64;
/** So many answers "headers wanted" end the short form for the rest of the session. */
const maxWanted = 3;

/** A service pair, KEK header and DSK header that went in full in this session. */
interface Given {
  /** All three as they stand side by side in the canonical bytes. */
  readonly headers: Buffer;
  /** hdr1[16] ‖ hdr2[16]. */
  readonly reference: Uint8Array;
}

/** One dialog message as a session item carries it. */
export interface Encoded {
  readonly kind: 'message' | 'short-message';
  readonly bytes: Uint8Array;
}

/**
 * The sending half of the short form for one session (protocol.md §4.8). The first message under a pair of headers
 * goes in full, later ones short. It never guesses what the other side keeps: asked for headers, it gives them with
 * every further message of that pair, and after the third such answer with every message there is.
 */
export class ShortSending {
  readonly #crypto: Crypto;
  /** By dskId: the headers of one stream differ there first. Oldest out first, and then simply given again. */
  readonly #given = new Map<string, Given>();
  #last: Given | undefined;
  /** References that were asked for; at most `maxWanted`, then nothing is short any more. */
  readonly #wanted = new Set<string>();
  /** Dialogs with a control message that went short. */
  readonly #controls = new Set<DialogId>();

  constructor(crypto: Crypto) {
    this.#crypto = crypto;
  }

  /** The form this message takes. Messages are handed over in the order they are encoded. */
  encode(message: Pick<Outbound, 'bytes' | 'dialogId' | 'sequence'>): Encoded {
    const full: Encoded = { kind: 'message', bytes: message.bytes };
    if (this.#wanted.size >= maxWanted) return full;
    const bytes = Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.length);
    const span = spanOfMessage(bytes);
    if (!span) return full;
    const given = this.#find(bytes, span);
    if (!given) {
      this.#give(bytes, span);
      return full;
    }
    if (this.#wanted.size > 0 && this.#wanted.has(latin1(given.reference))) return full;
    if (span.control) this.#controls.add(message.dialogId);
    return { kind: 'short-message', bytes: encodeShortForm(bytes, span, given.reference) };
  }

  /**
   * The other side lacks these headers. Gives the dialogs whose control messages may be lost, when everything
   * unacknowledged is to be sent once more; undefined when that was done for this pair already, so that a peer who
   * answers like this for ever causes three repetitions and no more.
   */
  wanted(reference: Uint8Array): readonly DialogId[] | undefined {
    const key = latin1(reference);
    if (reference.length !== headerReferenceBytes || this.#wanted.size >= maxWanted || this.#wanted.has(key)) return undefined;
    this.#wanted.add(key);
    const controls = [...this.#controls];
    this.#controls.clear();
    return controls;
  }

  #find(bytes: Buffer, span: MessageSpan): Given | undefined {
    const last = this.#last;
    if (last && last.headers.compare(bytes, preambleBytes, span.dialogAt) === 0) return last;
    const found = this.#given.get(keyOf(bytes, span));
    if (!found || found.headers.compare(bytes, preambleBytes, span.dialogAt) !== 0) return undefined;
    this.#last = found;
    return found;
  }

  #give(bytes: Buffer, span: MessageSpan): void {
    const headers = ownCopy(bytes.subarray(preambleBytes, span.dialogAt));
    const block = headers.subarray(0, span.dskAt - preambleBytes);
    const reference = new Uint8Array(headerReferenceBytes);
    reference.set(this.#crypto.sha256(block).subarray(0, referenceBytes));
    reference.set(this.#crypto.sha256(headers.subarray(block.length)).subarray(0, referenceBytes), referenceBytes);
    const key = keyOf(bytes, span);
    this.#given.delete(key);
    for (const oldest of this.#given.keys()) {
      if (this.#given.size < rememberedPairs) break;
      this.#given.delete(oldest);
    }
    const given: Given = { headers, reference };
    this.#given.set(key, given);
    this.#last = given;
  }
}

function keyOf(bytes: Buffer, span: MessageSpan): string {
  return bytes.toString('latin1', span.dskAt, span.dskAt + 16);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
