import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import manifest from '../../../package.json';
import { askedHelp, headComment } from '../../../scripts/lib/command-help.mjs';
import { stages } from '../../../scripts/lib/test-stages.mjs';

const commands = Object.values(manifest.scripts).flatMap((line) => /^node ([\w/-]+\.mjs)$/.exec(line)?.[1] ?? []);

describe('--help of the commands', () => {
  test('is the comment a file begins with', () => {
    expect(headComment('// One.\n//   two\n//\nimport "x";\n// three')).toBe('One.\n  two\n');
    expect(headComment('import "x";')).toBe('');
  });

  test('is asked for by its words, and by nothing else', () => {
    expect(askedHelp(['node', 'scripts/soak.mjs', '--days', '7'])).toBeUndefined();
    for (const word of ['--help', '-h']) expect(askedHelp(['node', 'scripts/soak.mjs', '--night', word])).toMatch(/^`npm run soak`.*\n {2}--days/);
  });

  test('every command says what it is for', () => {
    expect(commands.length).toBeGreaterThan(10);
    for (const file of commands) {
      expect([file, headComment(readFileSync(file, 'utf8'))]).toEqual([file, expect.stringMatching(/^.{40}/)]);
      // By itself, or handed on to the peer, which says it of its own.
      expect([file, /\basCommand\(/.test(readFileSync(file, 'utf8'))]).toEqual([file, true]);
    }
  });

  test.each(['chaos', 'soak', 'fuzz'])('npm run %s takes no seed that would repeat nothing', (name) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [`scripts/${name}.mjs`, '--seed', '12x'], { encoding: 'utf8', timeout: 20_000 });
    expect([status, stdout, stderr]).toEqual([1, '', '--seed takes a whole number, as a run prints it at its end\n']);
  });

  test('npm test -- --help names every stage, and runs none', () => {
    const { status, stderr, stdout } = spawnSync(process.execPath, ['scripts/test.mjs', '--help'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, '']);
    for (const name of Object.keys(stages)) expect(stderr).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
