import type { Reply } from '../../shared/contract/bridge';
import type { AppEvent } from '../../shared/contract/contract';
import type { Settings } from '../../shared/model/settings';
import { callChannel, eventChannel } from '../doors/channels';
import type { RendererSide } from './bridge';

/** The part of Electron's `webFrame` that is used. */
export interface SpellSide {
  setSpellCheckProvider(language: string, provider: { spellCheck(words: string[], done: (misspelled: string[]) => void): void }): void;
}

/**
 * Lets the page's own fields be checked by dictionaries that come with the app: Chromium asks here, and the main process knows the
 * words. Chromium's own checker, which would fetch its dictionaries, stays off. While spelling is off no word goes anywhere.
 * `whenRead`: runs what it is given once the page has run its script. A call before that has the main process read the whole contract while the page waits for its files.
 */
export function provideSpelling(ipc: RendererSide, frame: SpellSide, whenRead: (run: () => void) => void): void {
  let on = false;
  let provided = false;
  const ask = async (): Promise<void> => {
    const settings = await call<Settings>(ipc, 'settings.get', undefined);
    on = settings !== undefined && settings.spelling !== 'off';
    if (!on || provided) return;
    provided = true;
    // The language only says which letters make a word: those of both are the same.
    frame.setSpellCheckProvider('en', {
      spellCheck: (words, done) => {
        if (!on) return done([]);
        void check(ipc, words, done);
      },
    });
  };
  // Parsed in the main process before it was sent, as with the bridge.
  ipc.on(eventChannel, (_electronEvent, event) => {
    if ((event as AppEvent).type === 'settings.changed') void ask();
  });
  whenRead(() => void ask());
}

async function check(ipc: RendererSide, words: readonly string[], done: (misspelled: string[]) => void): Promise<void> {
  const asked = words.filter((word) => word.length <= 256).slice(0, 2000);
  done((await call<string[]>(ipc, 'desktop.misspelled', { words: asked })) ?? []);
}

async function call<T>(ipc: RendererSide, name: string, input: unknown): Promise<T | undefined> {
  try {
    const reply = (await ipc.invoke(callChannel, name, input)) as Reply<T>; // the main process answers nothing else
    return reply.ok ? reply.value : undefined;
  } catch {
    return undefined;
  }
}
