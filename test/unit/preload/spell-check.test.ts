import { expect, test } from 'vitest';
import { eventChannel } from '../../../electron/doors/channels';
import { provideSpelling } from '../../../electron/preload/spell-check';
import { defaultSettings } from '../../../shared/model/default-settings';

type Spell = (words: string[], done: (misspelled: string[]) => void) => void;

/** A page whose spelling is as set, with what it asks the main process, and Chromium's question once there is somebody to ask. */
function page(first: typeof defaultSettings.spelling = 'off') {
  const settings = { ...defaultSettings, spelling: first };
  let run = (): void => undefined;
  const asked: unknown[] = [];
  let tell: (event: unknown, ...args: unknown[]) => void = () => undefined;
  let spell: Spell | undefined;
  provideSpelling(
    {
      invoke: async (_channel, name, input) => {
        if (name === 'settings.get') return { ok: true, value: { ...settings } };
        asked.push([name, input]);
        return { ok: true, value: ['wrold'] };
      },
      on: (channel, listener) => {
        if (channel === eventChannel) tell = listener;
      },
    },
    { setSpellCheckProvider: (_language, { spellCheck }) => void (spell = spellCheck) },
    (then) => (run = then),
  );
  return {
    asked,
    /** The page has run its script. */
    read: async (): Promise<void> => {
      run();
      await new Promise((done) => setImmediate(done));
    },
    set: async (spelling: typeof settings.spelling): Promise<void> => {
      settings.spelling = spelling;
      tell({}, { type: 'settings.changed' });
      await new Promise((done) => setImmediate(done));
    },
    isProvided: () => spell !== undefined,
    misspelled: (words: string[]) => new Promise<string[]>((done) => (spell ?? expect.unreachable('nobody to ask'))(words, done)),
  };
}

test('while spelling is off no word leaves the page, neither before it was ever on nor once it is off again', async () => {
  const { asked, set, read, isProvided, misspelled } = page();
  await read();
  expect([isProvided(), asked]).toEqual([false, []]);
  await set('en');
  expect(await misspelled(['wrold', 'x'.repeat(257)])).toEqual(['wrold']);
  // What is no word of any dictionary is not asked about.
  expect(asked).toEqual([['desktop.misspelled', { words: ['wrold'] }]]);
  await set('off');
  expect(await misspelled(['wrold'])).toEqual([]);
  expect(asked).toHaveLength(1);
});

test('nothing is asked before the page has run its script, and then without anybody changing a setting', async () => {
  const { read, isProvided, misspelled } = page('en');
  await new Promise((done) => setImmediate(done));
  expect(isProvided()).toBe(false);
  await read();
  expect(await misspelled(['wrold'])).toEqual(['wrold']);
});
