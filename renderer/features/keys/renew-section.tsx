import type { ReactNode } from 'react';
import { RefreshCw } from 'lucide-react';
import type { Contact } from '../../../shared/model/contact';
import { useKeys } from '../../app/model-context';
import { useKeyLabel } from '../../app/use-shortcut-keys';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { useRenew } from './use-renew';

/** A new key for what this device writes here. No dialog: nothing can be lost. */
export function RenewSection({ contact, conversationId, failed }: { readonly contact: Contact; readonly conversationId: string; readonly failed: boolean }): ReactNode {
  const text = useText();
  const keyLabel = useKeyLabel();
  const renew = useRenew();
  const renewing = useKeys((state) => (state.renewing[conversationId] ?? 0) > 0);
  return (
    <div className="stack tight">
      <Button
        kind="main"
        icon={<RefreshCw aria-hidden="true" className={renewing ? 'turning' : ''} />}
        isDisabled={failed || contact.ended !== undefined}
        isPending={renewing}
        onPress={() => void renew(conversationId, contact.name)}
      >
        {text('keys.renew')}
      </Button>
      {failed ? null : <p className="field-hint">{text('keys.renew.text', { name: nameInSentence(contact.name), keys: keyLabel('renew') ?? 'none' })}</p>}
    </div>
  );
}
