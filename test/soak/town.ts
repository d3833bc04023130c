import { createMemoryLan, type MemoryLan } from '../support/memory-lan';
import { seeded } from '../support/seeded';
import { openSockets } from './gauge';
import { PackedClock } from './packed-clock';
import { passphrase, SoakDevice } from './device';

/** Longer steps would let a clock run past deadlines whose answers are already on the wire. */
const longestStep = 5_000;

/** People with devices on one loopback, on one packed clock. */
export class Town {
  readonly clock = new PackedClock(Date.UTC(2026, 5, 1, 7));
  readonly devices: SoakDevice[] = [];
  readonly random: () => number;
  /** Somebody logs a warning. */
  onComplaint: (device: SoakDevice, complaint: string) => void = () => undefined;
  readonly #folder: string;
  readonly #lan: MemoryLan = createMemoryLan();
  #places = 0;

  constructor(folder: string, seed: number) {
    this.#folder = folder;
    this.random = seeded(seed);
  }

  get on(): SoakDevice[] {
    return this.devices.filter(({ isOn, removed }) => isOn && !removed);
  }

  get standing(): SoakDevice[] {
    return this.devices.filter(({ removed }) => !removed);
  }

  of(person: number): SoakDevice[] {
    return this.standing.filter((device) => device.person === person);
  }

  get timers(): number {
    return this.devices.reduce((sum, { clock }) => sum + clock.armed, 0);
  }

  pick<T>(from: readonly T[]): T {
    const one = from[Math.floor(this.random() * from.length)];
    if (one === undefined) throw new Error('there is nothing to choose from');
    return one;
  }

  /** An address on loopback that nobody had before. */
  place(): string {
    this.#places += 1;
    return `127.1.${this.#places >> 8}.${this.#places & 255}`;
  }

  newDevice(name: string, person: number): SoakDevice {
    const device: SoakDevice = new SoakDevice(name, person, this.#folder, this.clock, this.#lan, this.place(), (complaint) => this.onComplaint(device, complaint));
    this.devices.push(device);
    return device;
  }

  /** Time goes by, and whatever happens in it happens. */
  async pass(milliseconds: number, step = longestStep): Promise<void> {
    for (let left = milliseconds; left > 0; ) {
      const now = Math.min(left, step, longestStep);
      this.clock.advance(now);
      left -= now;
      await this.#quiet();
    }
  }

  /** An answer that may take its time by the clock. */
  async during<T>(answer: Promise<T>): Promise<T> {
    const work = { settled: false };
    const end = (): void => void (work.settled = true);
    answer.then(end, end);
    for (let round = 0; !work.settled; round += 1) {
      await this.#quiet();
      if (work.settled) break;
      // Work in another thread takes real time; what waits for the clock takes this.
      await new Promise((resolve) => setTimeout(resolve, 2));
      if (round > 2) await this.pass(100);
    }
    return answer;
  }

  /** Lets time pass until it holds; false after so long by the clock. */
  async until(holds: () => boolean | Promise<boolean>, milliseconds = 10 * 60_000): Promise<boolean> {
    for (let left = milliseconds; left > 0; ) {
      if (await this.during(Promise.resolve(holds()))) return true;
      const step = left > milliseconds - 20_000 ? 500 : longestStep;
      await this.pass(step);
      left -= step;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return holds();
  }

  async must(what: string, holds: () => boolean | Promise<boolean>, milliseconds?: number): Promise<void> {
    if (!(await this.until(holds, milliseconds))) throw new Error(`${what}: not in time`);
  }

  async turnOn(device: SoakDevice): Promise<void> {
    await this.during(device.start());
    await this.during(Promise.resolve(device.calls.vault.unlock({ passphrase })));
  }

  async turnOff(device: SoakDevice): Promise<void> {
    await this.during(device.stop());
  }

  /** Until no byte moves between anybody. */
  async #quiet(): Promise<void> {
    for (let still = 0, last = -1; still < 2; ) {
      for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const now = openSockets().reduce((sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten + 1, 0) + this.devices.reduce((sum, { told }) => sum + told, 0);
      still = now === last ? still + 1 : 0;
      last = now;
    }
  }
}
