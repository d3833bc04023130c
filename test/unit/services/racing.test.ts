import { beforeEach, describe, expect, test } from 'vitest';
import { NotNeeded, Places, race, type RaceParts, type Turn } from '../../../electron/services/racing';
import { ManualClock, settle } from '../../support/manual-clock';

/** One attempt under way, in the hands of the test. */
interface Running {
  readonly at: number;
  readonly turn: Turn;
  succeed(): void;
  fail(error?: Error): void;
}

describe('a race of candidates', () => {
  let clock: ManualClock;
  let running: Map<string, Running>;
  let ended: (readonly [string, string])[];
  let quit: AbortController;

  beforeEach(() => {
    clock = new ManualClock();
    running = new Map();
    ended = [];
    quit = new AbortController();
  });

  const begin = (candidates: string, change: Partial<RaceParts<string, string>> = {}): Promise<string> => {
    const outcome = race<string, string>({
      clock,
      places: new Places(16),
      candidates: [...candidates],
      quit: quit.signal,
      attempt: (name, turn) =>
        new Promise((resolve, reject) => {
          turn.signal.addEventListener('abort', () => reject(new Error('aborted')));
          running.set(name, { at: clock.monotonic(), turn, succeed: () => resolve(name), fail: (error = new Error(name)) => reject(error) });
        }),
      onStart: () => undefined,
      onEnd: (name, error) => ended.push([name, error === undefined ? 'won' : error instanceof Error ? error.name : 'odd']),
      ...change,
    });
    outcome.catch(() => undefined);
    return outcome;
  };
  const at = (name: string): Running => {
    const found = running.get(name);
    if (found === undefined) throw new Error(`${name} has not begun`);
    return found;
  };
  const starts = () => [...running].map(([name, { at: when }]) => [name, when]);

  test('starts them 250 ms apart, four at once, and the next as soon as one fails', async () => {
    begin('abcdef');
    await clock.advance(10_000);
    expect(starts()).toEqual([['a', 0], ['b', 250], ['c', 500], ['d', 750]]);
    at('b').fail();
    await settle();
    expect(starts().at(-1)).toEqual(['e', 10_000]);
    await clock.advance(10_000);
    expect(running.size).toBe(5);
  });

  test('a failure starts the next at once, and the one after that 250 ms later', async () => {
    begin('abc');
    await clock.advance(100);
    at('a').fail();
    await clock.advance(249);
    expect(starts()).toEqual([['a', 0], ['b', 100]]);
    await clock.advance(1);
    expect(starts().at(-1)).toEqual(['c', 350]);
  });

  test('the first that succeeds wins; the others are ended and none starts', async () => {
    const outcome = begin('abcd');
    await clock.advance(600);
    at('b').succeed();
    expect(await outcome).toBe('b');
    await clock.advance(10_000);
    expect([at('a').turn.signal.aborted, at('c').turn.signal.aborted, at('b').turn.signal.aborted]).toEqual([true, true, false]);
    expect(running.has('d')).toBe(false);
    expect(ended).toEqual([['b', 'won'], ['a', 'NotNeeded'], ['c', 'NotNeeded']]);
    expect(clock.waiting).toBe(0);
  });

  test('rejects with the last failure, and with nowhere to go at once', async () => {
    const outcome = begin('ab');
    await settle();
    at('a').fail();
    await settle();
    at('b').fail(new Error('the last'));
    await expect(outcome).rejects.toThrow('the last');
    await expect(begin('')).rejects.toThrow('nowhere');
    expect(clock.waiting).toBe(0);
  });

  test('an error that is final for all ends it', async () => {
    const outcome = begin('abc', { isFinal: (error) => error instanceof RangeError });
    await clock.advance(300);
    at('b').fail(new RangeError('used'));
    await expect(outcome).rejects.toThrow('used');
    await settle();
    expect(ended).toEqual([['b', 'RangeError'], ['a', 'NotNeeded']]);
    expect(running.size).toBe(2);
  });

  test('called off: what is kept may end by itself, the rest ends now', async () => {
    const outcome = begin('abcd');
    await clock.advance(300);
    at('a').turn.keep();
    quit.abort();
    await clock.advance(1_000);
    expect([at('a').turn.signal.aborted, at('b').turn.signal.aborted, running.size]).toEqual([false, true, 2]);
    at('a').succeed();
    expect(await outcome).toBe('a');

    quit = new AbortController();
    const nothing = begin('ab');
    await settle();
    quit.abort();
    await expect(nothing).rejects.toBeInstanceOf(NotNeeded);
    quit = new AbortController();
    quit.abort();
    await expect(begin('ab')).rejects.toBeInstanceOf(NotNeeded);
  });

  test('what may be done once is claimed once, and stays with whoever claimed it', async () => {
    const outcome = begin('abc');
    await clock.advance(300);
    const [a, b] = [at('a'), at('b')];
    expect([b.turn.claim(), a.turn.claim(), b.turn.claim()]).toEqual([true, false, true]);
    await clock.advance(5_000);
    expect([a.turn.signal.aborted, b.turn.signal.aborted, running.has('c')]).toEqual([true, false, false]);
    b.fail(new Error('lost the answer'));
    await expect(outcome).rejects.toThrow('lost the answer');
    await clock.advance(5_000);
    expect(running.has('c')).toBe(false);
  });

  test('places are shared, given out in order, and left by who needs none any more', async () => {
    const places = new Places(2);
    const first = begin('ab', { places });
    await clock.advance(250);
    const second = begin('cd', { places });
    await clock.advance(5_000);
    expect(starts()).toEqual([['a', 0], ['b', 250]]);
    at('a').fail();
    await settle();
    expect(starts().at(-1)).toEqual(['c', 5_250]);
    at('b').fail();
    await expect(first).rejects.toThrow('b');
    await settle();
    at('c').succeed();
    expect(await second).toBe('c');
    await settle();
    // All places are free again.
    begin('xy', { places });
    await clock.advance(250);
    expect([running.has('x'), running.has('y')]).toEqual([true, true]);
  });

  test('sixteen people who are nowhere, under eight addresses each, hold nobody off for longer than one of them does', async () => {
    const places = new Places(16);
    const nowhere: RaceParts<string, string>['attempt'] = (_name, turn) =>
      new Promise((_, reject) => {
        const cancel = clock.setTimer(5_000, () => reject(new Error('timeout')));
        turn.signal.addEventListener('abort', () => {
          cancel();
          reject(new Error('aborted'));
        });
      });
    for (let person = 0; person < 16; person += 1) begin('12345678', { places, attempt: nowhere, quit: new AbortController().signal });
    await clock.advance(1_000);
    const here = begin('x', { places });
    await clock.advance(4_000);
    expect(running.get('x')?.at).toBe(5_000);
    at('x').succeed();
    expect(await here).toBe('x');
  });

  test('nor does a row of first candidates keep a later one waiting for ever', async () => {
    const places = new Places(1);
    const signal = quit.signal;
    let give = await places.take(signal);
    const order: string[] = [];
    void places.take(signal, 2).then((back) => {
      order.push('later');
      back();
    });
    for (let n = 0; n < 200; n += 1) {
      const next = places.take(signal);
      give();
      give = await next;
      order.push('first');
    }
    expect([order.indexOf('later'), order.length]).toEqual([127, 201]);
    give();
  });

  test('an attempt that was still waiting for a place has no result, and its place stays free', async () => {
    const places = new Places(1);
    begin('a', { places });
    await settle();
    const waiting = begin('b', { places });
    quit.abort();
    await expect(waiting).rejects.toBeInstanceOf(NotNeeded);
    await settle();
    expect(ended).toEqual([['a', 'NotNeeded']]);
    quit = new AbortController();
    begin('c', { places });
    await settle();
    expect(running.has('c')).toBe(true);
  });
});
