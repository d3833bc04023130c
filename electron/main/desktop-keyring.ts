import { app, safeStorage } from 'electron';
import { type EarlyKeyring, askedEarly } from '../platform/early-keyring';
import { makeKeyring } from '../platform/electron-keyring';
import { isSecretServiceOpen } from '../platform/secret-service';

/** The keyring of this desktop. Only when Electron is ready. */
export function desktopKeyring(): EarlyKeyring {
  return askedEarly(
    makeKeyring(safeStorage, {
      platform: process.platform,
      env: process.env,
      passwordStore: app.commandLine.getSwitchValue('password-store'),
      secretServiceOpen: () => isSecretServiceOpen(process.env['DBUS_SESSION_BUS_ADDRESS']),
    }),
  );
}
