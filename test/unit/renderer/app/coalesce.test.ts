import { describe, expect, it, test } from 'vitest';
import { coalesce } from '../../../../renderer/app/coalesce';

/** After so many turns of what waits for promises. */
const turns = (count: number, then: () => void): void => (count === 0 ? then() : queueMicrotask(() => turns(count - 1, then)));

test.each([0, 1, 2, 3, 4, 5, 6, 7])('what is asked for while a question ends is asked once more, %d turns after its answer', async (later) => {
  let fact = 'old';
  let shown = '';
  const load = coalesce(async () => {
    const answered = fact;
    await Promise.resolve();
    shown = answered;
    if (answered === 'old') {
      turns(later, () => {
        fact = 'new';
        void load();
      });
    }
  });
  await load();
  await new Promise((done) => setTimeout(done, 0));
  expect(shown).toBe('new');
});

test('what is asked for while a question fails is asked all the same, and only the last failure is told', async () => {
  let asked = 0;
  const load = coalesce(async () => {
    asked += 1;
    const nth = asked;
    await Promise.resolve();
    if (nth !== 2) throw new Error(`failed ${nth}`);
  });
  const first = load();
  void load();
  await expect(first).resolves.toBeUndefined();
  expect(asked).toBe(2);
  await expect(load()).rejects.toThrow('failed 3');
});

test('what fails before it has asked anything does not keep the next from being asked', async () => {
  let asked = 0;
  const load = coalesce(() => {
    asked += 1;
    if (asked === 1) throw new Error('at once');
    return Promise.resolve();
  });
  await expect(load()).rejects.toThrow('at once');
  await load();
  expect(asked).toBe(2);
});

describe('asking again', () => {
  it('runs once more for everything asked meanwhile, never two at a time', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const ask = coalesce(async () => {
      running += 1;
      most = Math.max(most, running);
      runs += 1;
      await new Promise((done) => setTimeout(done, 0));
      running -= 1;
    });
    await Promise.all([ask(), ask(), ask(), ask()]);
    expect(runs).toBe(2);
    expect(most).toBe(1);
    await ask();
    expect(runs).toBe(3);
  });

  it('goes on after a failure', async () => {
    let fail = true;
    const ask = coalesce(async () => {
      if (fail) throw new Error('no');
    });
    await expect(ask()).rejects.toThrow('no');
    fail = false;
    await expect(ask()).resolves.toBeUndefined();
  });
});
