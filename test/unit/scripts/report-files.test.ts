import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
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

test('what a run that was killed left goes after a day, and one that goes by itself meanwhile stops nobody', () => {
  const [killed, alive, gone] = ['killed', 'alive', 'gone'].map((_, at) => lastReport(`run-${process.pid}00${at}`));
  if (killed === undefined || alive === undefined || gone === undefined) throw new Error('three names');
  onTestFinished(() => [killed, alive, gone].forEach((one) => rmSync(one, { recursive: true, force: true })));
  for (const folder of [killed, alive]) mkdirSync(folder, { recursive: true });
  const before = Date.now() / 1000 - 25 * 3600;
  utimesSync(killed, before, before);
  // Listed, and not there when it is looked at: as a folder that its own run takes away in between.
  symlinkSync(lastReport(`nowhere-${process.pid}`), gone, 'junction');
  keepReports();
  expect([existsSync(killed), existsSync(alive)]).toEqual([false, true]);
});
