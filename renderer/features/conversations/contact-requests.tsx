import { useId, useRef, type ReactNode } from 'react';
import type { ContactRequest } from '../../../shared/model/contact';
import { keepFocus } from '../../app/keep-focus';
import { useContacts, useModel } from '../../app/model-context';
import { focusBack } from '../../app/panes';
import { useErrorText, useText } from '../../i18n/use-text';
import { Avatar } from '../../ui/avatar';
import { Button } from '../../ui/button';
import { PersonName } from '../../ui/person-name';

/** People who ask to be let in; above the list until each is answered. */
export function ContactRequests(): ReactNode {
  const text = useText();
  const requests = useContacts((state) => state.requests);
  if (requests.length === 0) return null;
  return (
    <section className="requests" aria-label={text('requests.title')}>
      <h2 className="small-heading">{text('requests.title')}</h2>
      {requests.map((request) => (
        <RequestCard key={request.requestId} request={request} />
      ))}
    </section>
  );
}

function RequestCard({ request }: { readonly request: ContactRequest }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { ui, contacts } = useModel();
  const nameId = useId();
  const card = useRef<HTMLElement>(null);

  const answer = async (accept: boolean): Promise<void> => {
    const { toast } = ui.getState();
    const next = accept ? focusBack : focusNext(card.current);
    try {
      await contacts.getState().answer(request.requestId, accept);
      // The buttons go with the request.
      keepFocus(next);
      // An accepted one is told by their appearing in the list.
      if (!accept) toast(text('requests.declined'));
    } catch (thrown) {
      toast(errorText(thrown), 'danger');
      await contacts.getState().load();
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
        <Button kind="main" aria-describedby={nameId} onPress={() => void answer(true)}>
          {text('requests.accept')}
        </Button>
        <Button aria-describedby={nameId} onPress={() => void answer(false)}>
          {text('requests.decline')}
        </Button>
      </div>
    </article>
  );
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
