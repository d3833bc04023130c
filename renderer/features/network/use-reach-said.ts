import { useEffect, useRef } from 'react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Says aloud what came of a try, and when a connection came or went while somebody looks; not the state one arrives at. */
export function useReachSaid(known: boolean, connected: boolean, trying: boolean, name: string): void {
  const text = useText();
  const { ui } = useModel();
  const before = useRef<{ readonly connected: boolean; readonly trying: boolean } | undefined>(undefined);
  useEffect(() => {
    const last = before.current;
    if (!known) return;
    before.current = { connected, trying };
    if (last === undefined) return;
    const came = last.connected !== connected;
    const tried = last.trying && !trying && !connected;
    // The button for trying went with its reason; who pressed it stays in the pane.
    if (came && document.activeElement === document.body) document.querySelector<HTMLElement>('[data-pane="details"] [role="tab"][aria-selected="true"]')?.focus();
    if (came || tried) ui.getState().announce(text(connected ? 'reach.said.connected' : 'reach.said.down', { name }));
  }, [known, connected, trying, name, ui, text]);
}
