import { KeyshiftError } from '../../../shared/errors';
import type { DeviceRequest } from '../../../shared/model/device';
import type { InstanceId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';

/** How long a person has to go to the device that holds the identity key. */
export const askedMs = 4 * 60 * 1000;
/** The longest until the clock is looked at again: no timer counts while a machine sleeps, and who asked has given up by then. */
const glanceMs = 10_000;
/** Whoever asks for more is told that nobody answered. */
const mostAsked = 4;

/** What becomes of a request. */
export type Answer = 'yes' | 'no' | 'nobody';

export interface Asked {
  /** Signing key of the new device, as hex: asked again it is the same request. */
  readonly key: string;
  readonly deviceName: string;
  readonly by: InstanceId;
  readonly byName: string;
  readonly answered: (answer: Answer) => void;
}

interface Waiting extends Asked {
  readonly requestId: string;
  readonly expiresAt: number;
  readonly cancel: () => void;
}

/**
 * Devices that another own device wants let in, which the person at this one, which holds the identity key, has to see and allow: the other one may be in
 * other hands (protocol.md §10.2).
 */
export class AskedDevices {
  readonly #clock: Clock;
  readonly #newId: () => string;
  readonly #onChange: (requests: readonly DeviceRequest[]) => void;
  #waiting: readonly Waiting[] = [];

  constructor(clock: Clock, newId: () => string, onChange: (requests: readonly DeviceRequest[]) => void) {
    this.#clock = clock;
    this.#newId = newId;
    this.#onChange = onChange;
  }

  list(): DeviceRequest[] {
    return this.#waiting.map(({ requestId, deviceName, by, byName, expiresAt }) => ({ requestId, deviceName, by, byName, expiresAt }));
  }

  /** One of each device that asks: a later one takes the place of an earlier one. */
  add(asked: Asked): void {
    const same = this.#waiting.find(({ key, by }) => key === asked.key && by === asked.by);
    if (same) {
      // The connection was another one since: what the person sees stays as it is.
      this.#waiting = this.#waiting.map((each) => (each === same ? { ...each, answered: asked.answered } : each));
      return;
    }
    for (const each of this.#waiting.filter(({ by }) => by === asked.by)) this.#end(each, 'nobody');
    if (this.#waiting.length >= mostAsked) return asked.answered('nobody');
    const requestId = this.#newId();
    const expiresAt = Math.max(0, Math.trunc(this.#clock.now())) + askedMs;
    const cancel = this.#endLater(requestId, expiresAt, this.#clock.monotonic() + askedMs);
    this.#waiting = [...this.#waiting, { ...asked, requestId, expiresAt, cancel }];
    this.#onChange(this.list());
  }

  /** Errors: device.request-gone. */
  answer(requestId: string, accept: boolean): void {
    const waiting = this.#waiting.find((each) => each.requestId === requestId && each.expiresAt > this.#clock.now());
    if (!waiting) throw new KeyshiftError('device.request-gone', 'Nobody asks for this device any more.');
    this.#end(waiting, accept ? 'yes' : 'no');
  }

  /** Whoever asked does not any more. */
  withdraw(by: InstanceId, key: string): void {
    const waiting = this.#waiting.find((each) => each.by === by && each.key === key);
    if (waiting) this.#end(waiting, 'nobody');
  }

  close(): void {
    for (const { cancel } of this.#waiting) cancel();
    const had = this.#waiting.length > 0;
    this.#waiting = [];
    if (had) this.#onChange([]);
  }

  /** By the wall clock, as it is shown, and at `latest` by the monotonic one. Gives what calls it off. */
  #endLater(requestId: string, expiresAt: number, latest: number): () => void {
    const left = (): number => Math.min(expiresAt - this.#clock.now(), latest - this.#clock.monotonic());
    const look = (): void => {
      if (left() > 0) return wait();
      const late = this.#waiting.find((each) => each.requestId === requestId);
      if (late) this.#end(late, 'nobody');
    };
    let cancel: () => void;
    const wait = (): void => void (cancel = this.#clock.setTimer(Math.min(left(), glanceMs), look));
    wait();
    return () => cancel();
  }

  #end(waiting: Waiting, answer: Answer): void {
    waiting.cancel();
    this.#waiting = this.#waiting.filter(({ requestId }) => requestId !== waiting.requestId);
    this.#onChange(this.list());
    waiting.answered(answer);
  }
}
