import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withMutants } from '../../../scripts/lib/mutants.mjs';
import { run } from '../../../scripts/lib/process.mjs';

const source = 'test/fixtures/mutants/door.ts';

test('npm run mutate names each change that nobody noticed, and no other, and leaves the source as it is', { timeout: 120_000 }, async () => {
  const before = readFileSync(source, 'utf8');
  const { code, stdout, stderr } = await run(process.execPath, ['scripts/mutate.mjs', source, '--tests', 'test/fixtures/mutants/', '--workers', '1'], { timeout: 110_000 });
  expect(code, stderr).toBe(0);
  const lines = stdout.split('\n').map((line) => line.trim().replaceAll(/\s+/g, ' '));
  expect(lines.filter((line) => /^\d+ [a-z]+ /.test(line))).toEqual([
    '3 never – age < 0',
    '3 edge – age < 0 → <=',
    '4 edge – age > 150 → >=',
    '5 wipe lock.fill(0);',
    '6 edge – age >= 18 → >',
  ]);
  expect(stdout).toMatch(/11 changes: 6 noticed, 1 not, 4 \(–\)/);
  expect(readFileSync(source, 'utf8')).toBe(before);
});

test('switches stand in their lines, and conditions inside conditions have switches of their own', () => {
  const { code, mutants } = withMutants('type A = 1;\nif ((a === b ||\n  !c) && d()) throw e;\nfor (const s of all) s?.wipe();\nexport const f = (x?: B) => x ?? g;\n', 7);
  expect(code.split('\n').length).toBe(6);
  expect(mutants.map(({ line, kind, text }) => `${line} ${kind} ${text}`)).toEqual([
    '2 never (a === b || !c) && d()',
    '2 part a === b || !c → left away',
    '3 part d() → left away',
    '2 part a === b → left away',
    '3 part !c → left away',
    '2 turned a === b → !==',
    '4 wipe s?.wipe();',
  ]);
  expect(code).toContain('if (__mutant.stays(13)) { s?.wipe(); }');
});
