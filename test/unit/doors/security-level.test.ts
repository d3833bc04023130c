import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { describe, expect, test } from 'vitest';
import { dispatch } from '../../../electron/doors/dispatch';
import { parseArguments } from '../../../electron/headless/arguments';
import { parsePreferences, toPreferences } from '../../../electron/platform/preferences-shape';
import { callNames, findCall } from '../../../shared/contract/contract';
import { defaultSettings, settings } from '../../../shared/model/settings';
import { recordingHandlers } from '../../support/fake-handlers';

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
    expect([...new Set(switches)].sort()).toEqual(['cache-entries', 'listen', 'no-sandbox', 'password-store', 'trial-runtime', 'updates-for-tests', 'user-data-dir']);
    expect(variables).toContain('DBUS_SESSION_BUS_ADDRESS');
    expect(variables.filter((name) => sounds.test(name) || /LEVEL/i.test(name))).toEqual([]);
  });

  test('S5-28: where the runtime checks certificates by itself, nothing turns that off or answers in its place', () => {
    const text = ['electron', 'renderer', 'shared'].flatMap(sourcesUnder).join('\n');
    expect(text.length).toBeGreaterThan(1_000_000);
    expect(text.match(/rejectUnauthorized|checkServerIdentity|TLS_REJECT|setCertificateVerifyProc|certificate-error|ignore-certificate|allowInvalid/gi)).toBeNull();
  });
});
