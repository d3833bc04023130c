import { contextBridge, ipcRenderer, webFrame, webUtils } from 'electron';
import { makeBridge } from './bridge';
import { provideSpelling } from './spell-check';

contextBridge.exposeInMainWorld('keyshift', makeBridge(ipcRenderer, (file) => webUtils.getPathForFile(file)));
provideSpelling(ipcRenderer, webFrame, (run) => document.addEventListener('DOMContentLoaded', run, { once: true }));
