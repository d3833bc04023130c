import { useEffect, useState, type ComponentType, type ReactNode } from 'react';

/** Parts of the window that its first screen does not need, each in a file of its own. */
const parts: (() => Promise<unknown>)[] = [];

/** `read`: reads its file now, for whoever knows that it will be wanted. Rejects when it cannot be read. */
type LaterPart<Props extends object> = ((props: Props) => ReactNode) & { readonly read: () => Promise<unknown> };

/**
 * A component whose file is read after the first screen is there, or when it is first shown. Once read it is drawn at once, like any other; what is drawn
 * meanwhile is nothing. The file is one of the program's own, and `readLater` reads all of them soon after the start: so nothing is waited for in use,
 * and an update that takes old files away takes none that is still to be read. Not React's `lazy`, which lets what it waited for wait once more.
 */
export function later<Props extends object>(read: () => Promise<ComponentType<Props>>): LaterPart<Props> {
  let known: ComponentType<Props> | undefined;
  let reading: Promise<ComponentType<Props>> | undefined;
  const once = (): Promise<ComponentType<Props>> => {
    reading ??= read().then((part) => (known = part));
    return reading;
  };
  parts.push(once);
  function Later(props: Props): ReactNode {
    const [Part, setPart] = useState(() => known);
    const missing = Part === undefined;
    useEffect(() => {
      if (!missing) return;
      once().then(
        (part) => setPart(() => part),
        (error: unknown) =>
          setPart(() => {
            // For the error boundary.
            throw error;
          }),
      );
    }, [missing]);
    return Part === undefined ? null : <Part {...props} />;
  }
  return Object.assign(Later, { read: once });
}

/** Reads every part, one after the other. Rejects when a file cannot be read. */
export async function readLater(): Promise<void> {
  // What a part registers when it is read comes behind it.
  for (const read of parts) await read();
}
