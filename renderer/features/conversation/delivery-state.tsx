import type { ReactNode } from 'react';
import type { Message } from '../../../shared/model/message';
import { useText } from '../../i18n/use-text';
import { DeliveryGlyph } from '../../ui/delivery-glyph';
import { deliveryWords } from './delivery-words';

/** State of an own message: always a word, seen beside the newest and whatever waits, heard beside the others. */
export function DeliveryState({ message, name, loud, byMailbox }: { readonly message: Message; readonly name: string; readonly loud: boolean; readonly byMailbox: boolean }): ReactNode {
  const text = useText();
  const arrived = message.state === 'delivered' || message.state === 'read';
  return (
    <span className={`delivery ${message.state}`} data-testid="delivery-state" data-state={message.state}>
      <DeliveryGlyph state={message.state} />
      <span className={loud || !arrived ? undefined : 'only-heard'}>{text(deliveryWords(message, byMailbox), { name })}</span>
    </span>
  );
}
