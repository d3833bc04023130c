import type { ErrorCode } from '../../../shared/errors';
import type { Linking } from '../../../shared/model/device';
import type { LinkEnd } from '../../engine/session/link-roles';
import type { EventHub } from '../event-hub';

/** How far linking is, on whichever side: one at a time. */
export class LinkingView {
  readonly #events: EventHub;
  #now: Linking = { stage: 'idle' };

  constructor(events: EventHub) {
    this.#events = events;
  }

  get now(): Linking {
    return this.#now;
  }

  get isUnderWay(): boolean {
    return this.#now.stage === 'waiting' || this.#now.stage === 'comparing' || this.#now.stage === 'transferring';
  }

  show(next: Linking): void {
    this.#now = next;
    this.#events.emit({ type: 'devices.linking', ...next });
  }

  /** From what is shown now on, without the digits: they have done their work. */
  transferring(progress?: Linking['progress']): void {
    const { side, deviceName } = this.#now;
    this.show({ stage: 'transferring', ...(side && { side }), ...(deviceName !== undefined && { deviceName }), ...(progress && { progress }) });
  }

  /** The person is asked at that device. */
  asking(name: string): void {
    const { side, deviceName } = this.#now;
    this.show({ stage: 'transferring', asks: name, ...(side && { side }), ...(deviceName !== undefined && { deviceName }) });
  }

  over(failure?: ErrorCode): void {
    const { side, deviceName } = this.#now;
    this.show({ stage: failure === undefined ? 'done' : 'failed', ...(side && { side }), ...(deviceName !== undefined && { deviceName }), ...(failure !== undefined && { failure }) });
  }
}

/** What a person is told. */
export const endCodes: Readonly<Record<LinkEnd, ErrorCode>> = { refused: 'device.link-refused', differ: 'device.digits-differ', lost: 'device.link-lost' };
