import type { MediaAnswer } from '../security/scheme';
import type { HeldContent } from '../services/files/held-content';
import { moves } from '../services/files/moving';
import { canBeShown } from '../services/files/picture-size';
import { audioTypeOf, headBytes, pictureTypeOf } from '../services/files/shown-as';
import type { ChosenSource } from '../services/ports/files';

export interface MediaParts {
  /** A file of a message. */
  readonly openFile: (transferId: string) => Promise<HeldContent>;
  /** A file that is about to be sent. */
  readonly openChosen: (token: string) => Promise<ChosenSource>;
}

type Content = Pick<ChosenSource, 'size' | 'read' | 'close'>;

/** Read at once, in bytes. */
const pieceBytes = 256 * 1024;
/** Files open at once: a page that asks for more waits for none. */
const mostOpen = 128;

/**
 * What the window shows of files, decrypted piece by piece while it is asked for: pictures and sound only, which kind is decided by their own
 * bytes, and pictures only up to a size that can be decoded. Everything else is not there. `<transferId>` or `chosen/<token>`.
 */
export class Media {
  readonly #parts: MediaParts;
  readonly #open = new Set<Content>();
  /** How often everything was let go of: whoever was asked before that for something gives it to nobody. */
  #closings = 0;

  constructor(parts: MediaParts) {
    this.#parts = parts;
  }

  async serve(path: string, range: string | null): Promise<MediaAnswer | undefined> {
    const content = await this.#find(path);
    if (content === undefined) return undefined;
    const end = async (): Promise<void> => {
      if (this.#open.delete(content)) await content.close();
    };
    try {
      const type = await shownType(content);
      const part = rangeOf(range, content.size);
      if (!this.#open.has(content) || type === undefined || part === undefined || this.#open.size > mostOpen) {
        await end();
        return undefined;
      }
      const isPart = range !== null;
      return {
        status: isPart ? 206 : 200,
        headers: {
          'content-type': type,
          'content-length': String(part.to - part.from),
          'accept-ranges': 'bytes',
          ...(isPart && { 'content-range': `bytes ${part.from}-${part.to - 1}/${content.size}` }),
        },
        body: this.#stream(content, part, end),
      };
    } catch (error) {
      await end();
      throw error;
    }
  }

  /** Whether what `serve` shows of it would move. */
  async moves(path: string): Promise<boolean> {
    const content = await this.#find(path);
    if (content === undefined) return false;
    try {
      return await moves(content);
    } finally {
      if (this.#open.delete(content)) await content.close();
    }
  }

  /** Locked, or another profile: nothing goes on being read. */
  async close(): Promise<void> {
    this.#closings += 1;
    const open = [...this.#open];
    this.#open.clear();
    await Promise.all(open.map((content) => content.close().catch(() => undefined)));
  }

  /** Among the open ones, from the moment on in which there is something to close. */
  async #find(path: string): Promise<Content | undefined> {
    const [, chosen, id] = /^(chosen\/)?([0-9a-f]{32})$/.exec(path) ?? [];
    if (id === undefined) return undefined;
    const asked = this.#closings;
    const content = await (chosen === undefined ? this.#parts.openFile(id) : this.#parts.openChosen(id));
    if (asked === this.#closings) {
      this.#open.add(content);
      return content;
    }
    // Locked while it was being opened: whoever closes what is open did not know of it.
    await content.close();
    return undefined;
  }

  #stream(content: Content, { from, to }: Range, end: () => Promise<void>): ReadableStream<Uint8Array> {
    let at = from;
    return new ReadableStream<Uint8Array>(
      {
        pull: async (into) => {
          try {
            if (!this.#open.has(content)) throw new Error('it was closed');
            const bytes = at < to ? await content.read(at, Math.min(pieceBytes, to - at)) : new Uint8Array(0);
            if (!this.#open.has(content)) {
              bytes.fill(0); // it was on its way from the disk as everything was locked
              throw new Error('it was closed');
            }
            at += bytes.length;
            if (bytes.length > 0) into.enqueue(bytes);
            if (at < to && bytes.length > 0) return;
            await end();
            into.close();
          } catch (error) {
            await end();
            into.error(error);
          }
        },
        cancel: end,
      },
      { highWaterMark: 0 },
    );
  }
}

async function shownType(content: Content): Promise<string | undefined> {
  const head = await content.read(0, headBytes);
  const picture = pictureTypeOf(head);
  if (picture === undefined) return audioTypeOf(head);
  return (await canBeShown(content)) ? picture : undefined;
}

interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** One range of bytes with a beginning; undefined where it cannot be answered. */
function rangeOf(header: string | null, size: number): Range | undefined {
  if (header === null) return { from: 0, to: size };
  const [, first = '', last = ''] = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(header) ?? [];
  if (first === '') return undefined;
  const from = Number(first);
  const to = last === '' ? size : Math.min(size, Number(last) + 1);
  return from < to ? { from, to } : undefined;
}
