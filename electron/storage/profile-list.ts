import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { KeyshiftError } from '../../shared/errors';
import { profileId, profileName } from '../../shared/model/profile';
import { replaceFile } from './durable-file';
import { withFileErrors } from './file-error';
import { readPlainFile } from './plain-file';
import { prepareProfileDirectory } from './profile-directory';

const entry = z.strictObject({ profileId, name: profileName });
const listFile = z.looseObject({
  /** The one that was open last, and opens next. */
  last: profileId,
  profiles: z.array(entry).min(1).max(64),
  /** Whose deletion has begun. */
  removing: z.array(profileId).max(64).default([]),
  /** Somebody chose what the first one is called. */
  firstIsNamed: z.literal(true).optional(),
});
type ListFile = z.infer<typeof listFile>;
export type ListedProfile = z.infer<typeof entry>;

const fileName = 'profiles.json';
/** Bytes of a list of 64 names; more is not even read. */
const longestList = 64 * 1024;
const first: ListedProfile = { profileId: 'main', name: 'Main' };

/**
 * The profiles of this installation: ids and what they are called, in `profiles.json` beside the first one. No secret, and no
 * name of a person unless somebody chose it here. Without the file there is one profile. From a file that cannot be read
 * only the names are lost: the folders tell the rest.
 */
export class ProfileList {
  readonly #root: string;
  readonly #nameOfFirst: () => string;
  #file: ListFile;

  /** `nameOfFirst`: what the first one is called until somebody names it, in the language that is spoken by then. */
  constructor(root: string, nameOfFirst = (): string => first.name) {
    this.#root = root;
    this.#nameOfFirst = nameOfFirst;
    this.#file = read(root);
  }

  all(): readonly ListedProfile[] {
    const { profiles, firstIsNamed } = this.#file;
    return profiles.map((one) => (one.profileId === 'main' && one.name === first.name && !firstIsNamed ? { ...one, name: this.#nameOfFirst() } : one));
  }

  find(id: string): ListedProfile | undefined {
    return this.all().find((one) => one.profileId === id);
  }

  last(): ListedProfile {
    // What is about to be gone opens only where there is nothing else.
    const staying = this.#file.profiles.filter(({ profileId: id }) => !this.#file.removing.includes(id));
    return staying.find((one) => one.profileId === this.#file.last) ?? staying[0] ?? this.#file.profiles[0] ?? first;
  }

  removing(): readonly string[] {
    return this.#file.removing;
  }

  /** Where a profile lies: the first one where there was only one, others in folders of their own. */
  directoryOf(id: string): string {
    return id === 'main' ? this.#root : join(this.#root, 'profiles', id);
  }

  add(profile: ListedProfile): void {
    this.#assertFree(profile.name, profile.profileId);
    if (this.#file.profiles.length >= 64) throw new KeyshiftError('input.invalid', 'There are 64 profiles already.');
    this.#write({ ...this.#file, profiles: [...this.#file.profiles, profile] });
  }

  rename(id: string, name: string): void {
    this.#assertFree(name, id);
    const profiles = this.#file.profiles.map((one) => (one.profileId === id ? { ...one, name } : one));
    this.#write({ ...this.#file, profiles, ...(id === 'main' && { firstIsNamed: true }) });
  }

  setLast(id: string): void {
    if (this.#file.last !== id) this.#write({ ...this.#file, last: id });
  }

  /** From here on a start finishes the deletion, whatever happens. */
  beginRemoval(id: string): void {
    this.#write({ ...this.#file, removing: [...this.#file.removing.filter((one) => one !== id), id] });
  }

  /** It stays: its deletion could not begin. */
  keep(id: string): void {
    this.#write({ ...this.#file, removing: this.#file.removing.filter((one) => one !== id) });
  }

  /** It is gone. Without any other there is an empty first one. */
  drop(id: string): void {
    const left = this.#file.profiles.filter((one) => one.profileId !== id);
    const profiles = left.length === 0 ? [first] : left;
    const last = profiles.some((one) => one.profileId === this.#file.last) ? this.#file.last : (profiles[0] ?? first).profileId;
    const { firstIsNamed, ...file } = this.#file;
    this.#write({ ...file, profiles, last, removing: file.removing.filter((one) => one !== id), ...(firstIsNamed && id !== 'main' && { firstIsNamed }) });
  }

  /** A profile is chosen, and deleted, by its name. Errors: profile.name-taken. */
  #assertFree(name: string, id: string): void {
    if (this.all().some((one) => one.profileId !== id && alike(one.name) === alike(name))) {
      throw new KeyshiftError('profile.name-taken', 'Another profile has this name.');
    }
  }

  /** Errors: those of the disk. */
  #write(next: ListFile): void {
    prepareProfileDirectory(this.#root);
    const path = join(this.#root, fileName);
    withFileErrors(this.#root, () => replaceFile(path, `${path}.${process.pid}.tmp`, Buffer.from(JSON.stringify(next))));
    this.#file = next;
  }
}

/** Names that nobody tells apart at a glance. */
function alike(name: string): string {
  return name.normalize('NFKC').replace(/\s+/gu, ' ').trim().toLowerCase();
}

function read(root: string): ListFile {
  const path = join(root, fileName);
  try {
    if (!existsSync(path)) return { last: 'main', profiles: [first], removing: [] };
    const bytes = readPlainFile(path, longestList);
    const parsed = typeof bytes === 'string' ? undefined : listFile.safeParse(JSON.parse(Buffer.from(bytes).toString()));
    if (parsed?.success === true) return parsed.data;
  } catch {
    // Their names are lost, the profiles are not.
  }
  return { last: 'main', profiles: [first, ...foldersIn(join(root, 'profiles'))], removing: [] };
}

function foldersIn(folder: string): ListedProfile[] {
  try {
    const ids = readdirSync(folder).filter((name) => name !== 'main' && profileId.safeParse(name).success);
    return ids.slice(0, 63).map((id) => ({ profileId: id, name: `Profile ${id.slice(0, 4)}` }));
  } catch {
    return [];
  }
}
