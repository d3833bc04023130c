import type { ReactNode } from 'react';
import { useProfiles } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { nameInSentence } from '../../ui/strangers';

/** After the open profile was deleted, on the screen that comes in its place: what is gone, what is not, and what can be done here. */
export function RemovedNotice({ next }: { readonly next: 'begin' | 'unlock' }): ReactNode {
  const text = useText();
  const removed = useProfiles((state) => state.removed);
  const current = useProfiles((state) => state.profiles.find((one) => one.current)?.name ?? '');
  if (removed === undefined) return null;
  const name = nameInSentence(removed.name);
  return (
    <div role="status">
      <Banner tone={removed.complete ? 'calm' : 'notice'}>
        <p>{text(removed.complete ? 'profiles.gone' : 'profiles.gone.partly', { name })}</p>
        <p>{text('profiles.gone.others')}</p>
        <p>{text(`profiles.gone.${next}`, { current: nameInSentence(current) })}</p>
      </Banner>
    </div>
  );
}
