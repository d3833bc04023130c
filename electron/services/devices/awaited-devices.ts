import type { Crypto } from '../../engine/crypto/crypto';
import { dismissDevice } from '../../engine/certificates/admission';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { EventHub } from '../event-hub';
import type { OpenProfile } from '../open-profile';
import type { VaultService } from '../vault-service';

/** How long a device that was let in may take to show itself, while this one runs: as long as a link lives. */
export const awaitedMs = 10 * 60_000;
const againMs = 60_000;

export interface AwaitedDevicesParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly vault: Pick<VaultService, 'profile' | 'changeRecord' | 'state'>;
  /** Once for each; `isHere`: it showed itself, or was there before. */
  readonly onSettled: (instanceId: InstanceId, isHere: boolean) => void;
}

/**
 * Devices that were let in and have not said that they hold what they were given (protocol.md §10): the word may be lost, or the device.
 * Its first session settles it; without one it is struck off the list, and the exchange key it may hold is replaced.
 */
export class AwaitedDevices {
  readonly #parts: AwaitedDevicesParts;
  readonly #waiting = new Map<InstanceId, () => void>();
  readonly #unsubscribe: () => void;

  constructor(parts: AwaitedDevicesParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.events.on((event) => {
      if (event.type === 'devices.changed' || (event.type === 'vault.changed' && event.state === 'open')) this.look();
      else if (event.type === 'vault.changed') this.#forget();
    });
  }

  /** What is stored may be different. */
  look(): void {
    const profile = this.#open();
    if (!profile) return;
    const awaited = new Set(profile.stores.devices.list().flatMap((row) => (row.awaited === true ? [row.instanceId] : [])));
    for (const [instanceId, cancel] of this.#waiting) {
      if (awaited.has(instanceId)) continue;
      cancel();
      this.#waiting.delete(instanceId);
      this.#parts.onSettled(instanceId, true);
    }
    for (const instanceId of awaited) if (!this.#waiting.has(instanceId)) this.#wait(instanceId, awaitedMs);
  }

  /** The person called it off: it is not waited for. */
  strikeOff(instanceId: InstanceId): void {
    this.#waiting.get(instanceId)?.();
    void this.#dismiss(instanceId);
  }

  close(): void {
    this.#unsubscribe();
    this.#forget();
  }

  #wait(instanceId: InstanceId, milliseconds: number): void {
    this.#waiting.set(
      instanceId,
      this.#parts.clock.setTimer(milliseconds, () => void this.#dismiss(instanceId)),
    );
  }

  async #dismiss(instanceId: InstanceId): Promise<void> {
    const { crypto, clock, logger, vault } = this.#parts;
    try {
      const isAwaited = (): boolean => this.#open()?.stores.devices.find(instanceId)?.awaited === true;
      const gone = await vault.changeRecord(
        async (record) => (isAwaited() ? dismissDevice(crypto, record, instanceId, clock.now()) : undefined),
        () => vault.profile().stores.devices.remove(instanceId),
      );
      this.#waiting.delete(instanceId);
      this.#parts.onSettled(instanceId, !gone);
    } catch (error) {
      logger.warn('device.not-struck-off', { reason: error instanceof Error ? error.name : 'unknown' });
      if (this.#waiting.has(instanceId)) this.#wait(instanceId, againMs);
    }
  }

  #forget(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #open(): OpenProfile | undefined {
    return this.#parts.vault.state() === 'open' ? this.#parts.vault.profile() : undefined;
  }
}
