import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contentSecurityPolicy } from '../../../electron/security/csp';
import { companionHeaders, permissionsPolicyOf } from '../../../electron/security/headers';
import { handleScheme, listPageFiles, schemePrivileges, serveMedia, servePage, type PageFiles } from '../../../electron/security/scheme';

let root: string;
let files: PageFiles;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'keyshift-scheme-'));
  const out = join(root, 'renderer');
  mkdirSync(join(out, 'assets', '.hidden'), { recursive: true });
  const put = (name: string, text = name): void => writeFileSync(join(out, name), text);
  for (const name of ['index.html', 'assets/main-a1.js', 'assets/main-a1.js.map', 'assets/look.css', 'assets/mark.svg', 'assets/type.woff2']) put(name);
  for (const name of ['.env', 'assets/.hidden/x.js', 'assets/run.sh', 'assets/with space.js', 'assets/data.json']) put(name);
  writeFileSync(join(root, 'secret.js'), 'secret');
  symlinkSync(join(root, 'secret.js'), join(out, 'assets', 'link.js'));
  symlinkSync(root, join(out, 'assets', 'folder'));
  files = listPageFiles(out);
});
afterAll(() => rmSync(root, { recursive: true }));

const get = (url: string, method = 'GET'): Response => servePage(files, { url, method });

describe('row 5: the own scheme', () => {
  test('has four privileges and no other', () => {
    expect(schemePrivileges).toEqual({ scheme: 'app-keyshift', privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } });
  });

  test('the list is exactly the plain files of known kinds', () => {
    expect([...files.keys()].toSorted()).toEqual([
      'app-keyshift://ui/',
      'app-keyshift://ui/assets/look.css',
      'app-keyshift://ui/assets/main-a1.js',
      'app-keyshift://ui/assets/mark.svg',
      'app-keyshift://ui/assets/type.woff2',
      'app-keyshift://ui/index.html',
    ]);
  });

  test.each([
    ['app-keyshift://ui/', 'text/html; charset=utf-8', 'index.html'],
    ['app-keyshift://ui/index.html', 'text/html; charset=utf-8', 'index.html'],
    ['app-keyshift://ui/index.html#part', 'text/html; charset=utf-8', 'index.html'],
    ['app-keyshift://ui/assets/main-a1.js', 'text/javascript; charset=utf-8', 'assets/main-a1.js'],
    ['app-keyshift://ui/assets/look.css', 'text/css; charset=utf-8', 'assets/look.css'],
    ['app-keyshift://ui/assets/mark.svg', 'image/svg+xml', 'assets/mark.svg'],
    ['app-keyshift://ui/assets/type.woff2', 'font/woff2', 'assets/type.woff2'],
  ])('%s is served as %s', async (url, type, text) => {
    const answer = get(url);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(type);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe(text);
  });

  test.each([
    'app-keyshift://ui/../secret.js',
    'app-keyshift://ui/assets/../../secret.js',
    'app-keyshift://ui/..%2fsecret.js',
    'app-keyshift://ui/%2e%2e/secret.js',
    'app-keyshift://ui/%2e%2e%2fsecret.js',
    'app-keyshift://ui/..%5csecret.js',
    'app-keyshift://ui/..\\secret.js',
    'app-keyshift://ui/assets/..%252f..%252fsecret.js',
    'app-keyshift://ui/assets/....//....//secret.js',
    'app-keyshift://ui//etc/passwd',
    'app-keyshift://ui///etc/passwd',
    'app-keyshift://ui/etc/passwd',
    'app-keyshift://ui/index.html%00.js',
    'app-keyshift://ui/index.html\u0000',
    'app-keyshift://ui/assets%2fmain-a1.js',
    'app-keyshift://ui/assets//main-a1.js',
    'app-keyshift://ui/./index.html',
    'app-keyshift://ui/INDEX.HTML',
    'app-keyshift://ui/index.html/',
    'app-keyshift://ui/index.html?x=1',
    'app-keyshift://ui/index%2ehtml',
    'app-keyshift://ui/assets/',
    'app-keyshift://ui/assets',
    'app-keyshift://ui/assets/link.js',
    'app-keyshift://ui/assets/folder/secret.js',
    'app-keyshift://ui/assets/main-a1.js.map',
    'app-keyshift://ui/assets/run.sh',
    'app-keyshift://ui/assets/data.json',
    'app-keyshift://ui/assets/with%20space.js',
    'app-keyshift://ui/.env',
    'app-keyshift://ui',
    'app-keyshift://UI/index.html',
    'app-keyshift://ui:80/index.html',
    'app-keyshift://ui@evil/index.html',
    'app-keyshift://user@ui/index.html',
    'app-keyshift://ui.evil/index.html',
    'app-keyshift://evil/index.html',
    'app-keyshift:///index.html',
    'app-keyshift:index.html',
    'https://ui/index.html',
    'file:///etc/passwd',
    '',
    '__proto__',
  ])('%j is 404, with every header, and tells nothing', async (url) => {
    const answer = get(url);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    expect(await answer.text()).toBe('Not found');
  });

  test('file: is answered from the same list, which holds no file: address', async () => {
    const handlers = new Map<string, (request: Request) => Response | Promise<Response>>();
    const given: string[] = [];
    handleScheme({ handle: (scheme, handler) => void handlers.set(scheme, handler) }, files, async () => undefined, (address) => given.push(address));
    expect([...handlers.keys()]).toEqual(['app-keyshift', 'file']);
    await handlers.get('app-keyshift')?.({ url: 'app-keyshift://ui/index.html', method: 'GET' } as Request);
    expect(given).toEqual(['app-keyshift://ui/index.html']);
    const request = { url: `file://${root}/secret.js`, method: 'GET' } as Request;
    expect((await handlers.get('file')?.(request))?.status).toBe(404);
  });

  test('what a file of a message shows comes with every header, is kept nowhere, and is asked for by its own address only', async () => {
    const asked: unknown[] = [];
    const media = async (path: string, range: string | null) => {
      asked.push([path, range]);
      return path === 'there' ? ({ status: 206, headers: { 'content-type': 'image/png' }, body: new Blob(['x']).stream() } as const) : undefined;
    };
    const ask = (url: string, method = 'GET') => serveMedia(media, { url, method, headers: new Headers({ range: 'bytes=0-' }) });
    const answer = await ask('app-keyshift://ui/media/there');
    expect([answer?.status, answer?.headers.get('content-type'), answer?.headers.get('cache-control'), answer?.headers.get('x-content-type-options')]).toEqual([206, 'image/png', 'no-store', 'nosniff']);
    expect(answer?.headers.get('content-security-policy')).toBe(contentSecurityPolicy);
    for (const url of ['app-keyshift://ui/media/other', 'app-keyshift://media/there', 'app-keyshift://ui/index.html', 'https://ui/media/there']) expect(await ask(url)).toBeUndefined();
    expect(await ask('app-keyshift://ui/media/there', 'POST')).toBeUndefined();
    expect(asked).toEqual([['there', 'bytes=0-'], ['other', 'bytes=0-']]);
  });

  test.each(['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s is 404', (method) => {
    expect(get('app-keyshift://ui/index.html', method).status).toBe(404);
  });
});

describe('rows 6 and 7: headers', () => {
  const policy = new Map(contentSecurityPolicy.split('; ').map((part) => [part.slice(0, part.indexOf(' ')), part.slice(part.indexOf(' ') + 1)]));

  test('the policy is the one of the hardening list, word for word', () => {
    expect(contentSecurityPolicy).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'none'; " +
        "worker-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'",
    );
  });

  test('it names each directive once, nothing unsafe and no host', () => {
    expect(policy.size).toBe(contentSecurityPolicy.split('; ').length);
    for (const value of policy.values()) {
      for (const word of value.split(' ')) expect(["'none'", "'self'", "'script'", 'blob:']).toContain(word);
    }
  });

  test('the companion headers, on every answer', () => {
    const { headers } = get('app-keyshift://ui/');
    for (const [name, value] of Object.entries(companionHeaders)) expect(headers.get(name)).toBe(value);
    expect({ ...companionHeaders, 'permissions-policy': undefined }).toEqual({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'permissions-policy': undefined,
    });
  });

  test('every feature is refused but camera and writing to the clipboard, by the names that the running Chromium knows', () => {
    const namesOf = (chrome: string, platform: NodeJS.Platform): readonly string[] => {
      const entries = permissionsPolicyOf(chrome, platform).split(', ');
      expect(entries.filter((entry) => !entry.endsWith('=()'))).toEqual(['camera=(self)', 'clipboard-write=(self)']);
      return entries.map((entry) => entry.slice(0, entry.indexOf('=')));
    };
    const old = namesOf('130.0.6723.137', 'linux');
    expect(old.filter((name) => !name.startsWith('ch-')).join(' ')).toBe(
      'accelerometer attribution-reporting autoplay browsing-topics clipboard-read compute-pressure cross-origin-isolated display-capture ' +
        'encrypted-media fullscreen gamepad geolocation gyroscope hid identity-credentials-get idle-detection interest-cohort join-ad-interest-group ' +
        'keyboard-map local-fonts magnetometer microphone midi otp-credentials payment picture-in-picture private-aggregation ' +
        'private-state-token-issuance private-state-token-redemption publickey-credentials-create publickey-credentials-get run-ad-auction ' +
        'screen-wake-lock serial shared-storage shared-storage-select-url storage-access sync-xhr unload usb window-management xr-spatial-tracking ' +
        'camera clipboard-write',
    );
    expect(old).toHaveLength(67);
    expect(namesOf('149.0.1.2', 'linux')).toEqual(old);
    expect(namesOf('150.0.7871.100', 'linux').filter((name) => !old.includes(name)).join(' ')).toBe(
      'aria-notify captured-surface-control ch-ua-high-entropy-values deferred-fetch deferred-fetch-minimal digital-credentials-get ' +
        'language-detector language-model local-network local-network-access loopback-network on-device-speech-recognition summarizer translator',
    );
    // Behind a flag on Linux, where Chromium complains about a name that it does not know.
    expect(namesOf('130.0.6723.137', 'win32').filter((name) => !old.includes(name))).toEqual(['bluetooth']);
  });
});
