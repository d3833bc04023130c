import type { ReactNode } from 'react';
import { Check, Clock3 } from 'lucide-react';
import type { Message } from '../../../shared/model/message';
import { useText } from '../../i18n/use-text';
import { ArrivedGlyph } from '../../ui/message-glyphs';
import { deliveryWords } from './delivery-words';

/** State of an own message: always a word, seen beside the newest and whatever waits, heard beside the others. */
export function DeliveryState({ message, name, loud, byMailbox }: { readonly message: Message; readonly name: string; readonly loud: boolean; readonly byMailbox: boolean }): ReactNode {
  const text = useText();
  const arrived = message.state === 'delivered' || message.state === 'read';
  const Waiting = message.state === 'sent' ? Check : Clock3;
  return (
    <span className={`delivery ${message.state}`} data-testid="delivery-state" data-state={message.state}>
      {arrived ? <ArrivedGlyph /> : <Waiting aria-hidden="true" className="delivery-icon" />}
      <span className={loud || !arrived ? undefined : 'only-heard'}>{text(deliveryWords(message, byMailbox), { name })}</span>
    </span>
  );
}
