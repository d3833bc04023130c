import type { IpcMain } from 'electron';

/** electron-store answers any renderer that asks with the profile's path, past our own door. No page of ours asks. */
const foreignChannels = ['electron-store-get-data'] as const;

/** Takes out what libraries have put on IPC, so that the call door is the only way in. To be called after they were set up. */
export function dropForeignListeners(ipc: Pick<IpcMain, 'removeAllListeners'>): void {
  for (const channel of foreignChannels) ipc.removeAllListeners(channel);
}
