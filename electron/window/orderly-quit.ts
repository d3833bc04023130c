/** The part of Electron's `app` that is used. */
export interface QuitSide {
  on(event: 'will-quit', listener: (event: { preventDefault(): void }) => void): unknown;
  exit(code: number): void;
}

/** How a session of the desktop, a terminal or a person tells a program to end. */
export const endingSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Signals end it as its menu does. Electron alone does this by itself; in the whole app something underneath gives the signal back to the system, and
 * SIGTERM ended the process in the middle (seen with the installed package, whose test now holds it).
 */
export function quitOnSignals(source: { on(signal: (typeof endingSignals)[number], listener: () => void): unknown }, quit: () => void): void {
  for (const signal of endingSignals) source.on(signal, quit);
}

/** Milliseconds an orderly end may take: every durable change is a transaction, so nothing is lost by not waiting longer. */
const patience = 4000;

/** Before the process ends: sessions closed, database closed, keys wiped. Whatever happens, it does end. */
export function quitOrderly(app: QuitSide, stop: () => Promise<void>, failed: (error: unknown) => void): void {
  let stopping = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    const end = (): void => app.exit(0);
    const timer = setTimeout(end, patience);
    stop()
      .catch(failed)
      .finally(() => {
        clearTimeout(timer);
        end();
      });
  });
}
