import type { Crypto } from '../../engine/crypto/crypto';
import type { InstanceId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { EventHub } from '../event-hub';
import type { OpenProfile } from '../open-profile';
import { upkeepNotes } from '../ports/upkeep';
import type { VaultService } from '../vault-service';
import { withStates } from './list-changes';

/** How long a device that was let in may take to show itself, while this one runs: as long as a link lives. */
const awaitedMs = 10 * 60_000;
const againMs = 60_000;

export interface AwaitedDevicesParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly vault: Pick<VaultService, 'profile' | 'changeRecord' | 'state'>;
  /** Where the identity key is elsewhere: stops it, until that device says more. */
  readonly suspend: (instanceId: InstanceId) => Promise<void>;
  /** Once for each; `isHere`: it showed itself, or was there before. */
  readonly onSettled: (instanceId: InstanceId, isHere: boolean) => void;
}

/**
 * Devices that were let in and have not said that they hold what they were given (protocol.md §10): the word may be lost, or the device.
 * Its first session settles it; without one it is removed, as if the person had done it: every key that it may hold is replaced.
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
    const { logger } = this.#parts;
    try {
      const gone = await this.#remove(instanceId);
      this.#waiting.delete(instanceId);
      this.#parts.onSettled(instanceId, !gone);
    } catch (error) {
      logger.warn('device.not-struck-off', { reason: error instanceof Error ? error.name : 'unknown' });
      if (this.#waiting.has(instanceId)) this.#wait(instanceId, againMs);
    }
  }

  /** False where it showed itself at the last moment. */
  async #remove(instanceId: InstanceId): Promise<boolean> {
    const { crypto, clock, vault, suspend } = this.#parts;
    const isAwaited = (): boolean => this.#open()?.stores.devices.find(instanceId)?.awaited === true;
    if (!isAwaited()) return false;
    if (!vault.profile().local.isCertifier) {
      await suspend(instanceId);
      const { stores } = vault.profile();
      const { awaited: _not, ...row } = stores.devices.find(instanceId) ?? {};
      if ('instanceId' in row) vault.profile().commit(() => stores.devices.put(row));
      return true;
    }
    return vault.changeRecord(
      async (record) => (isAwaited() ? withStates(crypto, record, new Map([[instanceId, 'retired']]), clock.now()) : undefined),
      () => {
        const { stores } = vault.profile();
        const { awaited: _not, ...row } = stores.devices.find(instanceId) ?? {};
        if ('instanceId' in row) stores.devices.put(row);
        stores.upkeep.put(upkeepNotes.distrust, new Uint8Array(0));
      },
    );
  }

  #forget(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #open(): OpenProfile | undefined {
    return this.#parts.vault.state() === 'open' ? this.#parts.vault.profile() : undefined;
  }
}
