// A day of use of the real window, packed into minutes: what all processes hold when it begins, after one hour of it, eight and twenty-four.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeBundle } from '../build.mjs';
import { startXvfb } from '../lib/display.mjs';
import { driveApp } from '../lib/drive-app.mjs';
import { onboard } from '../lib/journey.mjs';
import { inCache, inRoot } from '../lib/paths.mjs';
import { putBundle, putCopy } from '../lib/put-file.mjs';
import { picture } from './day-picture.mjs';
import { firstHour, hourOfUse } from './day-hour.mjs';
import { heldBy, snapshotOf } from './day-held.mjs';
import { memoryOfSkeleton } from './large-window.mjs';
import { driveSkeleton, makeSkeleton } from './skeleton.mjs';

/** @typedef {import('./day-held.mjs').DayHeld} DayHeld */
/** @typedef {{ runtime: string, load: [number, number], seconds: number, points: DayHeld[], least: number | undefined, hours: { hour: number, all: number }[], done: Record<string, number> }} DayReport memory in MiB; `least`: of the least window; `hours`: what is held against goals */

/** Each with the conversations they have with whoever sits at the window. */
const PEOPLE = { Ben: ['Ben talk', 'Ben plans'], Cleo: ['Cleo talk'], Dan: ['Dan talk', 'Dan work'] };
/** Hours after which everything is counted; their counts are what growth is judged by. */
const COUNTED = [0, 1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24];

/** Hours whose memory has a goal. */
const JUDGED = [1, 8, 24];

/**
 * @param {import('../electron-runtime.mjs').Runtime} runtime
 * @param {{ hours?: number, snapshots?: string, say?: (line: string) => void }} [options] snapshots: a folder for heap snapshots of the page, at the fourth and the last hour
 * @returns {Promise<DayReport>}
 */
export async function measureDay(runtime, { hours = 24, snapshots, say = () => undefined } = {}) {
  const before = loadavg()[0] ?? 0;
  const began = performance.now();
  const screen = process.platform === 'linux' ? await startXvfb({ size: '1400x1000' }) : undefined;
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-day-'));
  const { dayPerson } = await peopleProgram();
  /** @type {import('../../test/soak/day-people').DayPerson[]} */
  const people = [];
  let app;
  try {
    for (const name of Object.keys(PEOPLE)) people.push(await dayPerson(folder, name));
    app = await driveApp({ runtime, profile: join(folder, 'Anna'), ...(screen && { display: screen.display }), args: ['--listen=127.0.0.1:0'] });
    const page = await app.firstWindow();
    page.setDefaultTimeout(120_000);
    await onboard(page, 'Anna');
    const files = join(folder, 'files');
    mkdirSync(files);
    const day = { app, page, people, files, done: {}, picture: join(files, 'harbour.png') };
    writeFileSync(day.picture, picture(640, 480));
    await firstHour(day, PEOPLE);
    const points = [await heldBy(day, 0)];
    for (let hour = 1; hour <= hours; hour += 1) {
      await hourOfUse(day, hour);
      if (!COUNTED.includes(hour) && hour !== hours) continue;
      const held = await heldBy(day, hour);
      points.push(held);
      say(`hour ${hour}: ${held.all?.toFixed(0)} MiB, page ${(held.page.heap / 1_048_576).toFixed(1)} MiB of objects, ${held.page.nodes} nodes, ${held.page.listeners} listeners`);
      if (snapshots !== undefined && (hour === 4 || hour === hours)) await snapshotOf(day, join(snapshots, `page-${hour}.heapsnapshot`));
    }
    await app.close();
    app = undefined;
    const skeleton = await makeSkeleton(folder);
    const least = await memoryOfSkeleton(() => driveSkeleton(runtime, skeleton, folder, screen?.display));
    const judged = points.flatMap(({ hour, all }) => (all !== undefined && JUDGED.includes(hour) ? [{ hour, all }] : []));
    return { least, hours: least === undefined ? [] : judged, runtime: `Electron ${runtime.version}`, load: [before, loadavg()[0] ?? 0], seconds: (performance.now() - began) / 1000, points, done: day.done };
  } finally {
    await app?.close();
    await Promise.all(people.map((person) => person.end()));
    await screen?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns {Promise<typeof import('../../test/soak/day-people')>} */
async function peopleProgram() {
  await putBundle({ ...nodeBundle, entryPoints: { 'day-people': inRoot('test/soak/day-people.ts') }, outdir: inCache('soak'), outExtension: { '.js': '.cjs' } });
  for (const name of ['quick-secrets', 'dial-from']) putCopy(inRoot(`test/support/${name}.cjs`), inCache(`soak/${name}.cjs`));
  return createRequire(import.meta.url)(inCache('soak/day-people.cjs'));
}
