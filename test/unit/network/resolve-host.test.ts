import { describe, expect, test } from 'vitest';
import { DialError } from '../../../electron/network/dial-error';
import { resolveHost } from '../../../electron/network/resolve-host';

const onion = 'pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion';

/** A name service that must not be asked. */
const silent = async (name: string): Promise<string[]> => {
  throw new Error(`asked for ${name}`);
};

describe('resolving hosts', () => {
  test('literals are themselves and reach no name service', async () => {
    expect(await resolveHost('127.0.0.1', { find: silent })).toEqual(['127.0.0.1']);
    expect(await resolveHost('2001:DB8::1', { find: silent })).toEqual(['2001:db8::1']);
  });

  test.each(['', 'a b', '127.1', 'a\u0000b', '-x', '$(id)', 'a/b', '[::1]', 'fe80::1%lo'])('%j is refused before any look-up', async (host) => {
    await expect(resolveHost(host, { find: silent })).rejects.toEqual(new DialError('address-invalid'));
  });

  test('onion names never reach a name service', async () => {
    await expect(resolveHost(onion, { find: silent })).rejects.toEqual(new DialError('needs-proxy'));
  });

  test('takes at most four addresses and only literals from an answer', async () => {
    const answer = ['1.1.1.1', 'evil.example', '2001:db8::1', '1.1.1.2', '1.1.1.3', '1.1.1.4'];
    expect(await resolveHost('a.example', { find: async () => answer })).toEqual(['1.1.1.1', '2001:db8::1', '1.1.1.2', '1.1.1.3']);
  });

  test('never more than two look-ups at once, and a failed one frees its place', async () => {
    let running = 0;
    let most = 0;
    const slow = async (name: string): Promise<string[]> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      running -= 1;
      if (name.startsWith('bad')) throw new Error('no such name');
      return ['1.2.3.4'];
    };
    const results = await Promise.allSettled(Array.from({ length: 12 }, (_, index) => resolveHost(`${index % 3 === 0 ? 'bad' : 'good'}${index}.example`, { find: slow })));
    expect(most).toBe(2);
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(8);
    expect(await resolveHost('again.example', { find: slow })).toEqual(['1.2.3.4']);
  });

  test('who waits its turn and is wanted no more leaves the queue, unasked', async () => {
    const asked: string[] = [];
    const answers: (() => void)[] = [];
    const find = async (name: string): Promise<string[]> => {
      asked.push(name);
      await new Promise<void>((resolve) => answers.push(resolve));
      return ['1.2.3.4'];
    };
    const quit = new AbortController();
    const first = [resolveHost('a.example', { find }), resolveHost('b.example', { find })];
    const waiting = [resolveHost('c.example', { find, signal: quit.signal }), resolveHost('d.example', { find })];
    quit.abort();
    await expect(waiting[0]).rejects.toEqual(new DialError('not-needed'));
    await expect(resolveHost('e.example', { find, signal: quit.signal })).rejects.toEqual(new DialError('not-needed'));
    answers.shift()?.();
    await first[0];
    answers.shift()?.();
    answers.shift()?.();
    expect(await Promise.all([first[1], waiting[1]])).toEqual([['1.2.3.4'], ['1.2.3.4']]);
    expect(asked).toEqual(['a.example', 'b.example', 'd.example']);
  });
});
