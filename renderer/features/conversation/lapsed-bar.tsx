import { type ReactNode, useState } from 'react';
import { CalendarX } from 'lucide-react';
import type { Contact } from '../../../shared/model/contact';
import { useModel, useUi } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';

/** Above the composer: the contact was met with a certificate that ended long ago. The user lets it count, or compares first. */
export function LapsedBar({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const times = useTimes();
  const { client, contacts, ui } = useModel();
  const openDialog = useUi((state) => state.openDialog);
  const [busy, setBusy] = useState(false);
  const { contactId, lapsed } = contact;
  if (lapsed === undefined || lapsed.until !== undefined) return null;
  const name = nameInSentence(contact.name);

  const accept = async (): Promise<void> => {
    setBusy(true);
    try {
      await client.contacts.acceptLapsed({ contactId });
      await contacts.getState().load();
      ui.getState().announce(text('lapsed.accepted', { name }));
    } catch (thrown) {
      ui.getState().toast(errorText(thrown), 'danger');
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="failed-bar paused" aria-labelledby="lapsed-heading" data-testid="lapsed-bar">
      <h2 id="lapsed-heading" className="failed-heading">
        <CalendarX aria-hidden="true" />
        {text('lapsed.heading')}
      </h2>
      <p role="alert">{text('lapsed.text', { name, date: times.date(lapsed.since) })}</p>
      <p className="failed-safe">{text('lapsed.safe', { name })}</p>
      <div className="failed-actions">
        <Button kind="main" isDisabled={busy} onPress={() => void accept()}>
          {text('lapsed.accept')}
        </Button>
        <Button onPress={() => openDialog('verify')}>{text('paused.compare')}</Button>
      </div>
    </section>
  );
}
