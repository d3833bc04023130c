import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hardeningProblems, numberedRows, promiseProblems } from './promises';
import { ROOT } from './source-facts';

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const here = 'test/architecture/promises.test.ts';

describe('what is promised is held by a test', () => {
  test('every promise is one line that names tests which are there; what is not promised is one line as well', () => {
    const text = read('docs/security.md');
    expect(promiseProblems(text, ROOT)).toEqual([]);
    expect(text.split('\n- **').length).toBeGreaterThan(60);
  });

  test('every setting of the hardening table names its value and a test which is there', () => {
    const text = read('docs/hardening.md');
    expect(hardeningProblems(text, 27, ROOT)).toEqual([]);
    expect(numberedRows(text)).toHaveLength(27);
  });

  test('the rules can fail', () => {
    const page = (promised: string, denied = '- Nothing more.\n') => `# x\n\n## Promised\n\n${promised}\n\n## Not promised\n\n${denied}`;
    expect(promiseProblems(page(`- **It holds.** Truly. Held by \`${here}\`.`), ROOT)).toEqual([]);
    expect(promiseProblems(page('- **It holds.** Truly.'), ROOT)).toEqual(['held by no test: - **It holds.** Truly.']);
    expect(promiseProblems(page(`- **It holds.** Held by \`test/unit/absent.test.ts\`.`), ROOT)).toEqual(['no such test: test/unit/absent.test.ts']);
    expect(promiseProblems(page(`- It holds. Held by \`${here}\`.`), ROOT)).toHaveLength(1);
    expect(promiseProblems(page(`- **A.** \`${here}\`\n- **A.** \`${here}\``), ROOT)).toEqual(['twice: A.']);
    expect(promiseProblems(page(`- **A.** \`${here}\`\n  more`), ROOT)).toHaveLength(2);
    expect(promiseProblems('# x', ROOT)).toHaveLength(1);
    expect(hardeningProblems(`| 1 | what | value | \`${here}\` |`, 1, ROOT)).toEqual([]);
    expect(hardeningProblems('| 1 | what | value | none |', 2, ROOT)).toEqual(['row 2 is not there once', 'row 1 is held by no test']);
    expect(hardeningProblems(`| 1 | what |  | \`${here}\` |`, 1, ROOT)).toEqual(['row 1 has an empty cell']);
  });
});
