import { posix } from 'node:path';
import { roomOf } from './rooms';
import type { Import, SourceFacts } from './source-facts';

/** Files that may import `electron`; all others run in plain Node or in the window. */
const ELECTRON_USERS = [/^electron\/main\.ts$/, /^electron\/main\//, /^electron\/(window|security|ipc|preload)\//, /^electron\/platform\/electron-[^/]+\.ts$/];

const isRelative = (specifier: string): boolean => specifier.startsWith('.');
const packageOf = (specifier: string): string => {
  if (specifier.startsWith('node:')) return specifier.split('/').slice(0, 1).join('/');
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
};

/** The file a relative import means, out of the known paths; undefined when there is none. */
export function resolve(from: string, specifier: string, known: ReadonlySet<string>): string | undefined {
  const target = posix.join(posix.dirname(from), specifier);
  return [target, `${target}.ts`, `${target}.tsx`, `${target}.d.ts`, `${target}/index.ts`].find((path) => known.has(path));
}

/** One sentence for each import that turns an arrow of docs/architecture.md back. */
export function importProblems(files: readonly SourceFacts[]): string[] {
  const known = new Set(files.map(({ path }) => path));
  return files.flatMap((file) => {
    const room = roomOf(file.path);
    if (!room) return [`${file.path} stands in no room`];
    return file.imports.flatMap((one) => (isRelative(one.specifier) ? roomProblem(file, one, known) : packageProblem(file, one)));
  });
}

function roomProblem(file: SourceFacts, { specifier }: Import, known: ReadonlySet<string>): string[] {
  if (/\.(css|woff2|svg|png|json|webp|ogg|md)$/.test(specifier)) return [];
  if (/\.[cm]?[jt]sx?$/.test(specifier)) return [`${file.path} writes an ending in '${specifier}'`];
  const target = resolve(file.path, specifier, known);
  if (!target) return [`${file.path} imports '${specifier}', which is not there`];
  const from = roomOf(file.path);
  const to = roomOf(target);
  if (from && to && (from === to || from.mayImport.includes(to.name) || from.mayImport.includes(target))) return [];
  return [`${file.path} (${from?.name}) must not import ${target} (${to?.name})`];
}

function packageProblem(file: SourceFacts, { specifier }: Import): string[] {
  if (specifier === '<computed>') return [`${file.path} imports something computed`];
  const name = packageOf(specifier);
  const room = roomOf(file.path);
  if (name === 'electron') return ELECTRON_USERS.some((one) => one.test(file.path)) ? [] : [`${file.path} must not import electron`];
  if (room?.name === 'renderer') {
    const isNode = name.startsWith('node:') || BUILTIN.has(name);
    return isNode ? [`${file.path} must not import ${specifier}: the renderer knows no Node`] : [];
  }
  if (BUILTIN.has(name)) return [`${file.path} writes '${name}' without node:`];
  if (!room || room.packages === '*' || room.packages.includes(name)) return [];
  return [`${file.path} (${room.name}) must not import ${specifier}`];
}

const BUILTIN = new Set(['assert', 'buffer', 'child_process', 'crypto', 'dgram', 'dns', 'events', 'fs', 'http', 'http2', 'https', 'net', 'os', 'path', 'perf_hooks', 'process', 'readline', 'stream', 'timers', 'tls', 'tty', 'url', 'util', 'v8', 'vm', 'worker_threads', 'zlib']);

/** Files that, at run time, lead from `entry` to the package `name`: the chain as one sentence, or nothing. */
export function chainTo(files: readonly SourceFacts[], entry: string, name: string): string | undefined {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const known = new Set(byPath.keys());
  const seen = new Set<string>();
  const visit = (path: string, chain: readonly string[]): string | undefined => {
    if (seen.has(path)) return undefined;
    seen.add(path);
    for (const { specifier, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (typeOnly) continue;
      if (packageOf(specifier) === name) return [...chain, path, name].join(' → ');
      const target = isRelative(specifier) ? resolve(path, specifier, known) : undefined;
      const found = target && visit(target, [...chain, path]);
      if (found) return found;
    }
    return undefined;
  };
  return visit(entry, []);
}

/** Circles of run-time imports, each as one sentence. */
export function cycles(files: readonly SourceFacts[]): string[] {
  const known = new Set(files.map(({ path }) => path));
  const targets = new Map(
    files.map(({ path, imports }) => [
      path,
      imports.flatMap(({ specifier, typeOnly }) => (typeOnly || !isRelative(specifier) ? [] : (resolve(path, specifier, known) ?? []))),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, chain: readonly string[]): void => {
    const at = chain.indexOf(path);
    if (at >= 0) {
      found.push([...chain.slice(at), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...chain, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return found;
}
