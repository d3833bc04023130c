import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';

/** As of any site of the internet. No address follows: the mark says that it came, not from whom. */
const windowsMark = '[ZoneTransfer]\r\nZoneId=3\r\n';

/**
 * Marks a file as come from elsewhere, so that the system asks before it is opened: Windows by a second stream of the file, macOS by an attribute,
 * both of which keep to the file when it gets its name. Linux has no mark that anything asks about, only one that says where from, which nobody
 * should read off a disk. Never throws: disks that keep no marks keep the file all the same.
 */
export async function markForeign(path: string, platform: NodeJS.Platform = process.platform, now = Date.now(), run: Run = runQuietly): Promise<void> {
  try {
    if (platform === 'win32') await writeFile(`${path}:Zone.Identifier`, windowsMark);
    // Flags, when, by what: as programs write it that fetch files.
    if (platform === 'darwin') await run('/usr/bin/xattr', ['-w', 'com.apple.quarantine', `0081;${Math.floor(now / 1000).toString(16)};Keyshift;`, path]);
  } catch {
    // The file is there; what it is to be opened with decides the person.
  }
}

type Run = (program: string, args: readonly string[]) => Promise<void>;

function runQuietly(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { timeout: 5_000 }, (error) => (error === null ? resolve() : reject(new Error('not marked'))));
  });
}
