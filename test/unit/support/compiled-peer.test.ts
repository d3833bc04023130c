import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

const hook = join(__dirname, '../../support/compiled-peer.cjs');
const folder = mkdtempSync(join(tmpdir(), 'keyshift-compiled-'));
const program = join(folder, 'program.cjs');
/** Where what V8 made of this text is kept. */
const keptOf = (text: string): string => join(__dirname, '../../../.cache/compiled-peer', `${createHash('sha256').update(text).digest('hex')}-${process.versions.v8}-${process.arch}`);
const saying = (word: string): string => `const { basename } = require('node:path'); const say = () => '${word} ' + basename(__filename) + ' ' + (require.main === module); process.stdout.write(say()); // ${folder}`;
const requiring = `require('./esm/part.js'); process.stdout.write(globalThis.kind); // ${folder}`;
const texts = [saying('one'), saying('two'), requiring];

afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const text of texts) rmSync(keptOf(text), { force: true });
});

function runs(text: string, before = ['--require', hook]): string {
  writeFileSync(program, text);
  return execFileSync(process.execPath, [...before, program], { encoding: 'utf8' });
}

describe('a program whose compiled code is kept', () => {
  const [first = '', second = ''] = texts;

  test('runs as it does without, the first time and from what is kept', () => {
    expect(existsSync(keptOf(first))).toBe(false);
    for (const time of ['first', 'second']) expect([time, runs(first)]).toEqual([time, 'one program.cjs true']);
    expect(existsSync(keptOf(first))).toBe(true);
  });

  test('another text of the same length is never run as the one before', () => {
    expect(first.length).toBe(second.length);
    expect(runs(first)).toMatch(/^one/);
    expect(runs(second)).toMatch(/^two/);
  });

  test('what it requires is read as without, as the kind of module it is', () => {
    mkdirSync(join(folder, 'esm'));
    writeFileSync(join(folder, 'esm/package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'esm/part.js'), 'globalThis.kind = typeof require;');
    expect(runs(requiring)).toBe(runs(requiring, []));
  });

  test('what V8 does not want is compiled anew', () => {
    writeFileSync(keptOf(first), 'nothing of the kind');
    expect(runs(first)).toMatch(/^one/);
  });
});
