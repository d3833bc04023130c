// What code in the page's process could do that has got hold of Electron's own IPC, past the bridge: a second preload for test/e2e/hostile-page.test.ts.
const { contextBridge, ipcRenderer } = require('electron');

const cycle = { passphrase: 'x' };
cycle.again = cycle;
/** @type {Record<string, () => unknown>} Made here: on its way from the page the bridge would straighten them. */
const evil = {
  'own __proto__': () => JSON.parse('{"__proto__":{"polluted":1}}'),
  'a constructor to write to': () => JSON.parse('{"constructor":{"prototype":{"polluted":1}}}'),
  'a getter': () => ({ get passphrase() { return 'x'; }, polluted: 1 }),
  'names of Object': () => ({ toString: 1, hasOwnProperty: 1, toJSON: 1, valueOf: 1 }),
  'a cycle': () => cycle,
  'three thousand deep': () => JSON.parse(`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`),
  'three million characters': () => 'x'.repeat(3_000_000),
  'two hundred thousand entries': () => Array.from({ length: 200_000 }, () => 0),
  'thirty thousand names': () => Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`a name of some length that is ${index}`, 0])),
  'a BigInt': () => 12n,
  'a map': () => new Map([['passphrase', 'x']]),
  'a date': () => new Date(0),
  'bytes': () => new Uint8Array(5_000_000),
  'an error': () => new Error('x'),
  'not a number': () => Number.NaN,
  'half a character': () => ({ passphrase: '\uD800', polluted: 1 }),
};

contextBridge.exposeInMainWorld('raw', {
  facts: { sandboxed: process.sandboxed, isolated: process.contextIsolated },
  kinds: Object.keys(evil),
  bring: (name, kind) => ipcRenderer.invoke('keyshift:call', name, evil[kind]()),
  invoke: (channel, ...args) => ipcRenderer.invoke(channel, ...args),
  send: (channel, ...args) => ipcRenderer.send(channel, ...args),
});
