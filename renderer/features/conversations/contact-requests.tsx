import { useId, useRef, useState, type ReactNode } from 'react';
import type { ContactRequest } from '../../../shared/model/contact';
import { isNowhere, keepFocus } from '../../app/keep-focus';
import { useContacts, useModel } from '../../app/model-context';
import { focusBack } from '../../app/panes';
import { useErrorText, useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { PersonName } from '../../ui/person-name';
import { DeclineRequestDialog } from './decline-request-dialog';
import { useShowContact } from './use-show';

/** People who ask to be let in; above the list until each is answered. */
export function ContactRequests(): ReactNode {
  const text = useText();
  const requests = useContacts((state) => state.requests);
  const [declining, setDeclining] = useState<Declining>();
  return (
    <>
      {requests.length === 0 ? null : (
        <section className="requests" aria-label={text('requests.title')}>
          <h2 className="small-heading">{text('requests.title')}</h2>
          {requests.map((request) => (
            <RequestCard key={request.requestId} request={request} onDecline={setDeclining} />
          ))}
        </section>
      )}
      {/* Beside the cards, of which one goes with the answer. */}
      {declining === undefined ? null : (
        <DeclineRequestDialog request={declining.request} onDeclined={() => keepFocus(declining.focusNext)} onClose={() => setDeclining(undefined)} />
      )}
    </>
  );
}

interface Declining {
  readonly request: ContactRequest;
  /** Who gets the focus once the request is gone. */
  readonly focusNext: () => void;
}

function RequestCard({ request, onDecline }: { readonly request: ContactRequest; readonly onDecline: (declining: Declining) => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { ui, contacts, background } = useModel();
  const showContact = useShowContact();
  const [busy, setBusy] = useState(false);
  const nameId = useId();
  const card = useRef<HTMLElement>(null);

  // Whoever lets somebody in goes on to them, unless they went elsewhere before that was done: then the list says who came.
  const accept = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const { selection } = ui.getState();
    const isHere = stays(card.current);
    try {
      await contacts.getState().answer(request.requestId, true);
      const accepted = contacts.getState().contacts.find(({ peerId }) => peerId === request.peerId);
      if (accepted !== undefined && isHere() && ui.getState().selection === selection) await showContact(accepted.contactId);
      // The buttons go with the request.
      else keepFocus(focusBack);
    } catch (thrown) {
      ui.getState().toast(errorText(thrown), 'danger');
      setBusy(false);
      background(contacts.getState().load());
    }
  };

  return (
    <article className="request" ref={card} tabIndex={-1} aria-labelledby={nameId}>
      <div className="request-person" id={nameId}>
        <Avatar name={request.name} peerId={request.peerId} size="small" />
        <span>
          <PersonName name={request.name} className="list-name" />
          <span className="request-via">{text(`requests.via.${request.via}`)}</span>
          <code className="request-id">{request.peerId.slice(0, 12)}…</code>
        </span>
      </div>
      <div className="request-answers">
        <Button kind="main" aria-describedby={nameId} isPending={busy} onPress={() => void accept()}>
          {text('requests.accept')}
        </Button>
        <Button aria-describedby={nameId} isDisabled={busy} onPress={() => onDecline({ request, focusNext: focusNext(card.current) })}>
          {text('requests.decline')}
        </Button>
      </div>
    </article>
  );
}

/** Whether whoever had the focus there has it nowhere else since: it goes with what had it. */
function stays(card: HTMLElement | null): () => boolean {
  const asked = document.activeElement;
  return () => isNowhere() || document.activeElement === asked || card?.contains(document.activeElement) === true;
}

/**
 * After a request was declined: to the next one as a whole, so that a key pressed twice answers for nobody else; to the one before where it was the last, to the list
 * where it was the only one.
 */
function focusNext(card: HTMLElement | null): () => void {
  const neighbours = [card?.nextElementSibling, card?.previousElementSibling].filter((element): element is HTMLElement => element instanceof HTMLElement && element.matches('.request'));
  return () => {
    const heir = neighbours.find((other) => other.isConnected) ?? document.querySelector<HTMLElement>('.list-items [data-row][tabindex="0"], .list-items button');
    if (heir === null) focusBack();
    else heir.focus();
  };
}
