import type { AppEvent } from '../../shared/contract/contract';
import type { Behind } from './behind-frame';
import { eachAlone, type Report } from './each-alone';

interface InFrames {
  readonly take: (event: AppEvent) => void;
  /** What waits is shown now: an answer is here that knows of it. */
  readonly catchUp: () => void;
}

/**
 * Messages that come faster than frames are drawn are shown together with the next one: each drawn by itself, a long conversation is laid out once for each, and
 * the window answers nobody meanwhile. The order stays: what is told behind one that waits, waits too; a lock waits for nothing.
 */
export function inFrames(route: (event: AppEvent) => void, behind: Behind, report?: Report): InFrames {
  let waiting: AppEvent[] = [];
  let isDrawing = false;
  const catchUp = (): void => {
    const events = waiting;
    waiting = [];
    // As at the bridge: the fault of one is none of the others'.
    eachAlone(events.map((event) => () => route(event)), report);
  };
  const begin = (): void => {
    isDrawing = true;
    behind('arrivals', () => {
      isDrawing = false;
      if (waiting.length === 0) return;
      begin();
      catchUp();
    });
  };
  const take = (event: AppEvent): void => {
    if (waiting.length > 0 || (isDrawing && event.type === 'message.received')) {
      waiting.push(event);
      if (event.type === 'vault.changed') catchUp();
      return;
    }
    if (event.type === 'message.received') begin();
    route(event);
  };
  return { take, catchUp };
}
