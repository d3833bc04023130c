import { ipcMain } from 'electron';
import { openCallDoor, type CallDoor, type CallDoorParts } from './call-door';
import { dropForeignListeners } from './foreign-listeners';

/** To be called after electron-store was set up, whenever that is. */
export const closeForeignDoors = (): void => dropForeignListeners(ipcMain);

/** The call door on Electron's own IPC, and nothing beside it. */
export function openWindowDoor(parts: Omit<CallDoorParts, 'ipc'>): CallDoor {
  closeForeignDoors();
  return openCallDoor({ ...parts, ipc: ipcMain });
}
