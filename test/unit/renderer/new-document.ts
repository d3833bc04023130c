import { cleanup } from '@testing-library/react';
import * as react from 'react';
import { afterAll, afterEach, expect } from 'vitest';

// Run before every test file of the window: they share a document, and each begins with one that says nothing of the one before.
const { documentElement } = document;
for (const name of documentElement.getAttributeNames()) documentElement.removeAttribute(name);
document.title = '';
localStorage.clear();
sessionStorage.clear();
Reflect.deleteProperty(navigator, 'clipboard');

// The frames of jsdom come by an interval of its own: one that was asked for while a test had another clock never came, nor did any later one of this
// process, and with them no focus. These come with the next turn of the real timers, so that whoever lets some of these pass has seen them.
const { setTimeout: later, clearTimeout: stop } = globalThis;
const asked = new Set<number>();
Object.assign(globalThis, {
  requestAnimationFrame: (draw: FrameRequestCallback): number => {
    const handle = Number(
      later(() => {
        asked.delete(handle);
        draw(performance.now());
      }, 0),
    );
    asked.add(handle);
    return handle;
  },
  cancelAnimationFrame: (handle: number): void => {
    asked.delete(handle);
    stop(handle);
  },
});

// React keeps a stack and a task of V8's with each of the first ten thousand elements of a second, for its warnings to name who drew them: a fifth of what a test of the window computes. It counts them
// here, and warns as ever without.
const counted = Reflect.get(react, '__CLIENT_INTERNALS_DO_NOT_USE_OR_WARN_USERS_THEY_CANNOT_UPGRADE') as object; // another React names it otherwise, and then this line says so
Object.defineProperty(counted, 'recentlyCreatedOwnerStacks', { configurable: true, get: () => Infinity, set: () => {} });

afterEach(cleanup);
/** Whoever looks for the focus for some frames more finds the next test's, or no document any more. */
afterEach(() => {
  for (const handle of asked) stop(handle);
  asked.clear();
});

/** Whatever a file drew is gone at its end; react-aria keeps one place for what it has spoken. */
afterAll(() => {
  const left = [...document.body.children].filter((element) => !element.matches('[data-live-announcer]'));
  expect(left.map(({ localName, id, className }) => ({ localName, id, className }))).toEqual([]);
});
