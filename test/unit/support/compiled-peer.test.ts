import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const hook = join(__dirname, '../../support/compiled-peer.cjs');
const folder = mkdtempSync(join(tmpdir(), 'keyshift-compiled-'));
const program = join(folder, 'program.cjs');
// Of a name that no other file has.
const part = `part-${basename(folder).replaceAll(/\W/g, '')}`;
const keptIn = join(__dirname, '../../../.cache/compiled-peer');
/** What V8 made of the program's part, of whichever text. */
const kept = (): string[] => readdirSync(keptIn).filter((name) => name.startsWith(part)).map((name) => join(keptIn, name));

beforeAll(() => {
  mkdirSync(keptIn, { recursive: true });
  mkdirSync(join(folder, 'elsewhere'));
  // Reads a file beside it as the program reads its own, and one that lies elsewhere.
  writeFileSync(program, `const { Script } = require('node:vm'); const { readFileSync } = require('node:fs');
for (const filename of [__dirname + '/${part}.cjs', __dirname + '/elsewhere/${part}.cjs']) process.stdout.write(new Script(readFileSync(filename, 'latin1'), { filename }).runInThisContext()() + ' ');`);
  writeFileSync(join(folder, 'elsewhere', `${part}.cjs`), saying('else'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const file of kept()) rmSync(file);
});

const saying = (word: string): string => `(function () { const say = () => '${word}'; return say(); })`;

function write(text: string): void {
  rmSync(join(folder, `${part}.cjs`), { force: true });
  writeFileSync(join(folder, `${part}.cjs`), text);
}

const runs = (): string => execFileSync(process.execPath, ['--require', hook, program], { encoding: 'utf8' });

describe('a program whose compiled code is kept', () => {
  test('runs as it does without, the first time and from what is kept; of what lies elsewhere nothing is', () => {
    write(saying('one'));
    expect(kept()).toEqual([]);
    for (const time of ['first', 'second']) expect([time, runs()]).toEqual([time, 'one else ']);
    expect(kept()).toHaveLength(1);
  });

  test('another text of the same length is never run as the one before', () => {
    write(saying('two'));
    expect(runs()).toBe('two else ');
    expect(kept()).toHaveLength(2);
  });

  test('what V8 does not want is compiled anew', () => {
    for (const file of kept()) writeFileSync(file, 'nothing of the kind');
    expect(runs()).toBe('two else ');
  });
});
