// electron-builder calls this when an app lies unpacked, before it is signed and wrapped.
const { existsSync, rmSync } = require('node:fs');
const { join } = require('node:path');

exports.default = async function afterPack({ appOutDir, electronPlatformName, packager }) {
  const { setFuses } = await import('./fuses.mjs');
  const mac = electronPlatformName === 'darwin';
  const name = packager.appInfo.productFilename;
  const app = join(appOutDir, `${name}.app`);
  const binary = mac
    ? join(app, 'Contents/Frameworks/Electron Framework.framework/Versions/A/Electron Framework')
    : join(appOutDir, electronPlatformName === 'win32' ? `${name}.exe` : packager.executableName);
  setFuses(binary, { trial: packager.appInfo.name.endsWith('-trial') });
  // Electron's own app, which runs whatever it is given.
  const resources = mac ? join(app, 'Contents/Resources') : join(appOutDir, 'resources');
  rmSync(join(resources, 'default_app.asar'), { force: true });
  // A chooser of our runtime's version, and the trial runtime's note of being whole.
  for (const file of ['complete', 'version']) rmSync(join(appOutDir, file), { force: true });
  // Catches crashes for a reporter, which this app never starts (docs/hardening.md, row 25): nothing runs it. On macOS it lies in the signed framework.
  if (electronPlatformName === 'linux') rmSync(join(appOutDir, 'chrome_crashpad_handler'), { force: true });
  if (!existsSync(join(resources, 'app.asar'))) throw new Error('there is no app.asar');
};
