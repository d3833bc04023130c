import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { maxSuspensionBytes } from './suspension';

/** Of one card: whoever has more devices stopped at once hears of the rest when the identity speaks. */
export const maxSuspensionsTold = 4;

/** count u8 (1–4) ‖ count × suspension LP, in the order they were made: who was stopped stops nobody (protocol.md §11). Throws `WireError`. */
export function encodeSuspensionsTold(statements: readonly Uint8Array[]): Uint8Array {
  if (statements.length === 0 || statements.length > maxSuspensionsTold) throw new WireError('not a number of suspensions');
  const writer = new Writer(8 * 1024).u8(statements.length);
  for (const each of statements) writer.lp(each);
  return writer.finish();
}

/** As they came: nothing of what they say is judged here. Throws `WireError`. */
export function readSuspensionsTold(bytes: Uint8Array): readonly Uint8Array[] {
  const reader = new Reader(bytes);
  const count = reader.u8();
  if (count === 0 || count > maxSuspensionsTold) throw new WireError('not a number of suspensions');
  const statements = Array.from({ length: count }, () => reader.lp(maxSuspensionBytes).slice());
  reader.end();
  return statements;
}
