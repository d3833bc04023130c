import type { Session } from 'electron';
import { appOrigin, isOwnPage } from './origin';

type Rule = 'deny' | 'own-page' | 'camera';

/**
 * Hardening row 9: every permission name Electron's typings know, so that a new one is noticed (by a test) and decided on.
 * A name that is not here is denied as well.
 */
export const permissionRules: Readonly<Record<string, Rule>> = {
  ar: 'deny',
  'automatic-fullscreen': 'deny',
  'background-fetch': 'deny',
  'background-sync': 'deny',
  'captured-surface-control': 'deny',
  'clipboard-read': 'deny',
  'clipboard-sanitized-write': 'own-page',
  'deprecated-sync-clipboard-read': 'deny',
  'display-capture': 'deny',
  fileSystem: 'deny',
  fullscreen: 'deny',
  geolocation: 'deny',
  'geolocation-approximate': 'deny',
  'hand-tracking': 'deny',
  hid: 'deny',
  'idle-detection': 'deny',
  keyboardLock: 'deny',
  'local-fonts': 'deny',
  'local-network': 'deny',
  'local-network-access': 'deny',
  'loopback-network': 'deny',
  media: 'camera',
  mediaKeySystem: 'deny',
  midi: 'deny',
  midiSysex: 'deny',
  nfc: 'deny',
  notifications: 'deny',
  openExternal: 'deny',
  'payment-handler': 'deny',
  'periodic-background-sync': 'deny',
  'persistent-storage': 'deny',
  pointerLock: 'deny',
  'screen-wake-lock': 'deny',
  sensors: 'deny',
  serial: 'deny',
  'smart-card': 'deny',
  'speaker-selection': 'deny',
  'storage-access': 'deny',
  'system-wake-lock': 'deny',
  'top-level-storage-access': 'deny',
  usb: 'deny',
  vr: 'deny',
  'web-app-installation': 'deny',
  'web-printing': 'deny',
  'window-management': 'deny',
  unknown: 'deny',
};

/** Who asks for a permission. `media` lists what is wanted of microphone and camera, as far as told. */
export interface Asker {
  readonly url: string;
  readonly isMainFrame: boolean;
  readonly media: readonly string[];
}

/** `scanning`: the dialog that reads a safety number with the camera is open. */
export function isPermitted(permission: string, asker: Asker, scanning: boolean): boolean {
  const rule = Object.hasOwn(permissionRules, permission) ? permissionRules[permission] : 'deny';
  if (rule === 'deny' || rule === undefined) return false;
  const ownPage = asker.isMainFrame && (isOwnPage(asker.url) || asker.url === appOrigin);
  if (rule === 'own-page') return ownPage;
  return ownPage && scanning && asker.media.length > 0 && asker.media.every((kind) => kind === 'video');
}

/** Fields of Electron's details objects; which of them are there depends on the permission and the version. */
interface Details {
  readonly requestingUrl?: string;
  readonly isMainFrame?: boolean;
  readonly mediaType?: string;
  readonly mediaTypes?: readonly string[];
}

/** Both questions Chromium asks, and every chooser of devices and screens, get their answer here: no, with the two exceptions. */
export function guardPermissions(session: Session, isScanning: () => boolean): void {
  const asker = (details: Details, origin: string): Asker => ({
    url: details.requestingUrl ?? origin,
    isMainFrame: details.isMainFrame ?? false,
    media: details.mediaTypes ?? (details.mediaType === undefined ? [] : [details.mediaType]),
  });
  session.setPermissionRequestHandler((_page, permission, answer, details: Details) => {
    answer(isPermitted(permission, asker(details, ''), isScanning()));
  });
  session.setPermissionCheckHandler((_page, permission, origin, details: Details) =>
    isPermitted(permission, asker(details, origin), isScanning()),
  );
  session.setDevicePermissionHandler(() => false);
  session.setUSBProtectedClassesHandler(({ protectedClasses }) => [...protectedClasses]);
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
  // Electron 33's typings lack `null`, its way of saying no as well.
  session.setDisplayMediaRequestHandler((_request, answer: (streams: never) => void) => answer(null as never));
  session.on('select-usb-device', (event, _details, choose) => {
    event.preventDefault();
    choose();
  });
  session.on('select-hid-device', (event, _details, choose) => {
    event.preventDefault();
    choose(null);
  });
  session.on('select-serial-port', (event, _ports, _page, choose) => {
    event.preventDefault();
    choose('');
  });
}
