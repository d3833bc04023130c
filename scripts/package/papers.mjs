// What Debian and its kin look for beside a program: a manual page, and a changelog in dpkg's form. The same bytes for the same sources.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { inRoot } from '../lib/paths.mjs';
import { chapterOf, debianVersion, version } from './names.mjs';

const MAINTAINER = 'The Keyshift authors <keyshift@example.invalid>';

/** As they are installed: without a name and a time of their own. @param {string} text */
export const compressed = (text) => gzipSync(text, { level: 9 });

/**
 * The points of a version's chapter, else of what is not released yet, as dpkg-parsechangelog reads them.
 * @param {{ name: string, time: number, of?: string, text?: string }} options time: seconds since 1970
 */
export function debianChangelog({ name, time, of = version, text = readFileSync(inRoot('CHANGELOG.md'), 'utf8') }) {
  const [, chapter = text.split(/^## Unreleased$/m)[1] ?? ''] = text.split(chapterOf(of));
  const points = chapter.split(/^## /m)[0].split('\n').filter((line) => line.startsWith('- ')).map((line) => line.slice(2).replaceAll(/\*\*|`/g, ''));
  const lines = (points.length > 0 ? points : ['Packed.']).map((point) => folded(point, 76).map((row, index) => `  ${index === 0 ? '*' : ' '} ${row}`).join('\n'));
  const day = new Date(time * 1000).toUTCString().replace('GMT', '+0000');
  return `${name} (${debianVersion(of)}) unstable; urgency=medium\n\n${lines.join('\n')}\n\n -- ${MAINTAINER}  ${day}\n`;
}

/**
 * A page for man(1), in section 1.
 * @param {{ name: string, title: string, time: number, synopsis: string, description: string[], options: [string, string][], files?: [string, string][], rest?: string[] }} page
 *   synopsis: the words behind the command; options and files: what it is, and what is said of it; rest: further paragraphs
 */
function manualPage({ name, title, time, synopsis, description, options, files = [], rest = [] }) {
  const day = new Date(time * 1000).toISOString().slice(0, 10);
  const list = (heading, entries) => (entries.length === 0 ? [] : [`.SH ${heading}`, ...entries.flatMap(([what, said]) => ['.TP', `.B ${roff(what)}`, roff(said)])]);
  return [
    `.TH ${name.toUpperCase()} 1 ${day} "Keyshift ${version}"`,
    '.SH NAME',
    `${roff(name)} \\- ${roff(title)}`,
    '.SH SYNOPSIS',
    `.B ${roff(name)}`,
    roff(synopsis),
    '.SH DESCRIPTION',
    ...[...description, ...rest].flatMap((text, index) => (index === 0 ? [roff(text)] : ['.PP', roff(text)])),
    ...list('OPTIONS', options),
    ...list('FILES', files),
    '',
  ].join('\n');
}

/** The page of the app with a window. @param {{ name: string, title: string, productName: string, time: number }} names */
export function desktopPage({ name, title, productName, time }) {
  return manualPage({
    name,
    title: `${title}: talk directly, with keys you can see`,
    time,
    synopsis: '[OPTIONS] [--] [LINK]',
    description: [
      'A desktop messenger for people who talk directly: no account, no server to trust. LINK is an invitation or a link of another device of yours (keyshift:…), which is shown and waits until you accept it.',
      'A profile is open once: started again, it shows the window that is there.',
    ],
    options: [
      ['--user-data-dir=DIR', 'use the profile in DIR'],
      ['--listen=HOST:PORT', 'where contacts find this device; port 0 takes any free one'],
      ['--cache-entries=N', 'headers and keys kept in memory for each contact, 0 to 4096 (default: 64)'],
    ],
    files: [[`~/.config/${name === 'keyshift' ? productName : name}`, 'the profile where none is named: what you wrote and your keys, encrypted'], [`/usr/share/doc/${name}/copyright`, 'the licences of everything inside']],
  });
}

/** The page of a program out of what it says with --help. @param {{ name: string, title: string, time: number, help: string }} options */
export function pageOfHelp({ name, title, time, help }) {
  const [usage = '', ...lines] = help.trimEnd().split('\n');
  const entries = lines.map((line) => /^ {2}(--\S+(?: [A-Z:]+)?) +(\S.*)$/.exec(line)).filter((found) => found !== null);
  if (entries.length === 0) throw new Error(`${name} --help names no options.`);
  return manualPage({
    name,
    title,
    time,
    synopsis: usage.slice(usage.indexOf(name) + name.length).trim(),
    description: ['The same peer as the app, in plain Node: for scripts, for servers, and for a machine that is always on.'],
    rest: lines.filter((line) => line !== '' && !line.startsWith('  ')),
    options: entries.map(([, what, said]) => [what, said]),
    files: [[`/usr/share/doc/${name}/headless.md`, 'how it is started and as a service, what is said on its socket']],
  });
}

/** Text as roff prints it: no line of it is a command, and what a person types has the hyphens of a keyboard. */
function roff(text) {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('~', '\\(ti').replaceAll('…', '...').replace(/^(?=[.'])/, '\\&');
}

/** Lines of at most `width` letters where words allow it. */
function folded(text, width) {
  const rows = [''];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = rows.at(-1);
    if (last !== '' && last.length + 1 + word.length > width) rows.push(word);
    else rows[rows.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return rows;
}
