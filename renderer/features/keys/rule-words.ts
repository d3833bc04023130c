import type { ShiftPolicy } from '../../../shared/model/keys';
import type { Text } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How often, in the fewest words: by time if there is such a limit, else by the first limit there is. */
export function rhythm(policy: ShiftPolicy, name: string, text: Text, times: Times): string {
  const { afterMilliseconds: time, afterMessages, afterBytes, onPeerShift } = policy;
  if (time > 0) {
    if (time % day === 0) return text('keys.every.days', { count: time / day });
    if (time % hour === 0) return text('keys.every.hours', { count: time / hour });
    return text('keys.every.minutes', { count: Math.max(1, Math.round(time / minute)) });
  }
  if (afterMessages > 0) return text('keys.every.messages', { count: afterMessages });
  if (afterBytes > 0) return text('keys.every.bytes', { size: times.bytes(afterBytes) });
  return onPeerShift ? text('keys.every.peer', { name }) : text('keys.every.hand');
}

/** When a new key comes by itself, as one list of words. */
export function renewalWords(policy: ShiftPolicy, name: string, text: Text, times: Times): string {
  const { afterMilliseconds, afterMessages, afterBytes, onPeerShift, peerShifts, onDeviceChange } = policy;
  const words = [
    afterMilliseconds > 0 ? text('keys.policy.time', { age: times.length(afterMilliseconds) }) : '',
    afterMessages > 0 ? text('keys.policy.messages', { count: afterMessages }) : '',
    afterBytes > 0 ? text('keys.policy.bytes', { size: times.bytes(afterBytes) }) : '',
    onPeerShift ? text('keys.policy.peer', { name, count: peerShifts }) : '',
    onDeviceChange ? text('keys.policy.devices') : '',
  ].filter((word) => word !== '');
  return words.length === 0 ? text('keys.policy.off') : text('keys.policy.on', { list: times.anyOf(words) });
}

/** What of the other side ends the conversation, or is told. Each a sentence; none when nothing is watched. */
export function watchWords(policy: ShiftPolicy, name: string, text: Text, times: Times): readonly string[] {
  const { failAfterShifts, failWithinMilliseconds, whenStale } = policy;
  const stale = staleLimit(policy, text, times);
  return [
    failAfterShifts > 0 ? text('keys.policy.often', { name, count: failAfterShifts, span: times.length(failWithinMilliseconds) }) : '',
    stale === undefined || whenStale === 'ignore' ? '' : text(whenStale === 'fail' ? 'keys.policy.stale.fail' : 'keys.policy.stale.warn', { name, limit: stale }),
  ].filter((sentence) => sentence !== '');
}

/** "7 days or 1,000,000 messages"; undefined when neither limit is on. */
function staleLimit(policy: ShiftPolicy, text: Text, times: Times): string | undefined {
  const age = policy.staleAfterMilliseconds > 0 ? times.length(policy.staleAfterMilliseconds) : undefined;
  const messages = policy.staleAfterMessages > 0 ? text('keys.count', { count: policy.staleAfterMessages }) : undefined;
  if (age !== undefined && messages !== undefined) return text('keys.policy.stale.either', { age, messages });
  return age ?? messages;
}
