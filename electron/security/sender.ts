import { appOrigin, isOwnPage } from './origin';

/** The part of an `IpcMainInvokeEvent` that tells who is asking. */
export interface CallEvent {
  readonly sender: { readonly id: number };
  readonly senderFrame: SenderFrame | null;
}

export interface SenderFrame {
  readonly url: string;
  readonly origin: string;
  readonly parent: unknown;
}

/** Hardening row 13: a frame that still exists, the top one, showing our page, in a window we made. */
export function isOwnSender(event: CallEvent, known: { has(id: number): boolean }): boolean {
  try {
    const frame = event.senderFrame;
    if (frame === null || frame === undefined) return false;
    return frame.parent === null && frame.origin === appOrigin && isOwnPage(frame.url) && known.has(event.sender.id);
  } catch {
    // A frame that went away meanwhile throws on every access.
    return false;
  }
}
