#!/usr/bin/env node
// Stands where electron-builder looks for fpm, a Ruby program it would download, and makes the deb with the system's dpkg-deb and the rpm with its rpmbuild
// instead: what is tested here is what every machine makes. It knows the options that electron-builder 26 gives for these two, and refuses others.
// PACK_COMPRESSION (xz:6 without it), PACK_STAGE and SOURCE_DATE_EPOCH come from scripts/package/desktop.mjs; electron-builder hands on no
// variable with KEY in its name.
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { asCommand, PlainError } from '../lib/say.mjs';
import { description, makeDeb } from './deb.mjs';
import { about, rpmArchitecture } from './names.mjs';
import { makeRpm } from './rpm.mjs';

const text = /** @type {const} */ ({ type: 'string' });
const named = ['architecture', 'after-install', 'after-remove', 'description', 'version', 'package', 'name', 'maintainer', 'vendor', 'url', 'category', 'deb-priority', 'deb-compression', 'rpm-os', 'rpm-compression', 'rpm-summary', 'license', 'iteration'];

await asCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      s: { ...text, short: 's' },
      t: { ...text, short: 't' },
      d: { ...text, short: 'd', multiple: true },
      force: { type: 'boolean' },
      'deb-recommends': { ...text, multiple: true },
      ...Object.fromEntries(named.map((name) => [name, text])),
    },
  });
  /** @type {Record<string, any>} */
  const given = values;
  if (given.t !== 'deb' && given.t !== 'rpm') throw new PlainError(`Only deb and rpm are made here; ${given.t} needs fpm itself.`);
  const tree = mkdtempSync(join(process.env.PACK_STAGE ?? tmpdir(), `${given.t}-`));
  try {
    for (const each of positionals) {
      const at = each.lastIndexOf('=');
      copy(each.slice(0, at), join(tree, each.slice(at + 1)));
    }
    plain(tree);
    const common = { tree, file: given.package, compression: process.env.PACK_COMPRESSION ?? 'xz:6', time: Number(process.env.SOURCE_DATE_EPOCH) };
    await (given.t === 'deb' ? makeDeb({ ...common, ...forDebian(given) }) : makeRpm({ ...common, ...forRpm(given, positionals) }));
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}, { ownHelp: true });

function forDebian(given) {
  const [synopsis] = String(given.description).split('\n');
  return {
    fields: {
      Package: given.name,
      Version: given.version,
      Architecture: given.architecture,
      Maintainer: given.maintainer,
      Section: given.category,
      Priority: given['deb-priority'],
      Depends: given.d?.join(', '),
      Recommends: given['deb-recommends']?.join(', '),
      Homepage: homepageOf(given),
      Description: description(synopsis.trim(), `${about}.`),
    },
    scripts: { postinst: readFileSync(given['after-install'], 'utf8'), postrm: readFileSync(given['after-remove'], 'utf8') },
  };
}

function forRpm(given, places) {
  const folder = places.map((each) => each.slice(each.lastIndexOf('=') + 1)).find((each) => each.startsWith('/opt/'));
  return {
    own: folder,
    architecture: rpmArchitecture(given.architecture),
    fields: {
      Name: given.name,
      Version: given.version,
      Release: '1',
      Summary: given['rpm-summary'],
      License: given.license,
      Packager: given.maintainer,
      Vendor: given.vendor,
      URL: homepageOf(given),
    },
    requires: given.d ?? [],
    description: `${about}.`,
    scripts: { post: readFileSync(given['after-install'], 'utf8'), postun: readFileSync(given['after-remove'], 'utf8') },
  };
}

function homepageOf({ url }) {
  return url?.endsWith('.invalid') ? undefined : url;
}

/** A folder (its name ends in a slash) with all that is in it, or one file or link. */
function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  if (lstatSync(from.replace(/\/$/, '')).isSymbolicLink()) symlinkSync(readlinkSync(from), to);
  else cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
}

/** Modes as every machine should have them, whatever the umask was here; who owns the sandbox's helper is said when it is installed. */
function plain(tree) {
  chmodSync(tree, 0o755);
  for (const each of readdirSync(tree, { recursive: true, withFileTypes: true })) {
    const file = join(each.parentPath ?? each.path, each.name);
    if (each.isDirectory()) chmodSync(file, 0o755);
    else if (each.isFile()) chmodSync(file, (lstatSync(file).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}
