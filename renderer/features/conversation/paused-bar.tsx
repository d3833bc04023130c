import type { ReactNode } from 'react';
import { ShieldAlert } from 'lucide-react';
import type { Contact } from '../../../shared/model/contact';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { isPaused } from '../contacts/contact-words';
import { useSetBlocked } from '../contacts/who-tab';

/** Above the composer: why nothing leaves, and the two ways on. What is written meanwhile waits. */
export function PausedBar({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const openDialog = useUi((state) => state.openDialog);
  const setBlocked = useSetBlocked();
  if (!isPaused(contact)) return null;
  const name = nameInSentence(contact.name);
  const kind = contact.who === 'frozen' ? 'fork' : 'unknown';
  return (
    <section className="failed-bar paused" aria-labelledby="paused-heading" data-testid="paused-bar">
      <h2 id="paused-heading" className="failed-heading">
        <ShieldAlert aria-hidden="true" />
        {text('paused.heading')}
      </h2>
      <p role="alert">{text(`paused.${kind}`, { name })}</p>
      <p className="failed-safe">{text('paused.safe', { name })}</p>
      <div className="failed-actions">
        <Button kind="main" onPress={() => openDialog('verify')}>
          {text('paused.compare')}
        </Button>
        <Button onPress={() => void setBlocked(contact, true)}>{text('paused.block', { name })}</Button>
      </div>
    </section>
  );
}
