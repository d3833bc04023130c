import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { KeyStatus } from '../../../shared/model/keys';
import { useKeys, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { isBlocked } from '../contacts/contact-words';
import { useRenewPair } from './use-renew';

export interface PairSectionProps {
  readonly contact: Contact;
  readonly conversationId: string;
  readonly status: KeyStatus;
  readonly failed: boolean;
  readonly age: (since: number) => string;
}

/** The key between two people, which all their conversations hang on. */
export function PairSection({ contact, conversationId, status, failed, age }: PairSectionProps): ReactNode {
  const text = useText();
  const renewPair = useRenewPair();
  const openDialog = useUi((state) => state.openDialog);
  const renewing = useKeys((state) => (state.renewing[conversationId] ?? 0) > 0);
  const name = nameInSentence(contact.name);
  const disabled = failed || contact.ended !== undefined || contact.pending || isBlocked(contact) || status.kek === null;
  return (
    <section className="stack tight divided" aria-labelledby="pair-heading">
      <h2 className="small-heading" id="pair-heading">
        {text('keys.shared')}
      </h2>
      <p className="field-hint">
        {status.kek === null ? text('keys.shared.none') : text('keys.shared.text', { age: age(status.kek.since), id: status.kek.id })}
      </p>
      <p className="field-hint">{text('pair.text', { name })}</p>
      <div className="dialog-actions start">
        <Button isDisabled={disabled} isPending={renewing} onPress={() => void renewPair(conversationId, contact.name)}>
          {text('pair.renewKey')}
        </Button>
        <Button kind="danger" isDisabled={disabled} onPress={() => openDialog('pair')}>
          {text('pair.lost')}
        </Button>
      </div>
    </section>
  );
}
