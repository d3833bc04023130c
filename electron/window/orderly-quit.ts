/** The part of Electron's `app` that is used. */
export interface QuitSide {
  on(event: 'will-quit', listener: (event: { preventDefault(): void }) => void): unknown;
  exit(code: number): void;
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
