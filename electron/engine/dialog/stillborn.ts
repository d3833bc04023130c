import type { DialogStore } from './dialog-store';
import type { DialogSink, FailureReason } from './dialog-types';
import type { Clock, Logger } from '../ports';
import type { Memory } from './memory';
import type { DialogState } from './streams';

/** Dialogs of one person that failed with their first message and are remembered, so that the sender hears of it: the newest. */
export const keptStillborn = 16;

interface StillbornParts {
  readonly store: DialogStore;
  readonly memory: Memory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sink: DialogSink;
}

/**
 * The very first message of a dialog broke the rules of keys. Nobody was shown anything of it, and other own devices judge the message for themselves;
 * the sender is told, as of every failed dialog. Whoever begins dialogs so without end pushes out those before: what is forgotten had nothing in it. Runs
 * inside `Memory.change`.
 */
export function failUnborn({ store, memory, clock, logger, sink }: StillbornParts, dialog: DialogState, failure: FailureReason): void {
  dialog.row = { ...dialog.row, state: 'failed', failure, failureDue: true };
  store.putDialog(dialog.row);
  store.bury(dialog.key, failure, Math.max(0, Math.trunc(clock.now())));
  memory.addDialog(dialog);
  const former = store.stillborn(dialog.key, keptStillborn - 1);
  sink.failed({ ...dialog.key, reason: failure });
  // Of the first few: a line for every such message would have no end either.
  if (former.length === 0) logger.warn('dialog.failed', { reason: failure });
  for (const key of former) {
    memory.forgetDialog(key);
    store.forgetStillborn(key);
  }
}
