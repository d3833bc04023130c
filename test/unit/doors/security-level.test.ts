import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { describe, expect, test, vi } from 'vitest';
import { dispatch } from '../../../electron/doors/dispatch';
import { parseArguments } from '../../../electron/headless/arguments';
import { secured } from '../../../electron/network/mailbox/server-stream';
import { httpsSource } from '../../../electron/network/updates/https-source';
import { parsePreferences, toPreferences } from '../../../electron/platform/preferences-shape';
import { callNames, findCall } from '../../../shared/contract/contract';
import { defaultSettings, settings } from '../../../shared/model/settings';
import { makeCertificates } from '../../../scripts/mailbox/certificates.mjs';
import { recordingHandlers } from '../../support/fake-handlers';
import { startUpdateServer } from '../../support/update-server';

/** What a choice between no security, encryption only and authentication would be called. */
const names = ['securityLevel', 'seclev', 'security', 'level', 'encryption', 'authentication', 'plaintext', 'insecure'];
const sounds = /sec(?:urity)?-?_?lev|encrypt(?:ion)?-?_?only|plain-?_?text|insecure|allow-?_?un|no-?_?auth|without-?_?(?:auth|encrypt)|reject-?_?unauthorized/i;

function sourcesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
}

describe('S5-27: there is one level of security, and nothing that sets another', () => {
  test.each(names.flatMap((name) => [0, 1, 2].map((level) => [name, level] as const)))('S5-27: no setting %s = %i, by either door', async (name, level) => {
    const { handlers, seen } = recordingHandlers();
    expect(await dispatch(handlers, 'settings.set', { [name]: level }, () => undefined)).toMatchObject({ ok: false, error: { code: 'input.invalid' } });
    expect(seen).toEqual([]);
    expect(parseArguments(['--profile', 'p', `--${name}`, String(level)]).kind).toBe('wrong');
    // By hand in the file of preferences it reaches nobody either.
    const kept = parsePreferences(JSON.stringify({ settings: { ...defaultSettings, [name]: level } }));
    expect(toPreferences(kept ?? {}).settings).toEqual(defaultSettings);
  });

  test('S5-27: no input of any call, and no setting, is named like one', () => {
    const fields = callNames().flatMap((name) => {
      const input = findCall(name)?.input ?? z.undefined();
      return [...JSON.stringify(z.toJSONSchema(input, { unrepresentable: 'any' })).matchAll(/"([A-Za-z]+)":/g)].map(([, field]) => field ?? '');
    });
    expect(fields).toContain('rotateIdentityDays');
    expect([...fields, ...Object.keys(settings.shape)].filter((field) => sounds.test(field) || names.includes(field))).toEqual([]);
  });

  test('S5-27: the window reads no such switch and no such variable', () => {
    const text = sourcesUnder('electron').join('\n');
    const switches = [...text.matchAll(/(?:hasSwitch|getSwitchValue)\('([^']+)'\)/g)].map(([, name]) => name ?? '');
    const variables = [...text.matchAll(/(?:process\.)?env\['([^']+)'\]/g)].map(([, name]) => name ?? '');
    // Of V8's flags what somebody gave stays beside the one for pages; nothing is decided by them.
    expect([...new Set(switches)].sort()).toEqual(['cache-entries', 'js-flags', 'listen', 'no-sandbox', 'password-store', 'trial-runtime', 'updates-for-tests', 'user-data-dir']);
    expect(variables).toContain('DBUS_SESSION_BUS_ADDRESS');
    expect(variables.filter((name) => sounds.test(name) || /LEVEL/i.test(name))).toEqual([]);
  });

  test('S5-28: where the runtime checks certificates by itself, nothing turns that off or answers in its place', () => {
    const text = ['electron', 'renderer', 'shared'].flatMap(sourcesUnder).join('\n');
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(text.replaceAll(/rejectUnauthorized: true,|or NODE_TLS_REJECT_UNAUTHORIZED decides/g, '').match(/rejectUnauthorized|checkServerIdentity|TLS_REJECT|setCertificateVerifyProc|certificate-error|ignore-certificate|allowInvalid/gi)).toBeNull();
    expect(text.match(/rejectUnauthorized: true,/g)).toHaveLength(text.match(/connectTls\(\{/g)?.length ?? 0);
  });

  test('S5-28: nor does the environment: with NODE_TLS_REJECT_UNAUTHORIZED=0 a mailbox and the server of newer versions are what their certificates show, or nothing', async () => {
    const server = await startUpdateServer();
    server.files.set('/keyshift/a', Buffer.from('words'));
    const dial = async (): Promise<Socket> => {
      const socket = connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    };
    const asked = (ca?: string): Promise<unknown> => httpsSource({ origin: server.origin, dial, ...(ca !== undefined && { ca }) }).small('a', 100, new AbortController().signal).catch((error: unknown) => error);
    const mailbox = async (authority?: Buffer): Promise<unknown> => secured(await dial(), '127.0.0.1', authority).then((stream) => stream.destroy() && 'secured', () => 'refused');
    const other = makeCertificates(['127.0.0.1']).authority;
    const der = (pem: string): Buffer => new X509Certificate(pem).raw;
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      expect([await asked(), await asked(other)]).toMatchObject([{ code: 'updates.unreachable' }, { code: 'updates.unreachable' }]);
      expect([await mailbox(), await mailbox(der(other))]).toEqual(['refused', 'refused']);
      expect(Buffer.from((await asked(server.ca)) as Uint8Array).toString()).toBe('words');
      expect(await mailbox(der(server.ca))).toBe('secured');
    } finally {
      vi.unstubAllEnvs();
      await server.close();
    }
  });
});
