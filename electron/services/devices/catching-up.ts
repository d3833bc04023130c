import type { Clock } from '../../engine/ports';
import type { OpenProfile } from '../open-profile';
import type { ReplicaProgress } from '../replication/replica';

/** Progress is told at most so often, milliseconds. */
const progressMs = 200;

/** Watches a device that was just let in until it has heard what its person's other devices know. */
export class CatchingUp {
  readonly #clock: Clock;
  readonly #tell: (progress: ReplicaProgress | undefined) => void;
  readonly #done: () => void;
  #profile: OpenProfile | undefined;
  #unsubscribe: (() => void) | undefined;
  #cancelTelling: (() => void) | undefined;

  constructor(clock: Clock, tell: (progress: ReplicaProgress | undefined) => void, done: () => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#done = done;
  }

  /** Another profile may have taken over, or a session begun. */
  look(profile: OpenProfile): void {
    if (this.#profile !== profile) {
      this.#unsubscribe?.();
      this.#profile = profile;
      this.#unsubscribe = profile.devices.replica.onChange(() => this.look(profile));
    }
    const { replica, siblings } = profile.devices;
    if (replica.isReady && siblings.sessions().length > 0) {
      this.close();
      return this.#done();
    }
    this.#cancelTelling ??= this.#clock.setTimer(progressMs, () => {
      this.#cancelTelling = undefined;
      this.#tell(replica.progress);
    });
  }

  close(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#profile = undefined;
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
  }
}
