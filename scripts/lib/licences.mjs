// What is in the app that others made: every package its sources name, what those need, and their licences in full.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { filesBelow } from './fingerprint.mjs';
import { inRoot } from './paths.mjs';

/** Bare specifiers of import, import() and require. */
const named = /(?:from|import|require)\s*\(?\s*['"]((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^'"]*)?['"]/g;

/** The packages that the sources name, without Node's own. */
function namedPackages() {
  const found = new Set();
  for (const file of ['electron', 'renderer', 'shared'].flatMap((part) => filesBelow(inRoot(part)))) {
    if (!/\.(?:ts|tsx|mts|css)$/.test(file)) continue;
    for (const [, name] of readFileSync(file, 'utf8').matchAll(named)) found.add(name);
  }
  return [...found].filter((name) => existsSync(inRoot('node_modules', name, 'package.json')));
}

/** Data of others that stands among the sources. */
function ownCopies() {
  return [{ name: 'emojibase-data', version: '17.0.0', licence: 'MIT AND Unicode-3.0', text: readFileSync(inRoot('renderer/features/conversation/emoji-words/LICENSE'), 'utf8').trim() }];
}

/** Every package that ships, by name and version, in the order of the alphabet. `text`: the words of its licence file, empty where it brings none. */
export function listLicences() {
  const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  const roots = new Set([...Object.keys(lock[''].dependencies ?? {}), ...namedPackages()]);
  const due = [...roots].map((name) => `node_modules/${name}`);
  const seen = new Map();
  for (let path = due.pop(); path !== undefined; path = due.pop()) {
    if (seen.has(path) || lock[path] === undefined || !existsSync(inRoot(path))) continue;
    seen.set(path, licenceOf(path));
    // What Electron needs is for fetching it.
    if (path === 'node_modules/electron') continue;
    for (const name of Object.keys({ ...lock[path].dependencies, ...lock[path].optionalDependencies })) if (!name.startsWith('@types/')) due.push(placeOf(lock, path, name));
  }
  const each = new Map([...seen.values(), ...ownCopies()].map((one) => [`${one.name} ${one.version}`, one]));
  return [...each.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
}

/** Where Node would find it: in the nearest node_modules above. */
function placeOf(lock, path, name) {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (lock[`${at}/node_modules/${name}`]) return `${at}/node_modules/${name}`;
  }
  return `node_modules/${name}`;
}

function licenceOf(path) {
  const { name, version, license, licenses } = JSON.parse(readFileSync(inRoot(path, 'package.json'), 'utf8'));
  const file = readdirSync(inRoot(path)).find((each) => /^(?:licen[cs]e|copying)(?:[.-].*)?$/i.test(each));
  const licence = typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR ') ?? '');
  return { name, version, licence, text: file === undefined ? '' : readFileSync(inRoot(path, file), 'utf8').trim() };
}
