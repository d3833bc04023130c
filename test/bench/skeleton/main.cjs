// The least a window of this kind is: a page with React and a list, sandboxed as ours is. `npm run large -- --window` holds the start of the app against it.
const { app, BrowserWindow } = require('electron');
const { join } = require('node:path');

app.on('window-all-closed', () => app.quit());
void app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1200, height: 800, webPreferences: { sandbox: true, contextIsolation: true } });
  void window.loadFile(join(__dirname, 'index.html'));
});
