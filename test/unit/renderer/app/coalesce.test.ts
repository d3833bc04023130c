import { expect, test } from 'vitest';
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
