import type { PackageFile, PackageFormat } from '../ports/updates';
import { keyForm } from './update-file';
import { parseVersion } from './version';

/** What is signed for a version. */
export interface Manifest {
  readonly product: string;
  /** Under which list of keys it was signed: under a later one it is nothing, even if the same key may sign again. */
  readonly list: number;
  /** Counts the manifests under one list of keys: a lower one than was seen is an old one. */
  readonly serial: number;
  /** Unix milliseconds, whole seconds. */
  readonly issued: number;
  readonly expires: number;
  readonly version: string;
  /** Plain text by language; lines end with \n. */
  readonly notes: Readonly<Partial<Record<NotesLanguage, string>>>;
  readonly files: readonly PackageFile[];
}

const notesLanguages = ['en', 'de'] as const;
export type NotesLanguage = (typeof notesLanguages)[number];

/** Each for one system, and how its files end. */
const formats = {
  deb: { platform: 'linux', ending: '.deb' },
  rpm: { platform: 'linux', ending: '.rpm' },
  'tar.gz': { platform: 'linux', ending: '.tar.gz' },
  AppImage: { platform: 'linux', ending: '.AppImage' },
  nsis: { platform: 'win32', ending: '.exe' },
  dmg: { platform: 'darwin', ending: '.dmg' },
} as const satisfies Readonly<Record<PackageFormat, { readonly platform: PackageFile['platform']; readonly ending: string }>>;

/** Who may sign what, from its list on. `roots` sign the next list, `signers` manifests. */
export interface KeyList {
  readonly product: string;
  /** Each list is the successor of the one with the number before. */
  readonly version: number;
  readonly expires: number;
  readonly roots: Signers;
  readonly signers: Signers;
}

export interface Signers {
  /** So many different ones of `keys` are needed. */
  readonly threshold: number;
  /** Public keys of Ed25519, base64. */
  readonly keys: readonly string[];
}

const mostKeys = 16;
const mostFiles = 32;
const longestNotes = 4000;
const largestPackage = 1024 * 1024 * 1024;
const largestSerial = 1_000_000_000;
const day = 86_400_000;
/** Of a manifest, from issue to end: none is good for ever. */
const longestLife = 200 * day;

/** Undefined for whatever is not exactly as `encodeManifest` writes it, within its bounds. */
export function parseManifest(text: string): Manifest | undefined {
  const said = fieldsOf(jsonOf(text), ['product', 'list', 'serial', 'issued', 'expires', 'version', 'notes', 'files']);
  if (said === undefined) return undefined;
  const { product, list, serial, version, notes, files } = said;
  const [issued, expires] = [timeOf(said['issued']), timeOf(said['expires'])];
  if (!isProduct(product) || !isCount(list, largestSerial) || !isCount(serial, largestSerial) || typeof version !== 'string' || parseVersion(version) === undefined) return undefined;
  if (issued === undefined || expires === undefined || expires <= issued || expires - issued > longestLife) return undefined;
  const readNotes = notesOf(notes);
  const readFiles = Array.isArray(files) && files.length >= 1 && files.length <= mostFiles ? files.map((one) => fileOf(one, product, version)) : [undefined];
  const whole = readFiles.filter((one) => one !== undefined);
  if (readNotes === undefined || whole.length !== readFiles.length) return undefined;
  // One for each kind of installation, and no two under one name.
  const [kinds, names] = [new Set(whole.map(({ platform, arch, format }) => `${platform} ${arch} ${format}`)), new Set(whole.map(({ name }) => name.toLowerCase()))];
  if (kinds.size !== whole.length || names.size !== whole.length) return undefined;
  const manifest: Manifest = { product, list, serial, issued, expires, version, notes: readNotes, files: whole };
  return encodeManifest(manifest) === text ? manifest : undefined;
}

/** The one text there is for a manifest. */
export function encodeManifest({ product, list, serial, issued, expires, version, notes, files }: Manifest): string {
  const inOrder = Object.fromEntries(notesLanguages.flatMap((one) => (notes[one] === undefined ? [] : [[one, notes[one]]])));
  const listed = files.map(({ platform, arch, format, name, size, sha256 }) => ({ platform, arch, format, name, size, sha256 }));
  return JSON.stringify({ product, list, serial, issued: timeText(issued), expires: timeText(expires), version, notes: inOrder, files: listed });
}

/** Undefined for whatever is not exactly as `encodeKeyList` writes it, within its bounds. */
export function parseKeyList(text: string): KeyList | undefined {
  const said = fieldsOf(jsonOf(text), ['product', 'version', 'expires', 'roots', 'signers']);
  if (said === undefined) return undefined;
  const { product, version } = said;
  const [expires, roots, signers] = [timeOf(said['expires']), signersOf(said['roots']), signersOf(said['signers'])];
  if (!isProduct(product) || !isCount(version, largestSerial) || expires === undefined || roots === undefined || signers === undefined) return undefined;
  // A key that lies where builds are made must not be able to name its successors.
  if (signers.keys.some((key) => roots.keys.includes(key))) return undefined;
  const list: KeyList = { product, version, expires, roots, signers };
  return encodeKeyList(list) === text ? list : undefined;
}

export function encodeKeyList({ product, version, expires, roots, signers }: KeyList): string {
  const who = ({ threshold, keys }: Signers): Signers => ({ threshold, keys });
  return JSON.stringify({ product, version, expires: timeText(expires), roots: who(roots), signers: who(signers) });
}

function fileOf(value: unknown, product: string, version: string): PackageFile | undefined {
  const said = fieldsOf(value, ['platform', 'arch', 'format', 'name', 'size', 'sha256']);
  if (said === undefined) return undefined;
  const { platform, arch, format, name, size, sha256 } = said;
  if (typeof format !== 'string' || !isFormat(format) || formats[format].platform !== platform) return undefined;
  if ((arch !== 'x64' && arch !== 'arm64') || !isCount(size, largestPackage)) return undefined;
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  // A name of this product and this version: it becomes a name on the disk, and stands in a line that somebody types.
  if (typeof name !== 'string' || !/^[a-z0-9][A-Za-z0-9._-]{1,119}$/.test(name) || name.includes('..') || !name.endsWith(formats[format].ending)) return undefined;
  if (!['-', '_'].some((between) => name.startsWith(`${product}${between}${version}${between}`))) return undefined;
  return { platform: formats[format].platform, arch, format, name, size, sha256 };
}

function signersOf(value: unknown): Signers | undefined {
  const said = fieldsOf(value, ['threshold', 'keys']);
  if (said === undefined) return undefined;
  const { threshold, keys } = said;
  if (!Array.isArray(keys) || keys.length > mostKeys || !isCount(threshold, keys.length)) return undefined;
  const read = keys.filter((key) => typeof key === 'string' && keyForm.test(key));
  return read.length === keys.length && new Set(read).size === keys.length ? { threshold, keys: read } : undefined;
}

function notesOf(value: unknown): Manifest['notes'] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const read: Partial<Record<NotesLanguage, string>> = {};
  for (const [name, said] of Object.entries(value)) {
    const language = notesLanguages.find((one) => one === name);
    if (language === undefined || typeof said !== 'string' || said.length > longestNotes || !isPlain(said)) return undefined;
    read[language] = said;
  }
  return read;
}

/** Nothing that turns the direction of what follows, steers a terminal, or is not there to be seen. */
function isPlain(text: string): boolean {
  return !/[^\n\P{C}]/u.test(text);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The fields of an object that has these and no others. */
function fieldsOf<K extends string>(value: unknown, names: readonly K[]): Readonly<Record<K, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const has = (one: object): one is Readonly<Record<K, unknown>> => Object.keys(one).length === names.length && names.every((name) => Object.hasOwn(one, name));
  return has(value) ? value : undefined;
}

const isFormat = (text: string): text is PackageFormat => Object.hasOwn(formats, text);
const isProduct = (value: unknown): value is string => typeof value === 'string' && /^[a-z][a-z0-9-]{1,39}$/.test(value);
const isCount = (value: unknown, most: number): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most;

/** Whole seconds in UTC, as 2026-01-31T12:00:00Z. */
function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value)) return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) || timeText(time) !== value ? undefined : time;
}

function timeText(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
