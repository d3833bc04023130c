import type { App } from 'electron';

/** What Windows knows this program by: the installer gives the same to the entry of the start menu (appId in electron-builder.yml), and the trial runtime's package has its own. */
function appUserModelId(trial: boolean): string {
  return trial ? 'org.keyshift.KeyshiftTrial' : 'org.keyshift.Keyshift';
}

/**
 * Before the first window. Windows shows notifications only of a program whose entry in the start menu has the same name, gathers windows by it in the taskbar, and Electron keeps the start at
 * login under it. Left alone, Electron takes one that no installer gave.
 */
export function nameForWindows(app: Pick<App, 'setAppUserModelId'>, platform: NodeJS.Platform, trial: boolean): void {
  if (platform === 'win32') app.setAppUserModelId(appUserModelId(trial));
}
