import type { Clock, Link } from '../ports';
import type { Frame, FrameReader } from '../wire/frame';
import { WireError } from '../wire/reader';
import { concat } from '../wire/writer';
import type { FailureReason } from './failure';
import { step, wipeSessionKeys } from './handshake';
import type { ResumeM1 } from './resume-message';
import type { Failed, HandshakeEnvironment, HandshakeInput, HandshakeState, Opened } from './handshake-state';
import type { SessionLimits } from './limits';
import { retryFrame } from './resume-listener';
import type { LiveSession } from './session';

export interface ConnectionParts {
  readonly clock: Clock;
  readonly limits: SessionLimits;
  readonly environment: HandshakeEnvironment;
  readonly link: Link;
  /** Frames of the link, with whatever of it is read already. */
  readonly reader: FrameReader;
  readonly state: HandshakeState;
  /** Monotonic milliseconds by which the session must be confirmed. */
  readonly deadline: number;
  /** Once, when the handshake is over. Undefined: the session is not wanted after all and the link is closed already. */
  readonly onOpen: (opened: Opened) => LiveSession | undefined;
  /** A resumption was refused; the handshake goes on, for a full M1. */
  readonly onRefused?: (reason: FailureReason) => void;
  /** After that: the next frame has come. */
  readonly onAgain?: () => void;
  /** Looks for the entry of the M1 that the state waits with, and calls back once. */
  readonly onLook?: (m1: Frame, message: ResumeM1, done: () => void) => void;
  /** Once, instead. The link is being closed. */
  readonly onFailed: (failure: Failed) => void;
  /** The link is gone, also after it had failed. */
  readonly onGone: () => void;
  readonly onFault: (error: unknown) => void;
}

/** Drives one link through the handshake and then feeds its session: the one place where the pure step meets time. */
export class Connection {
  readonly #parts: ConnectionParts;
  #state: HandshakeState;
  #session: LiveSession | undefined;
  #over = false;
  #cancelDeadline: (() => void) | undefined;
  /** A refusal is on its way: the other side has nothing to say before it has heard it. */
  #cancelRefusal: (() => void) | undefined;
  /** When the frame came that is being judged, monotonic. */
  #heardAt = 0;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  /** Takes the link's handlers over and begins; `first` is the frame that was read to find out what this link wants. */
  begin(first?: Frame): void {
    const { link, clock, deadline } = this.#parts;
    this.#cancelDeadline = clock.setTimer(Math.max(0, deadline - clock.monotonic()), () => this.end('timeout'));
    if (first) this.#guard(() => this.#frame(first));
    else this.#guard(() => this.#step({ kind: 'start', now: clock.now() }));
    this.#guard(() => this.#drainFrames());
    // A link that is already closed says so to this handler.
    link.onClose(() => this.closed());
    link.onDrain(() => this.#session?.drained());
    link.onData((bytes, giveBack) => this.data(bytes, giveBack));
  }

  /** Bytes came. Frames are copies, so that nothing looks at them any more when this returns. */
  data(bytes: Uint8Array, giveBack?: () => void): void {
    if (this.#over) return;
    this.#guard(() => {
      this.#parts.reader.push(bytes);
      this.#drainFrames();
    });
    giveBack?.();
  }

  /** The link is gone. */
  closed(): void {
    this.#session?.ended();
    this.end('closed');
    this.#parts.onGone();
  }

  /** Ends a handshake that is still under way. */
  end(reason: 'timeout' | 'closed' | 'locked' | 'busy' | 'unexpected-frame'): void {
    if (this.#over || this.#session) return;
    this.#step({ kind: 'end', reason });
  }

  #drainFrames(): void {
    while (!this.#over) {
      const frame = this.#parts.reader.next();
      if (!frame) return;
      this.#frame(frame);
    }
  }

  #frame(frame: Frame): void {
    if (this.#session) {
      let isGiven = false;
      this.#session.receive(frame, () => {
        if (!isGiven) this.#parts.reader.giveBack(frame);
        isGiven = true;
      });
      this.#over ||= this.#session.closed;
      return;
    }
    if (this.#cancelRefusal) return this.end('unexpected-frame');
    if (this.#state.phase === 'awaiting-m1' && this.#state.refused) this.#parts.onAgain?.();
    this.#heardAt = this.#parts.clock.monotonic();
    this.#step({ kind: 'frame', frame, now: this.#parts.clock.now() });
  }

  #step(input: HandshakeInput): void {
    const { environment, link, onOpen, onLook } = this.#parts;
    const { state, output, delayed } = step(environment, this.#state, input);
    this.#state = state;
    if (delayed) this.#refuse(state, output);
    // M2 and M4 in one write: the other side mostly reads them in one turn.
    else if (output.length > 0) link.send(output.length === 1 && output[0] ? output[0] : concat(...output));
    if (state.phase === 'failed') this.#fail(state);
    if (state.phase === 'awaiting-entry') onLook?.(state.m1, state.message, () => this.#looked(state));
    if (state.phase !== 'open') return;
    this.#cancelDeadline?.();
    this.#session = onOpen(state.opened);
    this.#over = this.#session === undefined;
  }

  /** The connection may have ended meanwhile, or gone another way. */
  #looked(state: HandshakeState): void {
    if (this.#state === state) this.#guard(() => this.#step({ kind: 'looked', now: this.#parts.clock.now() }));
  }

  #refuse(state: HandshakeState, output: readonly Uint8Array[]): void {
    const { link, clock, limits, onRefused } = this.#parts;
    // A whole number of delays after M1, of which one is enough for all work but asking another device.
    const since = clock.monotonic() - this.#heardAt;
    this.#cancelRefusal = clock.setTimer(limits.retryDelayMs - (since % limits.retryDelayMs), () => {
      this.#cancelRefusal = undefined;
      for (const frame of output) link.send(frame);
    });
    if (state.phase === 'awaiting-m1' && state.refused) onRefused?.(state.refused);
  }

  #fail(failure: Failed): void {
    const { link, clock, limits, onFailed } = this.#parts;
    this.#over = true;
    this.#cancelDeadline?.();
    this.#cancelRefusal?.();
    if (failure.answer === 'retry') clock.setTimer(limits.retryDelayMs, () => sendRetry(link));
    else link.destroy();
    onFailed(failure);
  }

  /** A defect of ours must cost no more than this link. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#over = true;
      this.#cancelDeadline?.();
      this.#cancelRefusal?.();
      this.#parts.link.destroy();
      this.#session?.ended();
      if (!this.#session && this.#state.phase !== 'failed') {
        // Lets the step wipe what the handshake held, and erase an entry that would lead here again.
        if (this.#state.phase === 'open') wipeSessionKeys(this.#state.opened.keys);
        else step(this.#parts.environment, this.#state, { kind: 'end', reason: 'malformed' });
        this.#parts.onFailed({ phase: 'failed', reason: 'malformed', answer: 'none', shown: undefined });
      }
      // Bytes that are no frames are the other side's doing, everything else a defect of ours.
      if (!(error instanceof WireError)) this.#parts.onFault(error);
    }
  }
}

function sendRetry(link: Link): void {
  link.send(retryFrame());
  link.close();
}
