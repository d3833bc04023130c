import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { guardPermissions, isPermitted, permissionRules, type Asker } from '../../../electron/security/permissions';

const page: Asker = { url: 'app-keyshift://ui/index.html', isMainFrame: true, media: [] };
const names = Object.keys(permissionRules);

/** Every name in the typings of the two permission handlers. */
function namesIn(typings: string): Set<string> {
  const unions = [...typings.matchAll(/setPermission(?:Check|Request)Handler\(handler: \(\(webContents: [^,]+, permission: ([^,]+),/g)];
  return new Set(unions.flatMap(([, union]) => [...(union ?? '').matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '')));
}

describe('row 9: permissions', () => {
  test.each(['node_modules/electron/electron.d.ts', 'types25/electron.d.ts'].filter((path) => existsSync(path)))('every permission name of %s is decided on', (path) => {
    const known = namesIn(readFileSync(path, 'utf8'));
    expect(known.size).toBeGreaterThan(10);
    expect([...known].filter((name) => !names.includes(name))).toEqual([]);
  });

  // A page may ask for more than permissions: every chooser, guard and handler of a session is named here, with what becomes of it.
  const decided: Readonly<Record<string, 'refused' | 'no way there'>> = {
    setPermissionRequestHandler: 'refused',
    setPermissionCheckHandler: 'refused',
    setDevicePermissionHandler: 'refused',
    setUSBProtectedClassesHandler: 'refused',
    setBluetoothPairingHandler: 'refused',
    setDisplayMediaRequestHandler: 'refused',
    'select-usb-device': 'refused',
    'select-hid-device': 'refused',
    'select-serial-port': 'refused',
    'will-download': 'refused',
    // Answered with "no" where nobody listens.
    'file-system-access-restricted': 'no way there',
    'select-webauthn-account': 'no way there',
    'select-webauthn-authenticator': 'no way there',
    // Nothing is fetched: network-silence.ts.
    setCertificateVerifyProc: 'no way there',
    preconnect: 'no way there',
  };
  test.each(['node_modules/electron/electron.d.ts', 'types25/electron.d.ts'].filter((path) => existsSync(path)))('every way in %s by which a session asks the app is decided on', (path) => {
    const session = /class Session extends[\s\S]*?\n {2}\}\n/.exec(readFileSync(path, 'utf8'))?.[0] ?? '';
    const ways = [...session.matchAll(/^ {4}(?:on\(event: '((?:select|will|file-system)-[\w-]+|preconnect)'|(set\w+(?:Handler|Proc))\()/gm)].map(([, event, handler]) => event ?? handler ?? '');
    expect(new Set(ways).size).toBeGreaterThan(8);
    expect([...new Set(ways)].filter((name) => !Object.hasOwn(decided, name))).toEqual([]);
  });

  test('a name nobody decided on is denied', () => {
    for (const name of ['new-thing', 'constructor', '__proto__', '']) expect(isPermitted(name, page, true)).toBe(false);
  });

  test.each(names)('%s', (name) => {
    const granted = name === 'clipboard-sanitized-write';
    expect(isPermitted(name, page, false)).toBe(granted);
    expect(isPermitted(name, { ...page, media: ['video'] }, true)).toBe(granted || name === 'media');
    for (const url of ['https://evil/', 'app-keyshift://ui.evil/', 'file:///x', '', 'app-keyshift://ui/assets/x.svg']) {
      expect(isPermitted(name, { url, isMainFrame: true, media: ['video'] }, true)).toBe(false);
    }
    expect(isPermitted(name, { ...page, isMainFrame: false, media: ['video'] }, true)).toBe(false);
  });

  test.each([[[]], [['audio']], [['video', 'audio']], [['unknown']]])('the camera alone, not %j', (media) => {
    expect(isPermitted('media', { ...page, media }, true)).toBe(false);
  });

  test('both handlers and every chooser of the session refuse', () => {
    type Any = (...args: unknown[]) => unknown;
    const handlers = new Map<string, Any>();
    const session = new Proxy(
      {},
      {
        get: (_target, name) =>
          name === 'on' ? (event: string, listener: Any) => handlers.set(event, listener) : (handler: Any) => handlers.set(String(name), handler),
      },
    );
    let scanning = false;
    guardPermissions(session as never, () => scanning); // notes every handler that is set

    const ask = (name: string, details: object): unknown => {
      let answer: unknown;
      handlers.get('setPermissionRequestHandler')?.({}, name, (granted: boolean) => (answer = granted), details);
      return answer;
    };
    const check = (name: string, origin: string, details: object): unknown => handlers.get('setPermissionCheckHandler')?.({}, name, origin, details);
    const own = { requestingUrl: page.url, isMainFrame: true };
    expect(ask('clipboard-sanitized-write', own)).toBe(true);
    expect(ask('media', { ...own, mediaTypes: ['video'] })).toBe(false);
    expect(check('media', 'app-keyshift://ui/', { isMainFrame: true, mediaType: 'video' })).toBe(false);
    scanning = true;
    expect(ask('media', { ...own, mediaTypes: ['video'] })).toBe(true);
    expect(ask('media', { ...own, mediaTypes: ['video', 'audio'] })).toBe(false);
    expect(ask('media', own)).toBe(false);
    expect(check('media', 'app-keyshift://ui/', { isMainFrame: true, mediaType: 'video' })).toBe(true);
    expect(check('media', 'https://evil/', { isMainFrame: true, mediaType: 'video' })).toBe(false);
    expect(check('clipboard-sanitized-write', 'app-keyshift://ui', { isMainFrame: true })).toBe(true);
    expect(ask('geolocation', own)).toBe(false);

    expect(handlers.get('setDevicePermissionHandler')?.({ deviceType: 'usb' })).toBe(false);
    expect(handlers.get('setUSBProtectedClassesHandler')?.({ protectedClasses: ['hid', 'audio'] })).toEqual(['hid', 'audio']);
    const answered = (name: string, ...args: unknown[]): unknown => {
      let answer: unknown = 'not answered';
      handlers.get(name)?.(...args, (...given: unknown[]) => (answer = given[0]));
      return answer;
    };
    expect(answered('setBluetoothPairingHandler', {})).toEqual({ confirmed: false });
    expect(answered('setDisplayMediaRequestHandler', {})).toBeNull();
    let prevented = 0;
    const event = { preventDefault: () => (prevented += 1) };
    expect(answered('select-usb-device', event, {})).toBeUndefined();
    expect(answered('select-hid-device', event, {})).toBeNull();
    expect(answered('select-serial-port', event, [], {})).toBe('');
    expect(prevented).toBe(3);
  });
});
