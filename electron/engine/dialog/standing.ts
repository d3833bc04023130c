import type { DialogId } from '../ids';
import { dialogIdFromBytes, id16ToBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';
import type { StandingRow } from './recovery-store';
import { startTokenBytes } from './start-token';

/**
 * What two devices tell each other first in every session, before any message (protocol.md §7): what the one has of the
 * other's streams. A device that was rolled back or copied learns it here, before it has locked anything.
 */
export interface Standing {
  /** Start token of the device that speaks, 16 bytes. */
  readonly startToken: Uint8Array;
  /** Newest start token it has heard of the device it speaks to; zeros for none. */
  readonly heardToken: Uint8Array;
  /** Newest device list it knows of the other person, when that is not the one shown in this session; else empty. */
  readonly list: Uint8Array;
  readonly streams: readonly StreamStanding[];
  /** False: another one with more streams follows. */
  readonly last: boolean;
}

export type StreamStanding = Omit<StandingRow, 'peerId'>;

/** 73 bytes each: a full one stays below 64 KiB. */
export const streamsPerStanding = 800;
const maxListBytes = 4 * 1024;

/** The first word of a session (protocol.md §7). */
export function encodeStanding({ startToken, heardToken, list, streams, last }: Standing): Uint8Array {
  const writer = new Writer(256 + streams.length * 73).fixed(startToken).fixed(heardToken).lp(list).u16(streams.length);
  for (const { dialogId, cumulative, highest, control, digest, failed } of streams) {
    writer.fixed(id16ToBytes(dialogId)).u64(cumulative).u64(highest).u64(control).fixed(digest).u8(failed ? 1 : 0);
  }
  return writer.u8(last ? 1 : 0).finish();
}

/** Undefined for bytes that are none. Never throws. */
export function parseStanding(bytes: Uint8Array): Standing | undefined {
  try {
    const reader = new Reader(bytes);
    const startToken = reader.fixed(startTokenBytes).slice();
    const heardToken = reader.fixed(startTokenBytes).slice();
    const list = reader.lp(maxListBytes).slice();
    const count = reader.u16();
    if (count > streamsPerStanding) return undefined;
    const streams = Array.from({ length: count }, (): StreamStanding => {
      const dialogId: DialogId = dialogIdFromBytes(reader.fixed(16));
      const [cumulative, highest, control] = [reader.u64(), reader.u64(), reader.u64()];
      return { dialogId, cumulative, highest, control, digest: reader.fixed(32).slice(), failed: flag(reader) };
    });
    const last = flag(reader);
    reader.end();
    if (streams.some(({ cumulative, highest }) => highest < cumulative)) return undefined;
    return { startToken, heardToken, list, streams, last };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}

function flag(reader: Reader): boolean {
  const value = reader.u8();
  if (value > 1) throw new WireError('neither yes nor no');
  return value === 1;
}
