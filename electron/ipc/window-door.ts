import { ipcMain } from 'electron';
import { openCallDoor, type CallDoor, type CallDoorParts, type ContractParsing } from './call-door';

let parsing: ContractParsing | Promise<ContractParsing> | undefined;

/** The window is there before the contract is read. */
function readParsing(): ContractParsing | Promise<ContractParsing> {
  parsing ??= Promise.all([import('../doors/dispatch'), import('../doors/outgoing-event')]).then(
    ([calls, events]) => (parsing = { ...calls, ...events }),
    (error: unknown) => {
      // What cannot be read just now, for want of descriptors say, may be readable with the next call.
      parsing = undefined;
      throw error;
    },
  );
  return parsing;
}

/** The call door on Electron's own IPC. Nothing else listens there: no library that registers handlers of its own is in the program. */
export function openWindowDoor(parts: Omit<CallDoorParts, 'ipc' | 'parsing'>): CallDoor {
  return openCallDoor({ ...parts, ipc: ipcMain, parsing: readParsing });
}
