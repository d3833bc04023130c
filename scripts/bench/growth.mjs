// What operations cost as work grows: one axis after the other, ten and a hundred times of it, each with a copy of a profile made once.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { inCache } from '../lib/paths.mjs';
import { say } from '../lib/say.mjs';
import { bundleBench } from './bundle.mjs';
import { FULL, hasLarge, profileOf, runForFile } from './large.mjs';

/** @typedef {{ axis: 'contacts' | 'conversations' | 'messages', sizes: readonly (readonly [contacts: number, conversations: number, messages: number])[] }} Axis */

/** One grows, the others stand. @type {readonly Axis[]} */
const AXES = [
  { axis: 'contacts', sizes: [3, 30, 300].map((contacts) => [contacts, 10, 10_000]) },
  { axis: 'conversations', sizes: [10, 100, 1_000].map((conversations) => [3, conversations, 10_000]) },
  { axis: 'messages', sizes: [10_000, 100_000, FULL].map((messages) => [300, 1_000, messages]) },
];

/** @typedef {{ axis: Axis['axis'], points: import('../../test/bench/growth-report').GrowthReport[] }} Growth by rising size */

/** @returns {Promise<Growth[]>} the largest history only where `npm run large` has made it */
export async function measureGrowth() {
  await bundleBench(['growth']);
  /** @type {Map<string, import('../../test/bench/growth-report').GrowthReport>} */
  const measured = new Map();
  const all = [];
  for (const { axis, sizes } of AXES) {
    const points = [];
    for (const size of sizes) {
      const name = size[2] === FULL ? String(FULL) : size.join('-');
      if (size[2] === FULL && !hasLarge(FULL)) {
        say('Not measured with a million messages: `npm run large` makes that profile, in some minutes.');
        continue;
      }
      const known = measured.get(name) ?? (await measureOne(name, size));
      measured.set(name, known);
      points.push(known);
    }
    all.push({ axis, points });
  }
  return all;
}

/** @param {string} name @param {readonly number[]} size */
async function measureOne(name, size) {
  const { directory, numbers } = await profileOf(name, size);
  say(`Measuring with ${size[0]} contacts, ${size[1]} conversations, ${size[2]} messages …`);
  const copy = inCache('bench/growth');
  const report = inCache('bench/growth.json');
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(inCache('bench'), { recursive: true });
  try {
    cpSync(directory, copy, { recursive: true });
    await runForFile('growth', [copy, report, ...numbers], report, 'measuring what grows');
    return JSON.parse(readFileSync(report, 'utf8'));
  } finally {
    if (existsSync(copy)) rmSync(copy, { recursive: true, force: true });
  }
}
