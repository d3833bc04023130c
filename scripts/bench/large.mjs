// A profile with very many messages, made once and kept in .cache/large, and what the services answer with it open.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { inCache } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { PlainError, say } from '../lib/say.mjs';
import { bundleBench } from './bundle.mjs';

export const FULL = 1_000_000;
const LIMIT = 60 * 60_000;

/** Whether it was made already. */
export const hasLarge = (messages) => existsSync(`${inCache(`large/${messages}`)}.json`);

/** Makes the profile where it is not there. Its bundle is `large`. */
export function largeProfile(messages, anew = false) {
  const share = Math.min(1, Math.sqrt(messages / FULL));
  return profileOf(String(messages), [Math.max(3, Math.round(300 * share)), Math.max(10, Math.round(1_000 * share)), messages], anew);
}

/** @param {string} name of its folder in .cache/large @param {readonly number[]} sizes contacts, conversations, messages */
export async function profileOf(name, sizes, anew = false) {
  const numbers = sizes.map(String);
  await bundleBench(['large']);
  const directory = inCache(`large/${name}`);
  const done = `${directory}.json`;
  if (anew || !existsSync(done)) {
    for (const each of [directory, `${directory}.new`, done]) rmSync(each, { recursive: true, force: true });
    mkdirSync(inCache('large'), { recursive: true });
    say(`Making a profile of ${numbers[0]} contacts, ${numbers[1]} conversations, ${numbers[2]} messages …`);
    await inBundle('make', `${directory}.new`, inCache('large/made.json'), numbers);
    renameSync(`${directory}.new`, directory);
    renameSync(inCache('large/made.json'), done);
  }
  return { directory, numbers, size: JSON.parse(readFileSync(done, 'utf8')) };
}

/** @param {Awaited<ReturnType<typeof profileOf>>} profile @param {boolean} [cold] nothing of the file is in memory when an answer is asked for @returns {Promise<import('../../test/bench/large-report').LargeReport>} */
export async function measureLarge({ directory, numbers }, cold = false) {
  const report = inCache('large/report.json');
  await inBundle(cold ? 'measure-cold' : 'measure', directory, report, numbers);
  return JSON.parse(readFileSync(report, 'utf8'));
}

/** @returns {Promise<import('../../test/bench/pauses-report').PauseReport>} */
export async function measurePauses({ directory, numbers }) {
  const report = inCache('large/pauses.json');
  await runForFile('pauses', [directory, report, ...numbers], report, 'pauses');
  return JSON.parse(readFileSync(report, 'utf8'));
}

function inBundle(work, directory, file, numbers) {
  return runForFile('large', [work, directory, file, ...numbers], file, work);
}

/** Runs a bundle of test/bench until its report is there. @param {string} bundle @param {readonly string[]} args @param {string} file the report @param {string} what for the error */
export async function runForFile(bundle, args, file, what) {
  rmSync(file, { force: true });
  const { stderr, timedOut } = await run(process.execPath, [inCache(`bench/in-${bundle}.cjs`), ...args], { timeout: LIMIT });
  if (timedOut || !existsSync(file)) throw new PlainError(`${what} failed${timedOut ? ' (time limit)' : ''}.\n${stderr.trim()}`);
}
