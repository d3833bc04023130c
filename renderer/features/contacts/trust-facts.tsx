import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { usePeople } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { WhoGlyph } from '../../ui/icons';
import { nameInSentence } from '../../ui/strangers';

/** Facts, each by itself: what the person here compared, which organisation vouches if one does, and which key that is about. */
export function TrustFacts({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const times = useTimes();
  const current = usePeople((state) => state.histories[contact.contactId])?.find((key) => key.current);
  const name = nameInSentence(contact.name);
  const { takenBackBy = [] } = contact;
  if (contact.pending) return null;
  const alarm = contact.who === 'frozen' || contact.who === 'unknown-key' || contact.who === 'changed' ? contact.who : undefined;
  return (
    <ul className="trust-facts" aria-label={text('trust.label', { name })}>
      <li className={`trust-fact who-${contact.checked ? 'checked' : 'unchecked'}`} data-testid="fact-checked">
        <WhoGlyph who={contact.checked ? 'checked' : 'unchecked'} />
        <span>
          <strong>{text(contact.checked ? 'who.checked' : 'who.unchecked')}</strong>
          <span className="field-hint block">{text(contact.checked ? 'trust.checked' : 'trust.unchecked', { name })}</span>
        </span>
      </li>
      {/* Nobody lacks it: only people in organisations have it. */}
      {contact.vouchedBy.length + takenBackBy.length === 0 ? null : (
        <li className={`trust-fact who-${contact.vouchedBy.length > 0 ? 'vouched' : 'unchecked'}`} data-testid="fact-vouched">
          <WhoGlyph who={contact.vouchedBy.length > 0 ? 'vouched' : 'unchecked'} />
          <span>
            {contact.vouchedBy.map((authority) => (
              <strong className="block" key={authority}>
                {text('who.vouched', { authority: nameInSentence(authority) })}
              </strong>
            ))}
            {takenBackBy.map((authority) => (
              <strong className="block" key={authority}>
                {text('trust.takenBack', { authority: nameInSentence(authority) })}
              </strong>
            ))}
            {takenBackBy.length === 0 ? null : <span className="field-hint block">{text('trust.takenBack.text', { name })}</span>}
            {contact.vouchedBy.length === 0 ? null : <span className="field-hint block">{text('trust.vouched')}</span>}
          </span>
        </li>
      )}
      <li className={`trust-fact who-${alarm ?? 'key'}`} data-testid="fact-key">
        <WhoGlyph who={alarm ?? 'key'} />
        <span>
          <strong>{alarm === undefined ? text('trust.key', { epoch: contact.keyEpoch }) : text(`who.${alarm}`)}</strong>
          <span className="field-hint block">
            {alarm !== undefined ? text(`who.text.${alarm}`, { name }) : current === undefined ? text('trust.key.text') : text(`trust.key.${current.origin}`, { name, when: times.date(current.since) })}
          </span>
        </span>
      </li>
    </ul>
  );
}
