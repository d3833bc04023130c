/** How long the camera may be asked for without the dialog saying so again, in milliseconds. */
const longest = 60_000;

/**
 * Whether the page may ask for the camera now: only while the page that reads a safety code, or the link for a new device, says that it wants to. A page that
 * is reloaded, navigates or dies has no such dialog, and neither has a locked one.
 */
export class CameraUse {
  readonly #monotonic: () => number;
  #until: number | undefined;

  /** `monotonic`: milliseconds of a clock that only goes forward. */
  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  begin(): void {
    this.#until = this.#monotonic() + longest;
  }

  end(): void {
    this.#until = undefined;
  }

  isOpen(): boolean {
    return this.#until !== undefined && this.#monotonic() < this.#until;
  }
}
