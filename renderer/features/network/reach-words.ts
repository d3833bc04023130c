import type { ReachReport } from '../../../shared/model/network';
import type { Text } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import type { Way } from '../../ui/icons';

/** How this person is reached, in one sentence. */
export function reachSentence(report: ReachReport, way: Way, name: string, now: number, text: Text, times: Times): string {
  const up = way === 'direct' || way === 'lan' || way === 'onion';
  // While one of the two is newer than the other, the time belongs to the state before.
  const since = report.connected === up ? report.since : undefined;
  if (up) return since === undefined ? text(`reach.now.${way}`) : text(`reach.state.${way}`, { when: times.when(since, now) });
  return since === undefined ? text('reach.state.never', { name }) : text('reach.state.down', { name, when: times.when(since, now) });
}

/** What one address answered and when, in one line. */
export function tryWords(one: ReachReport['tries'][number], now: number, text: Text, times: Times): string {
  if (one.outcome === undefined) return text('reach.try.never');
  const outcome = text(`reach.outcome.${one.outcome}`);
  if (one.at === undefined || one.outcome === 'trying') return outcome;
  return text('reach.try.said', { outcome, when: times.when(one.at, now) });
}
