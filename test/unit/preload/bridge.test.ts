import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { makeBridge, type RendererSide } from '../../../electron/preload/bridge';
import { callNameTable, nothingMissing } from '../../../shared/contract/call-names';
import type { AppEvent } from '../../../shared/contract/contract';
import { callNames } from '../../../shared/contract/contract';

function setUp(answer: (...args: unknown[]) => Promise<unknown> = async () => ({ ok: true, value: null })) {
  const invoked: unknown[][] = [];
  const heard = new Map<string, (event: unknown, ...args: unknown[]) => void>();
  const ipc: RendererSide = {
    invoke(...args) {
      invoked.push(args);
      return answer(...args);
    },
    on(channel, listener) {
      heard.set(channel, listener);
    },
  };
  return { bridge: makeBridge(ipc, (file) => (file.name.startsWith('disk') ? `/home/ada/${file.name}` : '')), invoked, heard };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Every function that can be reached, by its path. */
function surface(value: object, path = ''): string[] {
  return Reflect.ownKeys(value).flatMap((key) => {
    const member: unknown = Reflect.get(value, key);
    const name = path === '' ? String(key) : `${path}.${String(key)}`;
    return typeof member === 'object' && member !== null ? surface(member, name) : [`${name}: ${typeof member}`];
  });
}

describe('S row 12: window.keyshift', () => {
  test('is a function per call of the contract, one way to listen, one to hand over files, and nothing else', () => {
    expect(surface(setUp().bridge).toSorted()).toEqual([...callNames().map((name) => `${name}: function`), 'on: function', 'takeFiles: function'].toSorted());
  });

  test('the table of names is the contract, in its order', () => {
    expect(Object.entries(callNameTable).flatMap(([group, names]) => names.map((name) => `${group}.${name}`))).toEqual(callNames());
    expect(nothingMissing).toBe(true);
  });

  test('is frozen all the way down', () => {
    const { bridge } = setUp();
    expect(Object.isFrozen(bridge)).toBe(true);
    for (const group of Object.values(bridge)) if (typeof group === 'object') expect(Object.isFrozen(group)).toBe(true);
    expect(() => Object.assign(bridge.vault, { status: () => 1 })).toThrow(TypeError);
  });

  test('a call sends its own name and the first argument only', async () => {
    const { bridge, invoked } = setUp();
    const unlock: (...args: unknown[]) => Promise<unknown> = bridge.vault.unlock as never; // called as a page without types would
    await unlock({ passphrase: 'p' }, 'keyshift:other', 3);
    expect(invoked).toEqual([['keyshift:call', 'vault.unlock', { passphrase: 'p' }]]);
  });

  test('an invoke that fails is a reply, not an exception with the inside in it', async () => {
    const { bridge } = setUp(async () => {
      throw new Error('An object could not be cloned: /home/ada');
    });
    const reply = await bridge.vault.status();
    expect(reply).toMatchObject({ ok: false, error: { code: 'internal' } });
    expect(JSON.stringify(reply)).not.toContain('ada');
  });

  test('listeners hear events without Electron’s own, each until it stops, whatever the others do', async () => {
    const { bridge, heard } = setUp();
    const first: unknown[][] = [];
    const second: AppEvent[] = [];
    const stop = bridge.on((...args: unknown[]) => void first.push(args));
    const stopSecond = bridge.on((event) => second.push(event));
    const event: AppEvent = { type: 'vault.changed', state: 'open' };
    heard.get('keyshift:event')?.({ sender: 'ipcRenderer' }, event);
    await turn();
    expect(first).toEqual([[event]]);
    stop();
    stop();
    heard.get('keyshift:event')?.({}, event);
    await turn();
    expect(first).toHaveLength(1);
    expect(second).toHaveLength(2);
    stopSecond();
  });

  test('a file says its path to the main process only where the system gave it; what the page made up says none', async () => {
    const { bridge, invoked } = setUp();
    await bridge.takeFiles([new File(['x'], 'disk.txt'), new File(['pasted'], 'picture.png'), new File([], 'empty'), { path: '/etc/passwd', name: 'disk.txt' }]);
    expect(invoked).toEqual([['keyshift:files', [{ path: '/home/ada/disk.txt' }, { name: 'picture.png', bytes: new TextEncoder().encode('pasted') }]]]);
  });

  test('only a function may listen', () => {
    const on: (listener: unknown) => unknown = setUp().bridge.on as never; // as a page without types would
    expect(() => on({ call: 1 })).toThrow(TypeError);
  });

  test('the bundle is small and brings no parser and no Node', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: ['electron/preload/preload.ts'],
      bundle: true,
      write: false,
      metafile: true,
      platform: 'browser',
      format: 'cjs',
      external: ['electron'],
    });
    expect(outputFiles[0]?.contents.length).toBeLessThan(8000);
    expect(Object.keys(metafile.inputs).filter((path) => path.includes('node_modules') || path.startsWith('shared/'))).toEqual(['shared/contract/call-names.ts', 'shared/files-at-once.ts']);
    expect(outputFiles[0]?.text.match(/require\("([^"]+)"\)/g)).toEqual(['require("electron")']);
  });
});
