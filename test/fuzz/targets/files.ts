import { encodeFileWord, type FileWord, parseFileWord } from '../../../electron/engine/files/words';
import { layoutTarget, type Target } from '../target';

/** What contacts and own devices say about files (§15). */
export function fileWords(): Target {
  const transferId = Uint8Array.from({ length: 16 }, (_, at) => at);
  const words: readonly FileWord[] = [
    { kind: 'want', transferId, from: 3, upTo: 35 },
    { kind: 'chunk', transferId, index: 7, sealed: new Uint8Array(300).fill(7) },
    { kind: 'no', transferId, reason: 'paused' },
    { kind: 'ready', transferId },
    { kind: 'over', transferId, reason: 'done' },
    { kind: 'noted', transferId },
  ];
  return layoutTarget({ name: 'file words', seeds: words.map(encodeFileWord), parse: parseFileWord, encode: encodeFileWord, says: ({ kind }) => kind });
}
