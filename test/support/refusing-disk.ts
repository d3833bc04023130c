import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unmountAtTheEnd } from './mounted';

/**
 * A disk that takes what is written and refuses to keep it, as one that was promised more room than there is: an ext4 on an image with holes, in a file system that
 * has too little for all of it. Needs root on Linux, loop devices and mkfs.ext4.
 */
export class RefusingDisk {
  readonly at: string;
  readonly #place: string;
  readonly #image: string;
  readonly #filler: string;
  readonly #mounted: string[] = [];
  #copies = 0;

  private constructor(place: string) {
    this.#place = place;
    this.at = join(place, 'disk');
    this.#image = join(place, 'backing', 'image');
    this.#filler = join(place, 'backing', 'filler');
  }

  /** Undefined where the machine has no such disk. */
  static make(): RefusingDisk | undefined {
    const disk = new RefusingDisk(mkdtempSync(join(tmpdir(), 'keyshift-refusing-')));
    if (disk.#make()) return disk;
    disk.end();
    return undefined;
  }

  #make(): boolean {
    const image = this.#image;
    return (
      this.#mount(['-t', 'tmpfs', '-o', 'size=56m,mode=700', 'tmpfs'], join(this.#place, 'backing')) &&
      done('truncate', '-s', '48m', image) &&
      done('mkfs.ext4', '-q', '-F', '-b', '4096', image) &&
      done('fallocate', '-l', '48m', image) &&
      this.#mount([pageByPage(image)], this.at) &&
      this.#giveBack()
    );
  }

  /** What the file system has of its own keeps its place; what is free has none. */
  #giveBack(): boolean {
    return done('fstrim', this.at);
  }

  /** From now on nothing gets new blocks: what is flushed there fails. */
  refuse(): void {
    // What was freed since would still have its place.
    this.#giveBack();
    const handle = openSync(this.#filler, 'w');
    // The kernel counts free pages for each processor, and says a few times too early that there are none.
    for (let refused = 0; refused < 200; ) {
      try {
        writeSync(handle, new Uint8Array(4096));
      } catch {
        refused += 1;
      }
    }
    closeSync(handle);
  }

  /** Whether the file system has given up writing, as it does where the disk refuses what it needs for itself. */
  get isReadOnly(): boolean {
    return / ro[ ,]/.test(readFileSync('/proc/mounts', 'utf8').split('\n').find((line) => line.split(' ')[1] === this.at) ?? '');
  }

  takeAgain(): void {
    rmSync(this.#filler, { force: true });
  }

  /** What a cut of power leaves, mounted somewhere else: the image as it is, without anything that only memory holds. */
  afterCut(): string {
    const [copy, left] = [this.#copy(), join(this.#place, `left-${this.#copies}`)];
    if (!this.#mount(['-o', 'loop', copy], left)) throw new Error('what is left could not be mounted');
    return left;
  }

  /** The power is cut: the same place has what only the disk has, and takes again. Nobody may write there any more, nor have a file of it open. */
  cut(): void {
    const copy = this.#copy();
    this.takeAgain();
    const isThere = done('umount', this.at) && done('cp', '--sparse=always', copy, this.#image) && done('fallocate', '-l', '48m', this.#image) && done('mount', pageByPage(this.#image), this.at) && this.#giveBack();
    if (!isThere) throw new Error('the disk could not be mounted anew');
    letGo(this.#image);
    rmSync(copy);
  }

  #copy(): string {
    const copy = join(this.#place, `left-${(this.#copies += 1)}.img`);
    // The system may just be writing by itself: a moment is one once nothing has changed meanwhile.
    do if (!done('cp', '--sparse=always', this.#image, copy)) throw new Error('the image could not be copied');
    while (!done('cmp', '-s', this.#image, copy));
    return copy;
  }

  end(): void {
    for (const directory of this.#mounted.splice(0).reverse()) spawnSync('umount', ['-l', directory]);
    rmSync(this.#place, { recursive: true, force: true });
  }

  #mount(words: readonly string[], directory: string): boolean {
    mkdirSync(directory);
    const isMounted = done('mount', ...words, directory);
    letGo(this.#image);
    if (!isMounted) return false;
    this.#mounted.push(directory);
    unmountAtTheEnd(directory);
    return true;
  }
}

function done(program: string, ...words: readonly string[]): boolean {
  return spawnSync(program, words).status === 0;
}

/** The device that shows an image, page by page: of a request of several pages of which the first has room, Linux (6.18) calls all of it written. */
function pageByPage(image: string): string {
  const device = spawnSync('losetup', ['-f', '--show', image], { encoding: 'utf8' }).stdout.trim();
  try {
    writeFileSync(`/sys/block/${device.replace('/dev/', '')}/queue/max_sectors_kb`, '4');
  } catch {
    // Nothing mounts it, so nobody would give it back.
    if (device !== '') spawnSync('losetup', ['-d', device]);
    return '';
  }
  return device;
}

/** A device that is mounted goes with the mount, any other at once. */
function letGo(image: string): void {
  for (const line of spawnSync('losetup', ['-j', image], { encoding: 'utf8' }).stdout?.split('\n') ?? []) {
    const [device = ''] = line.split(':');
    if (device.startsWith('/dev/')) spawnSync('losetup', ['-d', device]);
  }
}
