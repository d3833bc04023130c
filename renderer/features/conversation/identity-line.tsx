import type { ReactNode } from 'react';
import { IdCard } from 'lucide-react';
import type { ContactKey } from '../../../shared/model/identity';
import { useUi } from '../../app/model-context';
import { heard } from '../../i18n/heard';
import type { TextId } from '../../i18n/messages';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';

/** A contact moved to another identity key: one calm line, and the way to the history. Several of one day are one line. */
export function IdentityLine({ keys, name: given, times }: { readonly keys: readonly ContactKey[]; readonly name: string; readonly times: Times }): ReactNode {
  const text = useText();
  const showDetails = useUi((state) => state.showDetails);
  const last = keys.at(-1);
  if (last === undefined) return null;
  const name = nameInSentence(given);
  const words = text(identityWords(last, keys.length), { name, count: keys.length });
  const seeHistory = (): void => {
    showDetails('who');
    // After the tab is drawn.
    requestAnimationFrame(() => {
      const heading = document.getElementById('key-history-heading');
      heading?.scrollIntoView({ block: 'start' });
      heading?.focus();
    });
  };
  return (
    <div className="shift-line identity-line" role="article" aria-label={heard(words)} data-testid="identity-line">
      <IdCard aria-hidden="true" className="line-icon" />
      <span>{words}</span>
      <time className="shift-time">{times.clock(last.since)}</time>
      <Button kind="quiet" onPress={seeHistory}>
        {text('identity.seeHistory')}
      </Button>
    </div>
  );
}

export function identityWords({ origin, checked }: Pick<ContactKey, 'origin' | 'checked'>, count: number): TextId {
  const state = checked ? 'checked' : 'unchecked';
  if (origin === 'old-key') return count > 1 ? `identity.many.${state}` : `identity.old-key.${state}`;
  if (origin === 'recovery') return `identity.recovery.${state}`;
  return 'identity.person';
}
