import { ipcMain } from 'electron';
import { openCallDoor, type CallDoor, type CallDoorParts, type ContractParsing } from './call-door';
import { dropForeignListeners } from './foreign-listeners';

/** To be called after electron-store was set up, whenever that is. */
export const closeForeignDoors = (): void => dropForeignListeners(ipcMain);

let parsing: ContractParsing | Promise<ContractParsing> | undefined;

/** The window is there before the contract is read. */
function readParsing(): ContractParsing | Promise<ContractParsing> {
  parsing ??= Promise.all([import('../doors/dispatch'), import('../doors/outgoing-event')]).then(([calls, events]) => (parsing = { ...calls, ...events }));
  return parsing;
}

/** The call door on Electron's own IPC, and nothing beside it. */
export function openWindowDoor(parts: Omit<CallDoorParts, 'ipc' | 'parsing'>): CallDoor {
  closeForeignDoors();
  return openCallDoor({ ...parts, ipc: ipcMain, parsing: readParsing });
}
