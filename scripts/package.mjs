// `npm run package`: makes what people install, in dist/. Without words everything this machine can make.
//   npm run package -- deb            only that: dir, tar.gz, deb, rpm, headless, sbom; AppImage, nsis and dmg where electron-builder can fetch its tools
//   npm run package -- --arch arm64   for another processor
//   npm run package -- --fast         packed at once and larger
//   npm run package -- --release      refuses whatever must not be given to people
// docs/packaging.md says what is inside and what was proven where.
import { parseArgs } from 'node:util';
import { PARTS } from './build.mjs';
import { asCommand, PlainError, say, seconds } from './lib/say.mjs';
import { dist, LOCAL_TARGETS, pack, TARGETS } from './package/pack.mjs';
import { missingPrograms } from './package/programs.mjs';
import { ownReleaseProblems } from './package/release-gate.mjs';
import { setUp } from './setup.mjs';

const PROCESSORS = ['x64', 'arm64'];

await asCommand(async () => {
  const started = performance.now();
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { release: { type: 'boolean', default: false }, fast: { type: 'boolean', default: false }, arch: { type: 'string', default: process.arch } },
  });
  const unknown = positionals.filter((word) => !TARGETS.includes(word));
  if (unknown.length > 0) throw new PlainError(`${unknown.join(', ')}: packages are ${TARGETS.join(', ')}.`);
  if (!PROCESSORS.includes(values.arch)) throw new PlainError(`--arch takes ${PROCESSORS.join(' or ')}.`);
  const targets = positionals.length > 0 ? positionals : usual();
  const missing = missingPrograms(targets);
  if (missing) throw new PlainError(missing);

  const runtime = await setUp({ electron: true, parts: PARTS });
  if (runtime.kind === 'trial' && values.arch !== process.arch) throw new PlainError('The trial runtime is there for this processor only.');
  if (values.release) {
    const problems = await ownReleaseProblems(runtime);
    if (problems.length > 0) throw new PlainError(`This is not released:\n${problems.map((line) => `  ${line}`).join('\n')}`);
  }
  if (runtime.kind === 'trial') say(`Electron ${runtime.version} is here for trying out: the packages are called keyshift-trial, have a profile of their own, and say so in their title.`);
  await pack({ runtime, targets, arch: values.arch, fast: values.fast });
  say(`All of it is in ${dist} (${seconds(started)}).`);
});

/** What can be made here without fetching further tools. */
function usual() {
  if (process.platform !== 'linux') return ['dir', 'sbom'];
  const without = LOCAL_TARGETS.filter((target) => missingPrograms([target]));
  for (const target of without) say(`Not made: ${target}. ${missingPrograms([target])}`);
  return LOCAL_TARGETS.filter((target) => !without.includes(target));
}
