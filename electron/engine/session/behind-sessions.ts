import type { LiveSession } from './session';

/** As many as a person has devices. */
const atOnce = 32;
/** Of them, with one device: it and this one may dial at the same time. One that was removed takes no place of the others. */
const ofOneDevice = 2;

/**
 * Sessions with own devices that are not in step (protocol.md §10): they serve getting in step and nothing else, count for no rule of
 * sessions that are in use, and are bounded by themselves.
 */
export class BehindSessions {
  readonly #open = new Set<LiveSession>();

  /** Closes a session for which there is no place; false then. */
  admit(session: LiveSession): boolean {
    const { instanceId } = session.peer.instance;
    const ofDevice = [...this.#open].filter(({ peer }) => peer.instance.instanceId === instanceId);
    if (this.#open.size >= atOnce || ofDevice.length >= ofOneDevice) {
      session.close();
      return false;
    }
    this.#open.add(session);
    session.onClose(() => this.#open.delete(session));
    return true;
  }

  closeAll(): void {
    for (const session of this.#open) session.close();
  }
}
