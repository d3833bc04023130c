import type { DialogId } from '../../electron/engine/ids';
import { Device, settle, TestClock, testCrypto } from './dialog-kit';
import { perFile } from './per-file';
import { RotatingPerson } from './rotating-person';

export const day = 24 * 3600 * 1000;
export const hour = 3600 * 1000;
/** Where the test clock begins. */
export const beginning = Date.UTC(2026, 0, 1);

const people = perFile(() => new Map<string, Promise<RotatingPerson>>());

/** A copy of the same person for a whole test file: making one costs an RSA key. */
async function rotating(name: string): Promise<RotatingPerson> {
  const crypto = await testCrypto();
  let known = people().get(name);
  if (!known) people().set(name, (known = RotatingPerson.create(crypto, name, beginning)));
  return (await known).copy(beginning);
}

/** Two devices under one clock whose credentials are renewed as running profiles renew them. */
export class RotatingPair {
  readonly clock = new TestClock();
  readonly alice: Device;
  readonly bob: Device;
  readonly #lives: ReadonlyMap<Device, RotatingPerson>;

  constructor(crypto: Awaited<ReturnType<typeof testCrypto>>, a: RotatingPerson, b: RotatingPerson) {
    this.alice = new Device(crypto, a.now, { clock: this.clock });
    this.bob = new Device(crypto, b.now, { clock: this.clock });
    this.#lives = new Map([[this.alice, a], [this.bob, b]]);
    this.alice.knows(this.bob);
    this.bob.knows(this.alice);
  }

  static async create(): Promise<RotatingPair> {
    const [a, b] = await Promise.all([rotating('Ann'), rotating('Ben')]);
    return new RotatingPair(await testCrypto(), a, b);
  }

  /** What is due is renewed and what is past its grace destroyed; the other side hears of it only by `meet`. */
  async renew(device: Device): Promise<void> {
    const life = this.#lives.get(device);
    if (life) device.become(await life.renew(this.clock.time));
  }

  /** Both tell each other their newest credentials, as at the start of a session, and seal what waits. */
  meet(): void {
    this.alice.knows(this.bob);
    this.bob.knows(this.alice);
    this.alice.engine.sealWaiting(this.bob.peerId);
    this.bob.engine.sealWaiting(this.alice.peerId);
  }

  /** Both meet and say all they have to say. */
  settle(): void {
    for (let round = 0; round < 4; round += 1) {
      this.meet();
      settle(this.alice, this.bob);
    }
  }

  /** Short id of the key exchange key as each side shows it. */
  keks(dialogId: DialogId): readonly [string | undefined, string | undefined] {
    const of = (device: Device, other: Device) => device.engine.status(device.dialog(other, dialogId)).kek?.id;
    return [of(this.alice, this.bob), of(this.bob, this.alice)];
  }
}

/** How many keys of this device still have their bytes. */
export function keysWithBytes(device: Device): unknown {
  return device.db.prepare('SELECT count(*) AS n FROM keks WHERE key IS NOT NULL').get()?.['n'];
}
