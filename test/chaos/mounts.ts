import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';

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
