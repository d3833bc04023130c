import type { Verification } from '../../../shared/model/verification';
import type { TextId } from '../../i18n/messages';

/** Title and explanation of what came of comparing: each its own words, none of them a colour only. */
export function outcomeWords({ outcome, reason }: Verification): { readonly title: TextId; readonly text: TextId } {
  switch (outcome) {
    case 'match':
      return { title: 'verify.match', text: reason === 'new-key' || reason === 'known-key' ? `verify.match.${reason}` : 'verify.match.text' };
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

function otherText(reason: Verification['reason']): TextId {
  if (reason === 'own-code' || reason === 'for-another' || reason === 'contact') return `verify.other.${reason}.text`;
  return 'verify.other.stranger.text';
}
