import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { keepReports, lastReport, ownReport } from '../../../scripts/lib/report-files.mjs';

test('a run reads its own report, whatever another one in the same clone leaves meanwhile; the last that is finished is kept', () => {
  const name = `of-a-test-${process.pid}.json`;
  onTestFinished(() => rmSync(lastReport(name), { force: true }));
  const own = ownReport(name);
  writeFileSync(own, 'own');
  writeFileSync(lastReport(name), 'of another run');
  expect(readFileSync(own, 'utf8')).toBe('own');
  keepReports();
  expect(readFileSync(lastReport(name), 'utf8')).toBe('own');
  expect(existsSync(own)).toBe(false);
  // The same run may ask for one of that name again, and finds nothing of the first.
  const next = ownReport(name);
  expect(existsSync(next)).toBe(false);
  keepReports();
  expect(readFileSync(lastReport(name), 'utf8')).toBe('own');
});
