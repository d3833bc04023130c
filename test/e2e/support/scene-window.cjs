// Electron's main file for test/e2e/scenes.test.ts: an empty window, which the test fills.
const { app, BrowserWindow } = require('electron');

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(() => new BrowserWindow({ width: 1280, height: 900, webPreferences: { sandbox: true, contextIsolation: true } }).loadURL('about:blank'));
