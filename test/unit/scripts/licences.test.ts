import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { listLicences } from '../../../scripts/lib/licences.mjs';

describe('what others made', () => {
  test('every package the app names is listed once with its licence, and nothing that only tests use', () => {
    const found = listLicences();
    const names = found.map(({ name }) => name);
    const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
    const needed = Object.keys(Object(Object(manifest)['dependencies']));
    expect(names).toEqual(expect.arrayContaining([...needed, 'react', 'react-dom', 'react-aria-components', 'zod', 'zustand', 'electron']));
    // The lock says what is installed without the tools: all of that is here, whatever brought it along.
    const lock: unknown = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    const listed = new Set(found.map(({ name, version }) => `${name} ${version}`));
    for (const [path, about] of Object.entries(Object(Object(lock)['packages']) as Record<string, Record<string, unknown>>)) {
      if (path === '' || about['dev'] === true || about['optional'] === true || about['devOptional'] === true || about['peer'] === true) continue;
      expect(listed.has(`${path.split('node_modules/').at(-1)} ${String(about['version'])}`), path).toBe(true);
    }
    expect(new Set(found.map(({ name, version }) => `${name} ${version}`)).size).toBe(found.length);
    for (const { name, licence } of found) expect([name, licence]).toEqual([name, expect.stringMatching(/\S/)]);
    for (const other of ['vitest', 'jsdom', 'typescript', 'axe-core', 'fast-check', '@playwright/test']) expect(names).not.toContain(other);
    expect(found.find(({ name }) => name === 'emojibase-data')?.text).toContain('UNICODE LICENSE V3');
    expect(found.filter(({ text }) => text === '').length).toBeLessThan(3);
  });
});
