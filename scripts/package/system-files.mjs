// What a Linux package has outside the folder of the app: the command, AppStream's words, the drawing of the icon, what was used of others, a manual page, what changed.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot, out } from '../lib/paths.mjs';
import { homepage, namesFor, version } from './names.mjs';
import { compressed, debianChangelog, desktopPage } from './papers.mjs';

/**
 * Writes them below `folder`. @param {{ runtime: { kind: 'electron' | 'trial' }, folder: string, time: number }} options
 * @returns {Record<string, string>} the file for each place in the system
 */
export function systemFiles({ runtime, folder, time }) {
  const { name, productName, title, appId } = namesFor(runtime);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const place = (file) => join(folder, file);
  symlinkSync(`/opt/${productName}/${name}`, place('command'));
  writeFileSync(place('metainfo.xml'), metainfo({ appId, name, title, time }));
  writeFileSync(place('copyright'), copyright());
  writeFileSync(place('changelog.gz'), compressed(debianChangelog({ name, time })));
  writeFileSync(place('manual.gz'), compressed(desktopPage({ name, title, productName, time })));
  return {
    [`/usr/bin/${name}`]: place('command'),
    [`/usr/share/metainfo/${appId}.metainfo.xml`]: place('metainfo.xml'),
    [`/usr/share/icons/hicolor/scalable/apps/${name}.svg`]: inRoot('assets/icon.svg'),
    [`/usr/share/doc/${name}/copyright`]: place('copyright'),
    [`/usr/share/doc/${name}/changelog.gz`]: place('changelog.gz'),
    [`/usr/share/man/man1/${name}.1.gz`]: place('manual.gz'),
  };
}

/** AppStream's words about the app, of assets/keyshift.metainfo.xml, with what depends on who packs and when. */
export function metainfo({ appId, name, title, time, of = version }) {
  const day = new Date(time * 1000).toISOString().slice(0, 10);
  return readFileSync(inRoot('assets/keyshift.metainfo.xml'), 'utf8')
    .replace(/<!--[^]*?-->\s*/, '')
    .replaceAll('@APP_ID@', appId)
    .replaceAll('@NAME@', name)
    .replaceAll('@TITLE@', title)
    .replaceAll('@VERSION@', of)
    .replaceAll('@KIND@', of.includes('-') ? 'development' : 'stable')
    .replaceAll('@DATE@', day)
    .replace(/^.*@HOMEPAGE@.*\n/m, homepage ? `  <url type="homepage">${homepage}</url>\n` : '');
}

/** Debian's copyright file: our licence in full, then those of what is inside. */
export function copyright() {
  const others = JSON.parse(readFileSync(join(out, 'licences.json'), 'utf8'));
  const parts = others.map(({ name, version: of, licence, text }) => `${name} ${of} (${licence})\n\n${text || 'It brings no text of its licence.'}`);
  return [
    'Keyshift, by the Keyshift authors. Its licence, AGPL-3.0-only:',
    readFileSync(inRoot('LICENSE'), 'utf8').trim(),
    'What is inside and by others. Licences of Electron and Chromium: LICENSE.electron.txt and LICENSES.chromium.html beside the program.',
    ...parts,
  ].join(`\n\n${'-'.repeat(80)}\n\n`).concat('\n');
}
