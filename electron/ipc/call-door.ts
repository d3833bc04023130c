import type { Reply } from '../../shared/contract/bridge';
import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { dispatch, Report } from '../doors/dispatch';
import { failure } from '../doors/failure';
import type { parseOutgoing } from '../doors/outgoing-event';
import { isOwnSender, type CallEvent } from '../security/sender';
import { callChannel, eventChannel, filesChannel } from '../doors/channels';
import { callSizeLimit, isPlainWithin } from './input-size';
import { callRate, RateLimit } from './rate-limit';

/** The part of Electron's `ipcMain` that is used. */
export interface IpcSide {
  handle(channel: string, listener: (event: CallEvent, ...args: unknown[]) => Promise<unknown>): void;
  removeHandler(channel: string): void;
}

/** A window's `webContents`, as far as the door needs it. */
export interface Page {
  readonly id: number;
  isDestroyed(): boolean;
  send(channel: string, event: AppEvent): void;
}

/** What needs the whole contract with its schemas. */
export interface ContractParsing {
  readonly dispatch: typeof dispatch;
  readonly parseOutgoing: typeof parseOutgoing;
}

export interface CallDoorParts {
  readonly ipc: IpcSide;
  /** A promise until it is read, for which calls and events wait, in their order; the same one each time. */
  readonly parsing: () => ContractParsing | Promise<ContractParsing>;
  readonly handlers: Handlers;
  /** Names files that the preload hands over. Checks what it gets; never rejects. */
  readonly takeFiles: (items: unknown) => Promise<Reply<unknown>>;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
  readonly report: Report;
  /** Says that somebody was turned away, and why. */
  readonly refused: (reason: 'sender' | 'size' | 'rate') => void;
}

export interface CallDoor {
  /** From here on this page may call and hears events. */
  admit(page: Page): void;
  dismiss(pageId: number): void;
  tell(event: AppEvent): void;
  close(): void;
}

/**
 * The window's door, the only place that touches `ipcMain`: sender → size → rate → contract → parse → call → parse → error code.
 * Answers are always a `Reply`; a caller that is not one of our own pages learns nothing but `internal`.
 */
export function openCallDoor(parts: CallDoorParts): CallDoor {
  const pages = new Map<number, { readonly page: Page; readonly rate: RateLimit }>();

  const turnAway = (event: CallEvent): Reply<never> | undefined => {
    const admitted = isOwnSender(event, pages) ? pages.get(event.sender.id) : undefined;
    if (admitted === undefined) {
      parts.refused('sender');
      return failure('internal', 'This caller is not known.');
    }
    // Charged before the size is counted: counting is work as well.
    if (!admitted.rate.take(parts.monotonic())) {
      parts.refused('rate');
      return failure('too-many-calls', 'Too many calls at once. Please wait a moment.');
    }
    return undefined;
  };
  const answer = async (event: CallEvent, args: readonly unknown[]): Promise<Reply<unknown>> => {
    const refusal = turnAway(event);
    if (refusal !== undefined) return refusal;
    const [name, input, ...more] = args;
    if (typeof name !== 'string' || name.length > 64 || more.length > 0 || !isPlainWithin(input, callSizeLimit)) {
      parts.refused('size');
      return failure('input.invalid', 'The parameters do not fit this call.');
    }
    const parsing = parts.parsing();
    try {
      const { dispatch } = parsing instanceof Promise ? await parsing : parsing;
      return await dispatch(parts.handlers, name, input, parts.report);
    } catch (error) {
      // Not the call's: that never rejects.
      parts.report(name, error);
      return failure('internal', 'Something went wrong inside Keyshift.');
    }
  };
  const tell = (event: AppEvent, { parseOutgoing }: ContractParsing): void => {
    const parsed = parseOutgoing(event, parts.report);
    if (parsed === undefined) return;
    for (const { page } of pages.values()) if (!page.isDestroyed()) page.send(eventChannel, parsed);
  };

  parts.ipc.handle(callChannel, (event, ...args) => answer(event, args));
  parts.ipc.handle(filesChannel, async (event, items) => turnAway(event) ?? parts.takeFiles(items));
  return {
    admit(page) {
      pages.set(page.id, { page, rate: new RateLimit(callRate, parts.monotonic()) });
    },
    dismiss(pageId) {
      pages.delete(pageId);
    },
    tell(event) {
      const parsing = parts.parsing();
      // What is told before anything could be asked is of no consequence if reading fails: whoever asks then gets it as it is by that time.
      if (parsing instanceof Promise) parsing.then((read) => tell(event, read), () => undefined);
      else tell(event, parsing);
    },
    close() {
      parts.ipc.removeHandler(callChannel);
      parts.ipc.removeHandler(filesChannel);
      pages.clear();
    },
  };
}
