import { cleaned } from '../../../electron/services/files/cleaning/clean';
import { canBeShown } from '../../../electron/services/files/picture-size';
import { safeName } from '../../../electron/services/files/safe-name';
import { mediaTypeFrom, mediaTypeOf, shownAs } from '../../../electron/services/files/shown-as';
import type { ChosenSource } from '../../../electron/services/ports/files';
import { maxFileNameBytes } from '../../../shared/model/transfer';
import { gif, heif, jpeg, plainPng, png, webp } from '../../support/pictures';
import { assertSame, type Target } from '../target';

/** A file that counts how much of it is read: a few bytes must not have the disk read again and again. */
class CountedFile implements ChosenSource {
  readonly name = 'x';
  readonly size: number;
  readonly #bytes: Uint8Array;
  taken = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const part = this.#bytes.slice(at, at + length);
    this.taken += part.length;
    return part;
  }

  async close(): Promise<void> {}

  assertLittle(what: string): void {
    if (this.taken > 4 * this.size + 128 * 1024) throw new Error(`${what} read ${this.taken} bytes of ${this.size}`);
  }
}

async function whole(source: ChosenSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < source.size; at += 1_000) parts.push(await source.read(at, Math.min(1_000, source.size - at)));
  return Buffer.concat(parts);
}

/** Pictures from anywhere: read with little work, never longer than they were but for what is said anew of them, and clean once they were cleaned. */
export function pictures(): Target[] {
  const seeds = [jpeg(), jpeg(6), png(), png({ orientation: 8 }), plainPng, webp(), webp(3), gif(), heif().bytes, heif('avif').bytes];
  return [
    {
      name: 'picture to clean',
      seeds,
      async run(bytes) {
        const file = new CountedFile(bytes);
        const clean = await cleaned(file);
        file.assertLittle('cleaning');
        const out = await whole(clean);
        if (out.length !== clean.size) throw new Error('another length than it says');
        if (out.length > bytes.length + 64) throw new Error('longer than it was');
        assertSame(await whole(await cleaned(new CountedFile(out))), out, 'a cleaned picture');
        return `${shownAs(bytes) ?? 'no'} ${clean === file ? 'as it was' : 'cleaned'}`;
      },
    },
    {
      name: 'picture to show',
      seeds,
      async run(bytes) {
        const file = new CountedFile(bytes);
        const can = await canBeShown(file);
        file.assertLittle('measuring');
        return `${shownAs(bytes) ?? 'no'} ${can ? 'shown' : 'not shown'}`;
      },
    },
    {
      name: 'file name',
      seeds: ['../../etc/passwd', 'C:\\x\\CON.txt', 'photo\u202egpj.exe', `${'ä'.repeat(140)}.tar.gz`, '.hidden . ', 'a\u2028b'].map((name) => Buffer.from(name)),
      run(bytes) {
        const name = Buffer.from(bytes).toString('utf8');
        const safe = safeName(name);
        if (safe === '' || Buffer.byteLength(safe) > maxFileNameBytes) throw new Error('a name of no good length');
        if (/[/\\:*?"<>|]|^[.-]|[. ]$|\p{C}/u.test(safe)) throw new Error(`not safe: ${JSON.stringify(safe)}`);
        if (safeName(safe) !== safe) throw new Error(`safer the second time: ${JSON.stringify(safe)}`);
        mediaTypeOf(safe);
        mediaTypeFrom(name);
        return safe === name ? 'as it was' : 'made safe';
      },
    },
  ];
}
