// What may be released. Everything else may be packed and tried, and says so itself.
import { readFileSync } from 'node:fs';
import { ownLockfileProblems } from '../lib/lockfile.mjs';
import { dependenciesStand } from '../lib/npm-dependencies.mjs';
import { inRoot, root } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { chapterOf, version } from './names.mjs';

/**
 * @typedef {{ runtime: { kind: string, version: string }, pinned: string, version: string, changes: string, tags: string[], changelog: string, lockfile: string[], installed: boolean, signers: number, homepage?: string }} Facts
 * @param {Facts} facts
 * @returns {string[]} one sentence for each reason against a release
 */
export function releaseProblems(facts) {
  const problems = [];
  if (facts.runtime.kind !== 'electron') problems.push(`The runtime here is Electron ${facts.runtime.version} for trying out, not the pinned ${facts.pinned}.`);
  else if (facts.runtime.version !== facts.pinned) problems.push(`Electron ${facts.runtime.version} is not the pinned ${facts.pinned}.`);
  if (facts.changes !== '') problems.push('There are changes that are not committed.');
  if (!facts.tags.includes(`v${facts.version}`)) problems.push(`The commit does not carry the tag v${facts.version}.`);
  if (!chapterOf(facts.version).test(facts.changelog)) problems.push(`CHANGELOG.md has no heading for ${facts.version}.`);
  if (!facts.installed) problems.push('node_modules does not hold what package-lock.json says.');
  if (facts.signers === 0) problems.push('Nobody is named who signs newer versions: who installs this would get none. npm run updates -- pin (docs/packaging.md)');
  return [...problems, ...facts.lockfile];
}

/** The same for what lies here. @param {import('../electron-runtime.mjs').Runtime} runtime */
export async function ownReleaseProblems(runtime) {
  const git = async (...args) => {
    const { code, stdout } = await run('git', args, { cwd: root });
    return code === 0 ? stdout.trim() : 'git did not answer';
  };
  return releaseProblems({
    runtime,
    version,
    pinned: JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).devDependencies.electron,
    changes: await git('status', '--porcelain'),
    tags: (await git('tag', '--points-at', 'HEAD')).split('\n'),
    changelog: readFileSync(inRoot('CHANGELOG.md'), 'utf8'),
    lockfile: ownLockfileProblems(),
    installed: dependenciesStand(),
    signers: JSON.parse(readFileSync(inRoot('electron/services/updates/pinned.json'), 'utf8')).list?.signers.keys.length ?? 0,
  });
}
