import { contextBridge, ipcRenderer, webFrame } from 'electron';
import { makeBridge } from './bridge';
import { provideSpelling } from './spell-check';

contextBridge.exposeInMainWorld('keyshift', makeBridge(ipcRenderer));
provideSpelling(ipcRenderer, webFrame);
