import { describe, expect, it } from 'vitest';
import { encodeRepositoryWord, parseRepositoryWord } from '../../../../electron/engine/sharing/repository-words';
import { encodeWord, parseWord } from '../../../../electron/engine/sharing/words';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { concat } from '../../../../electron/engine/wire/writer';

const one = Uint8Array.of(0);

describe('words of a hand-over', () => {
  it('S4-09: what is behind a word is refused, and a word of a later version is none', () => {
    const word = { kind: 'taken', ask: 7 } as const;
    expect(parseWord(encodeWord(word))).toEqual(word);
    expect(() => parseWord(concat(encodeWord(word), one))).toThrow(WireError);
    expect([0, 9, 255].map((kind) => parseWord(Uint8Array.of(kind, 0, 0, 0, 7)))).toEqual([undefined, undefined, undefined]);
  });

  it('S4-09: names 64 keys at most', () => {
    const keys = Array.from({ length: 65 }, (_, index) => new Uint8Array(8).fill(index));
    expect(parseWord(encodeWord({ kind: 'hello', keys }))).toEqual({ kind: 'hello', keys: keys.slice(0, 64) });
    expect(() => parseWord(concat(Uint8Array.of(1, 65), ...keys))).toThrow(WireError);
  });
});

describe('words to a repository', () => {
  it('S4-29: what is behind a word is refused, and a word of a later version is none', () => {
    const word = { kind: 'written', ask: 7, revision: 3 } as const;
    expect(parseRepositoryWord(encodeRepositoryWord(word))).toEqual(word);
    expect(() => parseRepositoryWord(concat(encodeRepositoryWord(word), one))).toThrow(WireError);
    expect([0, 6, 255].map((kind) => parseRepositoryWord(Uint8Array.of(kind, 0, 0, 0, 7)))).toEqual([undefined, undefined, undefined]);
  });

  it('S4-29: what was not found has no content; what was may be empty', () => {
    const found = (revision: number, record: Uint8Array) => encodeRepositoryWord({ kind: 'found', ask: 1, revision, record });
    expect(parseRepositoryWord(found(0, new Uint8Array(0)))).toMatchObject({ revision: 0 });
    expect(parseRepositoryWord(found(1, new Uint8Array(0)))).toMatchObject({ revision: 1 });
    expect(parseRepositoryWord(found(1, one))).toMatchObject({ revision: 1, record: one });
    expect(() => parseRepositoryWord(found(0, one))).toThrow(WireError);
  });
});
