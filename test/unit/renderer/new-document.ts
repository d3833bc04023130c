import { cleanup } from '@testing-library/react';
import { afterAll, afterEach, expect } from 'vitest';

// Run before every test file of the window: they share a document, and each begins with one that says nothing of the one before.
const { documentElement } = document;
for (const name of documentElement.getAttributeNames()) documentElement.removeAttribute(name);
document.title = '';
localStorage.clear();
sessionStorage.clear();
Reflect.deleteProperty(navigator, 'clipboard');

afterEach(cleanup);

/** Whatever a file drew is gone at its end; react-aria keeps one place for what it has spoken. */
afterAll(() => {
  const left = [...document.body.children].filter((element) => !element.matches('[data-live-announcer]'));
  expect(left.map(({ localName, id, className }) => ({ localName, id, className }))).toEqual([]);
});
