import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

/** File systems of a run's own: scripts/chaos.mjs starts it in a mount namespace, where root may do that, and they end with it. */
export function noMounts(): string | undefined {
  return process.env['KEYSHIFT_MOUNTS'] === '1' ? undefined : 'file systems of its own need root on Linux';
}

/** A disk that loses what was not synced needs a block device. */
export function noDisk(): string | undefined {
  return noMounts() ?? (existsSync('/dev/loop-control') && found('mkfs.ext4') ? undefined : 'it needs loop devices and mkfs.ext4');
}

function found(program: string): boolean {
  return spawnSync(program, ['-V'], { stdio: 'ignore' }).error === undefined;
}

export function sh(program: string, ...words: string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
}

export function smallDisk(at: string, mebibytes: number): void {
  mkdirSync(at, { recursive: true });
  sh('mount', '-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=700`, 'tmpfs', at);
}

/** An ext4 on a loop device whose every byte is in `image`. */
export function blockDisk(image: string, at: string, mebibytes: number, options = 'loop'): void {
  writeFileSync(image, '');
  truncateSync(image, mebibytes * 1_048_576);
  sh('mkfs.ext4', '-q', '-F', '-E', 'lazy_itable_init=0,lazy_journal_init=0', image);
  mkdirSync(at);
  sh('mount', '-o', options, image, at);
}

/** EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH: from now on every access fails (EIO), and nothing that was not synced reaches the device. */
const shutDown = "import fcntl, os, struct, sys; fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

export function noFailure(): string | undefined {
  return noDisk() ?? (found('python3') ? undefined : 'the call that makes a file system fail needs python3');
}

/** The disk fails under whoever uses it, as one does that is pulled out or breaks. Mounted anew it has what was synced. */
export function fail(at: string): void {
  sh('python3', '-c', shutDown, at);
}

const ext4 = '/sys/fs/ext4';
/** What an ext4 is mounted with that is to turn read-only where it finds an error in itself, as most are. */
export const turning = 'loop,errors=remount-ro';

export function noTurning(): string | undefined {
  const none = noDisk() ?? (found('e2fsck') ? undefined : 'what mends a file system needs e2fsck');
  if (none !== undefined) return none;
  try {
    accessSync(ext4, constants.R_OK);
    return undefined;
  } catch {
    return 'the kernel does not show its file systems';
  }
}

/** The kernel finds an error in this file system, which from now on can only be read, also by who has files open for writing. */
export function turnReadOnly(at: string): void {
  const [device = ''] = readFileSync('/proc/mounts', 'utf8').split('\n').find((line) => line.split(' ')[1] === at)?.split(' ') ?? [];
  try {
    writeFileSync(`${ext4}/${basename(device)}/trigger_fs_error`, '1');
  } catch {
    // The write itself ends as one to a file system in this state does.
  }
}

/** Mounted anew, after what is done at the next start of a system. */
export function mended(image: string, at: string): void {
  sh('umount', at);
  // 1: mended.
  if ((spawnSync('e2fsck', ['-p', image]).status ?? 8) > 1) throw new Error('e2fsck could not mend it');
  sh('mount', '-o', turning, image, at);
}
