import { useEffect, type ReactNode } from 'react';
import { AlarmClock, HardDrive, PlugZap, ShieldOff, WifiOff } from 'lucide-react';
import type { NetworkStatus } from '../../../shared/model/network';
import { useModel, useNetwork, useSettings, useUi } from '../../app/model-context';
import { PutAwayButton } from '../../app/put-away-button';
import { type Text, useText } from '../../i18n/use-text';
import { type Times, useTimes } from '../../i18n/use-times';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';
import { portText } from './own-places';

export type NetworkTrouble =
  | { readonly kind: 'disk'; readonly why: NonNullable<NetworkStatus['untaken']> }
  | { readonly kind: 'proxy'; readonly address: string }
  | { readonly kind: 'offline' }
  | { readonly kind: 'clock'; readonly ahead: number }
  | { readonly kind: 'moved'; readonly from: number; readonly to: number };

/** What of the network needs a person's attention, the worst first. */
export function troublesOf(status: NetworkStatus | undefined, proxy: string): readonly NetworkTrouble[] {
  if (status === undefined) return [];
  const troubles: NetworkTrouble[] = [];
  if (status.untaken !== undefined) troubles.push({ kind: 'disk', why: status.untaken });
  if (status.proxy?.state === 'failed') troubles.push({ kind: 'proxy', address: status.proxy.address ?? proxy.replace(/^socks5:\/\//u, '') });
  // It listens and has nothing to tell anybody: no interface but this computer's own. Behind a proxy nothing is told anyhow.
  else if (proxy === '' && status.announced?.length === 0 && status.listening.length > 0) troubles.push({ kind: 'offline' });
  if (status.clockAhead !== undefined) troubles.push({ kind: 'clock', ahead: status.clockAhead });
  if (status.moved !== undefined) troubles.push({ kind: 'moved', ...status.moved });
  return troubles;
}

/** From here on devices refuse what the other one says of its time (docs/protocol.md §8). */
const farMs = 24 * 3_600_000;

/** Which sentence is said of a clock. */
function clockOf(ahead: number): 'ahead' | 'behind' | 'far.ahead' | 'far.behind' {
  return `${Math.abs(ahead) > farMs ? 'far.' : ''}${ahead > 0 ? 'ahead' : 'behind'}`;
}

/** Names the state that was put away: another port, a clock that is wrong in another way, or the next time without a network, is news again. */
function barOf(trouble: NetworkTrouble): string {
  if (trouble.kind === 'moved') return `moved ${trouble.from} ${trouble.to}`;
  return trouble.kind === 'clock' ? `clock ${clockOf(trouble.ahead)}` : trouble.kind;
}

export function useNetworkTroubles(): readonly NetworkTrouble[] {
  const status = useNetwork((state) => state.status);
  const proxy = useSettings((state) => state.settings.proxy);
  const putAway = useUi((state) => state.barsPutAway);
  return troublesOf(status, proxy).filter((trouble) => !putAway.includes(barOf(trouble)));
}

export function NetworkBars({ troubles }: { readonly troubles: readonly NetworkTrouble[] }): ReactNode {
  const { ui } = useModel();
  const status = useNetwork((state) => state.status);
  const offline = status === undefined || status.announced?.length === 0;
  useEffect(() => {
    if (!offline) ui.getState().forgetBar('offline');
  }, [offline, ui]);
  return troubles.map((trouble) => <NetworkBar key={trouble.kind} trouble={trouble} />);
}

/** Its words, told aloud once when it comes. */
function useSaid(words: string): string {
  const { ui } = useModel();
  useEffect(() => ui.getState().announce(words), [ui, words]);
  return words;
}

function wordsOf(trouble: NetworkTrouble, text: Text, times: Times, findOnNetwork: boolean): string {
  switch (trouble.kind) {
    case 'disk':
      return text(`bar.${trouble.why}`);
    case 'proxy':
      return text('bar.proxy', { address: trouble.address });
    case 'offline':
      return text('bar.offline');
    case 'clock':
      return text(`bar.clock.${clockOf(trouble.ahead)}`, { span: times.span(Math.abs(trouble.ahead)) });
    case 'moved':
      return text(findOnNetwork ? 'bar.moved.lan' : 'bar.moved', { from: portText(trouble.from), to: portText(trouble.to) });
    default:
      return trouble satisfies never;
  }
}

function NetworkBar({ trouble }: { readonly trouble: NetworkTrouble }): ReactNode {
  const text = useText();
  const times = useTimes();
  const putBarAway = useUi((state) => state.putBarAway);
  const openSettings = useUi((state) => state.openSettings);
  const findOnNetwork = useSettings((state) => state.settings.findOnNetwork && state.settings.proxy === '');
  const words = useSaid(
    wordsOf(trouble, text, times, findOnNetwork),
  );
  const putAway = (
    <PutAwayButton onPress={() => putBarAway(barOf(trouble))} />
  );
  switch (trouble.kind) {
    // Not put away: nothing arrives while it lasts.
    case 'disk':
      return (
        <Bar tone="notice" icon={<HardDrive aria-hidden="true" />}>
          {words}
        </Bar>
      );
    case 'proxy':
      return (
        <Bar tone="notice" icon={<ShieldOff aria-hidden="true" />} actions={<Button onPress={() => openSettings('network')}>{text('bar.settings')}</Button>}>
          {words}
        </Bar>
      );
    case 'offline':
      return (
        <Bar tone="notice" icon={<WifiOff aria-hidden="true" />} actions={putAway}>
          {words}
        </Bar>
      );
    case 'clock':
      return (
        <Bar tone="notice" icon={<AlarmClock aria-hidden="true" />} actions={putAway}>
          {words}
        </Bar>
      );
    case 'moved':
      return (
        <Bar tone="notice" icon={<PlugZap aria-hidden="true" />} actions={putAway}>
          {words}
        </Bar>
      );
    default:
      return trouble satisfies never;
  }
}
