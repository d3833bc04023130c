import type { Bridge, Reply } from '../../shared/contract/bridge';
import type { AppEvent } from '../../shared/contract/contract';
import type { TokenFile } from '../../shared/model/transfer';
import { callChannel, eventChannel, filesChannel } from '../doors/channels';
import { callNameTable } from '../../shared/contract/call-names';
import { mostFilesAtOnce } from '../../shared/files-at-once';

/** The part of Electron's `ipcRenderer` that is used. */
export interface RendererSide {
  invoke(channel: string, ...args: unknown[]): Promise<unknown>;
  on(channel: string, listener: (event: unknown, ...args: unknown[]) => void): unknown;
}

/** The path of a file the system gave to the page, empty for one made in it. */
export type PathOf = (file: File) => string;

/** Bytes of a file that has no path: a picture out of the clipboard. */
const mostPasted = 32 * 1024 * 1024;

/**
 * What becomes `window.keyshift`: a function per call, without a channel argument, and a way to listen. Neither
 * `ipcRenderer` nor its events get out. The replies were parsed in the main process.
 */
export function makeBridge(ipc: RendererSide, pathOf: PathOf): Bridge {
  const listeners = new Set<(event: AppEvent) => void>();
  ipc.on(eventChannel, (_electronEvent, event) => {
    // Each on its own, so that one that throws does not keep the others from hearing.
    for (const listener of listeners) queueMicrotask(() => listener(event as AppEvent)); // parsed before it was sent
  });

  const groups = Object.entries(callNameTable).map(([group, names]) => {
    const functions = names.map((name) => [name, (input?: unknown) => call(ipc, `${group}.${name}`, input)] as const);
    return [group, Object.freeze(Object.fromEntries(functions))] as const;
  });
  const on = (listener: (event: AppEvent) => void): (() => void) => {
    if (typeof listener !== 'function') throw new TypeError('a function is needed');
    // An own function for each call, so that listening twice is two subscriptions.
    const own = (event: AppEvent): void => listener(event);
    listeners.add(own);
    return () => void listeners.delete(own);
  };
  // The table holds every call of the contract and nothing else (call-names.ts), which is what `Bridge` is made of.
  return Object.freeze({ ...Object.fromEntries(groups), on, takeFiles: (files: readonly object[]) => takeFiles(ipc, pathOf, files) }) as unknown as Bridge;
}

async function call(ipc: RendererSide, name: string, input: unknown): Promise<Reply<unknown>> {
  try {
    return (await ipc.invoke(callChannel, name, input)) as Reply<unknown>; // the main process answers nothing else
  } catch {
    // Either the value cannot be cloned (a function, a DOM node), or the main process is going away.
    return { ok: false, error: { code: 'internal', message: 'The call did not get through.', facts: {} } };
  }
}

async function takeFiles(ipc: RendererSide, pathOf: PathOf, files: readonly object[]): Promise<Reply<readonly TokenFile[]>> {
  try {
    const items = await Promise.all(Array.from(files).slice(0, mostFilesAtOnce).map((file) => itemOf(file, pathOf)));
    return (await ipc.invoke(filesChannel, items.filter((item) => item !== undefined))) as Reply<readonly TokenFile[]>; // as above
  } catch {
    return { ok: false, error: { code: 'internal', message: 'The files did not get through.', facts: {} } };
  }
}

/** Only what the system made can say a path: a page cannot name one. */
async function itemOf(file: object, pathOf: PathOf): Promise<object | undefined> {
  if (!(file instanceof File)) return undefined;
  const path = pathOf(file);
  if (path !== '') return { path };
  return file.size === 0 || file.size > mostPasted ? undefined : { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
}
