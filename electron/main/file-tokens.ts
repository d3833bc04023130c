import { randomBytes } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import type { TokenFile } from '../../shared/model/transfer';
import { safeName } from '../services/files/safe-name';
import { cleanableTypeOf, headBytes, shownAs } from '../services/files/shown-as';
import type { ChosenFiles, ChosenSource, FileTokens } from '../services/ports/files';

type Held = { readonly path: string; readonly stamp?: string | undefined } | { readonly name: string; readonly bytes: Uint8Array };

/** Files a window may have in its hands at once; the oldest are let go of. */
const most = 200;
/** Of files that are no files of the disk, together. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Files the person gave to the window, under random tokens: the page names those, and no path ever comes from it or goes to it. What was pasted
 * stays in memory, as it is on no disk.
 */
export class WindowFiles implements FileTokens {
  readonly #held = new Map<string, Held>();
  /** Where files of messages were saved, by transfer. */
  readonly saved = new Map<string, string>();
  readonly #chosen: ChosenFiles;
  #clearings = 0;

  constructor(chosen: ChosenFiles) {
    this.#chosen = chosen;
  }

  /** How often everything was let go of: whoever was asked before that for something gives it to nobody. */
  get clearings(): number {
    return this.#clearings;
  }

  /** What the preload or a dialog named. What cannot be sent is left out; if that is everything, it throws why. Errors: path.unusable, file.gone, file.empty. */
  async take(items: unknown): Promise<TokenFile[]> {
    const asked = this.#clearings;
    const held = (Array.isArray(items) ? items : []).slice(0, most).flatMap((item: unknown) => heldOf(item) ?? []);
    const named: TokenFile[] = [];
    let failure: unknown;
    for (const one of held) {
      try {
        named.push(await this.#name(one, asked));
      } catch (error) {
        failure ??= error;
      }
    }
    if (named.length === 0 && held.length > 0) throw failure;
    return named;
  }

  async open(token: string): Promise<ChosenSource> {
    const held = this.#held.get(token);
    if (held === undefined) throw notInHand();
    const source = await this.#open(held);
    if (!('path' in held) || source.stamp === held.stamp) return source;
    await source.close();
    // What the person saw is what is sent: not what was put in its place.
    throw new KeyshiftError('file.changed', 'That file was changed or replaced. Choose it again.');
  }

  used(token: string): void {
    this.#held.delete(token);
  }

  clear(): void {
    this.#clearings += 1;
    // What was pasted is on no disk, and is on none of this machine's pages any more either.
    for (const held of this.#held.values()) if ('bytes' in held) held.bytes.fill(0);
    this.#held.clear();
    this.saved.clear();
  }

  async #name(held: Held, asked: number): Promise<TokenFile> {
    const source = await this.#open(held);
    try {
      const head = await source.read(0, headBytes);
      const cleanable = await this.#cleanable(source, head);
      // Locked while it was read: it would stay in memory until the next unlocking.
      if (asked !== this.#clearings) throw notInHand();
      const token = randomBytes(16).toString('hex');
      this.#held.set(token, 'path' in held ? { path: held.path, stamp: source.stamp } : held);
      this.#makeRoom();
      return { token, name: safeName(source.name), size: source.size, shown: shownAs(head), ...(cleanable !== undefined && { cleanable }) };
    } finally {
      await source.close();
    }
  }

  /** Of some HEIC and AVIF pictures nothing can be taken out: that is told before they go. Undefined for what is no such picture. */
  async #cleanable(source: ChosenSource, head: Uint8Array): Promise<boolean | undefined> {
    const type = cleanableTypeOf(head);
    if (type === undefined) return undefined;
    return type !== 'image/heif' || (await import('../services/files/cleaning/clean')).canBeCleaned(source);
  }

  async #open(held: Held): Promise<ChosenSource> {
    if ('path' in held) return this.#chosen.open(held.path);
    const { name, bytes } = held;
    const opened = this.#clearings;
    const read = async (at: number, length: number): Promise<Uint8Array> => {
      // Overwritten meanwhile: what would be read are zeros.
      if (opened !== this.#clearings) throw notInHand();
      // Copies: whoever reads wipes what was read.
      return Uint8Array.from(bytes.subarray(at, at + length));
    };
    return { name, size: bytes.length, read, close: async () => undefined };
  }

  #makeRoom(): void {
    const size = (): number => [...this.#held.values()].reduce((sum, held) => sum + ('bytes' in held ? held.bytes.length : 0), 0);
    for (const token of this.#held.keys()) {
      if (this.#held.size <= most && size() <= mostBytes) return;
      this.#held.delete(token);
    }
  }
}

function notInHand(): KeyshiftError {
  return new KeyshiftError('path.unusable', 'This file is not in hand any more. Choose it again.');
}

function heldOf(item: unknown): Held | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  if ('path' in item) return typeof item.path === 'string' && item.path.length <= 4096 && isAbsolute(item.path) ? { path: item.path } : undefined;
  if (!('name' in item) || !('bytes' in item) || typeof item.name !== 'string' || !(item.bytes instanceof Uint8Array)) return undefined;
  if (item.bytes.length === 0 || item.bytes.length > mostBytes) return undefined;
  return { name: safeName(item.name.slice(0, 1024)), bytes: item.bytes };
}
