// `npm run mutate -- <file or folder>…`: changes one thing at a time in sources (a refusal taken out, a comparison turned or its bound moved by one, a part of a
// condition, a wipe or a check left out), runs the tests again that come by there, and prints which change nobody noticed. No file is changed: what is run
// is made from the sources in memory. Options:
//   --tests <words>   of test files whose path begins so, with commas between (default: test/unit of the same room first, then of the same floor, and test/property)
//   --workers <n>     1 or 2 processes (default 2)
// The exit code is 0 whatever was found: each line is a question to a reader and no verdict. Ctrl+C ends it and prints what is known so far.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { filesBelow } from './lib/fingerprint.mjs';
import { withMutants } from './lib/mutants.mjs';
import { inCache, inRoot, root } from './lib/paths.mjs';
import { asCommand, PlainError, say, seconds } from './lib/say.mjs';

const since = performance.now();
const plain = (path) => relative(root, path).split(sep).join('/');

await asCommand(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { tests: { type: 'string' }, workers: { type: 'string', default: '2' } } });
  if (positionals.length === 0) throw new PlainError('Say which file or folder is to be changed: npm run mutate -- electron/engine/wire');
  if (!['1', '2'].includes(values.workers)) throw new PlainError('--workers takes 1 or 2');
  const sources = positionals.flatMap(sourcesOf);
  const folder = inCache('mutants', String(process.pid));
  for (const name of ['noticed', 'come-by', 'spoiled']) mkdirSync(join(folder, name), { recursive: true });
  process.env['KEYSHIFT_MUTANTS'] = folder;
  try {
    const made = makeMutants(sources);
    say(`${made.mutants.length} changes in ${sources.length} files`);
    const rounds = values.tests ? [values.tests.split(',')] : [near(sources), wide(sources)];
    const end = () => {
      report(made.mutants, folder);
      rmSync(folder, { recursive: true, force: true });
    };
    // The processes with the tests end with this one.
    for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) process.once(signal, () => (end(), process.exit(128 + number)));
    await runTests(made, rounds, { folder, workers: Number(values.workers) });
    end();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function sourcesOf(word) {
  const path = inRoot(word);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new PlainError(`${word} is neither a file nor a folder here.`);
  return (stat.isDirectory() ? filesBelow(path) : [path]).filter((file) => file.endsWith('.ts') && !/\.(d|test)\.ts$/.test(file)).toSorted();
}

/** Changed code by path, and all changes with the file they are in. */
function makeMutants(sources) {
  const code = new Map();
  const mutants = [];
  for (const path of sources) {
    const made = withMutants(readFileSync(path, 'utf8'), mutants.length);
    code.set(path, made.code);
    mutants.push(...made.mutants.map((mutant) => ({ ...mutant, file: plain(path) })));
  }
  return { code, mutants };
}

function near(sources) {
  return [...new Set(sources.map((path) => `test/unit/${plain(path).split('/').slice(1, -1).join('/')}/`))];
}

function wide(sources) {
  return [...new Set(sources.map((path) => `test/unit/${plain(path).split('/')[1]}/`)), 'test/property/'];
}

/** One round after the other; what a change spoiled for the rest of its test file is run again without that one. */
async function runTests({ code, mutants }, rounds, { folder, workers }) {
  const { startVitest } = await import('vitest/node');
  const count = (name) => readdirSync(join(folder, name)).length;
  const seen = new Set();
  const timer = setInterval(() => say(`  ${seconds(since)}: ${count('noticed')} of ${mutants.length} noticed, ${seen.size} test files`), 15_000);
  const round = async (include) => {
    const reporter = { onTestModuleEnd: ({ moduleId }) => void seen.add(moduleId) };
    const vitest = await startVitest('test', [], {
      config: false, root, watch: false, diff: { truncateThreshold: 20 }, passWithNoTests: true, include, exclude: [], related: [...code.keys()], reporters: [reporter], pool: 'forks', isolate: true, maxWorkers: workers,
      environment: 'node', setupFiles: [inRoot('test/support/new-file.ts')], runner: inRoot('scripts/lib/mutant-runner.mjs'), execArgv: ['--disable-warning=MaxListenersExceededWarning'], testTimeout: 20_000, hookTimeout: 20_000, dangerouslyIgnoreUnhandledErrors: true,
    }, { plugins: [{ name: 'mutants', enforce: 'pre', transform: (_, id) => code.get(id.split('?')[0]) }] });
    await vitest.close();
  };
  try {
    const files = filesBelow(inRoot('test')).filter((file) => file.endsWith('.test.ts'));
    writeFileSync(join(folder, 'files.txt'), files.join('\n'));
    for (const words of rounds) {
      await round(files.filter((file) => !seen.has(file) && words.some((word) => plain(file).startsWith(word))).map(plain));
      for (let spoiled = readdirSync(join(folder, 'spoiled')); spoiled.length > 0; spoiled = readdirSync(join(folder, 'spoiled'))) {
        for (const number of spoiled) rmSync(join(folder, 'spoiled', number));
        await round(spoiled.map((number) => plain(files[Number(number)])));
      }
    }
  } finally {
    clearInterval(timer);
  }
}

function report(mutants, folder) {
  const [noticed, comeBy] = ['noticed', 'come-by'].map((name) => new Set(readdirSync(join(folder, name)).map(Number)));
  const left = mutants.map((mutant, number) => ({ ...mutant, comeBy: comeBy.has(number) })).filter((_, number) => !noticed.has(number));
  for (const file of new Set(left.map((mutant) => mutant.file))) {
    process.stdout.write(`\n${file}\n`);
    for (const { line, kind, text, comeBy } of left.filter((mutant) => mutant.file === file)) process.stdout.write(`  ${String(line).padStart(4)} ${kind.padEnd(6)} ${comeBy ? ' ' : '–'} ${text}\n`);
  }
  const unmet = left.filter((mutant) => !mutant.comeBy).length;
  process.stdout.write(`\n${mutants.length} changes: ${noticed.size} noticed, ${left.length - unmet} not, ${unmet} (–) make no difference in any of these tests. ${seconds(since)}\n`);
}
