// What a package is called: the real one, and that of the trial runtime, which never takes the other's place.
import { readFileSync } from 'node:fs';
import { inRoot } from '../lib/paths.mjs';

export const { version, license, description: about } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));

const REAL = { name: 'keyshift', productName: 'Keyshift', title: 'Keyshift', appId: 'org.keyshift.Keyshift' };
const TRIAL = { name: 'keyshift-trial', productName: 'Keyshift-Trial', title: 'Keyshift (trial runtime)', appId: 'org.keyshift.KeyshiftTrial' };

/** @param {{ kind: 'electron' | 'trial' }} runtime */
export const namesFor = ({ kind }) => (kind === 'electron' ? REAL : TRIAL);

/** Node's words for a processor, in Debian's. */
export const debianArchitecture = (arch) => ({ x64: 'amd64', arm64: 'arm64' })[arch] ?? arch;

/** A version as dpkg orders them: what is tried before a version comes before it. Behind a hyphen it would come after it, and nobody who tried it would get the version. */
export const debianVersion = (of) => of.replaceAll('-', '~');

/** The heading of a version's chapter in the changelog, and of no other's: neither of what was tried before it, nor of a longer number. */
export const chapterOf = (of) => new RegExp(`^## \\[?${of.replaceAll('.', '\\.')}(?![\\w.+-]).*$`, 'm');

/** Debian's words for a processor, which electron-builder gives for an rpm as well, in RPM's. */
export const rpmArchitecture = (arch) => ({ amd64: 'x86_64', arm64: 'aarch64' })[arch] ?? arch;

/** Where Keyshift has its home, as whoever packs it says; a package made by nobody in particular names none. */
export const homepage = process.env.KEYSHIFT_HOMEPAGE
  || (process.env.GITHUB_REPOSITORY ? `${process.env.GITHUB_SERVER_URL ?? 'https://github.com'}/${process.env.GITHUB_REPOSITORY}` : undefined);
