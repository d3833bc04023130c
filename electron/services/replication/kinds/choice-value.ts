import { maxChainBytes } from '../../../engine/certificates/chain';
import { Reader } from '../../../engine/wire/reader';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import { readTime } from './values';

export const maxAgainst = 16;
export const maxSettled = 64;
const maxSpkiBytes = 1024;

/** That this person decided for one key of somebody, seeing which others were in question. */
export interface Choice {
  /** 16 random bytes: what later decisions name it by. */
  readonly name: Uint8Array;
  /** Unix milliseconds. */
  readonly time: number;
  readonly epoch: number;
  /** The key decided for: SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Of a device that was seen under it. */
  readonly chain?: Uint8Array;
  /** SHA-256 of the SPKI of each key it was decided against, and of those that were left before: 32 bytes each. */
  readonly against: readonly Uint8Array[];
  /** Names of the decisions known by then, which it takes the place of. */
  readonly settled: readonly Uint8Array[];
}

export function encodeChoice({ name, time, epoch, spki, chain, against, settled }: Choice): Uint8Array {
  const writer = new Writer(8 * 1024).fixed(name).u64(time).u32(epoch).lp(spki).lp(chain ?? new Uint8Array(0)).u8(against.length);
  for (const hash of against) writer.fixed(hash);
  writer.u8(settled.length);
  for (const other of settled) writer.fixed(other);
  return writer.finish();
}

/** Structure only. Throws `WireError`. */
export function parseChoice(value: Uint8Array): Choice {
  const reader = new Reader(value);
  const [name, time, epoch, spki, chain] = [reader.fixed(16).slice(), readTime(reader), reader.u32(), reader.lp(maxSpkiBytes).slice(), reader.lp(maxChainBytes).slice()];
  const many = (most: number, size: number): Uint8Array[] => {
    const count = reader.u8();
    if (count > most) throw new WireError('more keys than anybody decides between');
    return Array.from({ length: count }, () => reader.fixed(size).slice());
  };
  const [against, settled] = [many(maxAgainst, 32), many(maxSettled, 16)];
  reader.end();
  return { name, time, epoch, spki, ...(chain.length > 0 && { chain }), against, settled };
}
