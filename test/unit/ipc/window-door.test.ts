import { afterEach, expect, it, vi } from 'vitest';
import { openWindowDoor } from '../../../electron/ipc/window-door';
import { callChannel } from '../../../electron/doors/channels';
import { recordingHandlers } from '../../support/fake-handlers';

type Listener = (event: unknown, ...args: unknown[]) => Promise<unknown>;
const listeners = vi.hoisted(() => new Map<string, Listener>());
vi.mock('electron', () => ({ ipcMain: { handle: (channel: string, listener: Listener) => void listeners.set(channel, listener), removeHandler: (channel: string) => void listeners.delete(channel) } }));
const ownFrame = { url: 'app-keyshift://ui/index.html', origin: 'app-keyshift://ui', parent: null };
const path = '../../../electron/doors/dispatch';
afterEach(() => vi.doUnmock(path));

it('what answers could not be read once, for want of descriptors say: that call is answered with a word, and the next one as ever', async () => {
  const reported: string[] = [];
  vi.doMock(path, () => {
    throw new Error('too many open files');
  });
  const door = openWindowDoor({ handlers: recordingHandlers().handlers, takeFiles: async () => ({ ok: true, value: [] }), monotonic: () => 0, report: (call) => reported.push(call), refused: () => undefined });
  door.admit({ id: 1, isDestroyed: () => false, send: () => undefined });
  const call = (): Promise<unknown> | undefined => listeners.get(callChannel)?.({ sender: { id: 1 }, senderFrame: ownFrame }, 'vault.status', undefined);
  expect(await call()).toMatchObject({ ok: false, error: { code: 'internal' } });
  expect(reported).toEqual(['vault.status']);
  vi.doUnmock(path);
  expect(await call()).toMatchObject({ ok: true });
  door.close();
});
