import { ipcMain } from 'electron';
import { openCallDoor, type CallDoor, type CallDoorParts } from './call-door';
import { dropForeignListeners } from './foreign-listeners';

/** The call door on Electron's own IPC, and nothing beside it. */
export function openWindowDoor(parts: Omit<CallDoorParts, 'ipc'>): CallDoor {
  dropForeignListeners(ipcMain);
  return openCallDoor({ ...parts, ipc: ipcMain });
}
