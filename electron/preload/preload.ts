import * as electron from 'electron';
import { makeBridge } from './bridge';
import { provideSpelling } from './spell-check';

const { contextBridge, ipcRenderer, webFrame } = electron;

/** The trial runtime does not have `webUtils` yet; there, a file says its path itself. */
interface Runtime {
  readonly webUtils?: { getPathForFile(file: File): string };
}
const runtime: Runtime = electron;

function pathOf(file: File & { readonly path?: string }): string {
  return runtime.webUtils?.getPathForFile(file) ?? file.path ?? '';
}

contextBridge.exposeInMainWorld('keyshift', makeBridge(ipcRenderer, pathOf));
provideSpelling(ipcRenderer, webFrame, (run) => document.addEventListener('DOMContentLoaded', run, { once: true }));
