import type { TextId } from '../../i18n/messages';
import type { Compared } from './use-verify';

/** Title and explanation of what came of comparing: each its own words, none of them a colour only. */
export function outcomeWords({ result, tookKey }: Compared): { readonly title: TextId; readonly text: TextId } {
  const { outcome, reason } = result;
  switch (outcome) {
    case 'match':
      return { title: 'verify.match', text: tookKey ? 'verify.match.taken' : 'verify.match.text' };
    case 'no-match':
      return { title: 'verify.noMatch', text: reason === 'their-key' || reason === 'your-key' ? `verify.noMatch.${reason}` : 'verify.noMatch.text' };
    case 'other-person':
      return { title: reason === 'contact' ? 'verify.other.contact' : 'verify.other', text: otherText(reason) };
    case 'not-in-step':
      return { title: 'verify.notInStep', text: reason === 'their-older-key' ? 'verify.notInStep.their-older-key' : 'verify.notInStep.your-older-key' };
    default:
      return outcome satisfies never;
  }
}

function otherText(reason: Compared['result']['reason']): TextId {
  if (reason === 'own-code' || reason === 'for-another' || reason === 'contact') return `verify.other.${reason}.text`;
  return 'verify.other.stranger.text';
}
