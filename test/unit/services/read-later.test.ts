import { describe, expect, it } from 'vitest';
import { readLater, ReadLater } from '../../../electron/services/read-later';

describe('a service that is read with its first call', () => {
  it('is read once, whoever calls, and answers as it would itself', async () => {
    let read = 0;
    const handlers = readLater(['double', 'fail'], async () => {
      read += 1;
      return {
        double: (value: number) => value * 2,
        fail: (_input: undefined): string => {
          throw new Error('as it says');
        },
      };
    });
    expect(read).toBe(0);
    expect(await Promise.all([handlers.double(2), handlers.double(3)])).toEqual([4, 6]);
    await expect(handlers.fail(undefined)).rejects.toThrow('as it says');
    expect(read).toBe(1);
  });

  it('calls that come together are begun in their order', async () => {
    const begun: string[] = [];
    const { note } = readLater(['note'], async () => ({ note: (word: string) => begun.push(word) }));
    await Promise.all([note('one'), note('two'), note('three')]);
    expect(begun).toEqual(['one', 'two', 'three']);
  });

  it('says what was begun, for whoever ends it, and begins nothing by that', async () => {
    const service = { handlers: { go: (_input: undefined) => 'gone' }, stop: () => 'stopped' };
    const later = new ReadLater(['go'], async () => service, ({ handlers }) => handlers);
    expect(later.begun).toBeUndefined();
    await later.handlers.go(undefined);
    expect((await later.begun)?.stop()).toBe('stopped');
  });

  it('tries once more where reading failed', async () => {
    let tries = 0;
    const { go } = readLater(['go'], async () => {
      tries += 1;
      if (tries === 1) throw new Error('the file cannot be read');
      return { go: (_input: undefined) => 'gone' };
    });
    await expect(go(undefined)).rejects.toThrow('cannot be read');
    expect(await go(undefined)).toBe('gone');
  });
});
