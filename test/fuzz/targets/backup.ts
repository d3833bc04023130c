import { parseBackupHead, encodeBackupHead } from '../../../electron/engine/backup/container';
import { encodeEnd, encodeManifest, encodePage, ItemReader } from '../../../electron/engine/backup/items';
import { peerIdFromBytes } from '../../../electron/engine/wire/ids';
import { WireError } from '../../../electron/engine/wire/wire-error';
import { concat } from '../../../electron/engine/wire/writer';
import { KeyshiftError } from '../../../shared/errors';
import { assertSame, outcomeOf, type Target } from '../target';

/** What opens under the passphrase may still say anything: whatever pieces it comes in, it is read alike, or refused (A81, A85). */
export function backupItems(): Target {
  const manifest = encodeManifest({ peerId: peerIdFromBytes(new Uint8Array(32)), madeAt: 1, schema: 9, settings: '{}' });
  const page = { table: 't', columns: ['a', 'b'], rows: [[1, 'x'], [null, new Uint8Array(3)], [-2, '']] };
  const read = (pieces: readonly Uint8Array[]): string => {
    const reader = new ItemReader();
    const rows = pieces.flatMap((piece) => JSON.stringify(reader.take(piece).map(({ rows: taken }) => taken)).replaceAll(/[[\]]/g, ''));
    reader.end();
    return rows.filter((text) => text !== '').join(',');
  };
  return {
    name: 'backup items',
    seeds: [concat(manifest, encodePage(page, true), encodeEnd(3)), concat(manifest, encodeEnd(0))],
    run: (bytes) =>
      outcomeOf([WireError], () => {
        const whole = read([bytes]);
        const middle = bytes.length >> 1;
        if (read([bytes.slice(0, middle), bytes.slice(middle)]) !== whole) throw new Error('it depends on the pieces');
        return 'read';
      }),
  };
}

export function backupHeads(): Target {
  return {
    name: 'backup head',
    seeds: [encodeBackupHead({ cost: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, salt: new Uint8Array(16).fill(9) })],
    run: (bytes) =>
      outcomeOf([KeyshiftError], () => {
        assertSame(encodeBackupHead(parseBackupHead(bytes, 100)), bytes, 'the head of a backup');
        return 'read';
      }),
  };
}
