import { expect, it, vi } from 'vitest';

it('a frame that is asked for under a clock of a test takes no later one away', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  requestAnimationFrame(() => undefined);
  vi.useRealTimers();
  const drawn = await new Promise((draw) => requestAnimationFrame(draw));
  expect(drawn).toBeGreaterThan(0);
});

it('what earlier files said of the document is gone', () => {
  expect(document.documentElement.getAttributeNames()).toEqual([]);
  expect([document.title, localStorage.length, sessionStorage.length]).toEqual(['', 0, 0]);
});
