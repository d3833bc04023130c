import type { HostedNode } from '../support/hosted-node';
import type { SoakDevice } from './device';
import type { Town } from './town';

/** The mailbox of a week: of people with several devices all take mail there, and with it what they keep for each other, their sessions too. */
export class WeekMailbox {
  readonly #host: HostedNode;
  readonly #town: Town;
  readonly #keys = new Map<SoakDevice, string>();
  /** Sessions that one device of somebody began and another one of theirs went on with, as their contact has them. */
  readonly #handedOver = new Set<string>();

  constructor(host: HostedNode, town: Town) {
    this.#host = host;
    this.#town = town;
  }

  get handovers(): number {
    return this.#handedOver.size;
  }

  /** This device takes mail from now on, beside the others of its person. */
  async register(device: SoakDevice): Promise<void> {
    const { calls } = device;
    await this.#town.during(Promise.resolve(calls.settings.set({ shareSessions: 'repository' })));
    const { deviceKey } = await this.#town.during(Promise.resolve(calls.mailbox.status(undefined)));
    const beside = [...this.#keys].find(([{ person, removed }]) => person === device.person && !removed)?.[1];
    await this.#town.during(Promise.resolve(calls.mailbox.register({ registration: this.#host.registration(deviceKey, beside) })));
    this.#keys.set(device, deviceKey);
    await this.#town.must('the mailbox', async () => (await this.#town.during(Promise.resolve(calls.mailbox.status(undefined)))).state === 'connected');
  }

  /** Its operator takes away what a lost device may do there. */
  lost(device: SoakDevice): void {
    const key = this.#keys.get(device);
    if (key !== undefined) this.#host.revoke(key);
  }

  /** Looks who goes on with a session of another device just now. */
  async look(): Promise<void> {
    for (const device of this.#town.on) {
      const { sessions } = await this.#town.during(Promise.resolve(device.calls.network.status(undefined)));
      for (const { handedOverBy, since, instanceId } of sessions) if (handedOverBy === 'peer') this.#handedOver.add(`${device.name} ${instanceId} ${since}`);
    }
  }
}
