import type { ReactNode } from 'react';
import { Check, Clock3 } from 'lucide-react';
import type { MessageState } from '../../shared/model/message';
import { ArrivedGlyph } from './message-glyphs';

/** How far an own message got, as it is seen: on its way, sent, arrived. */
export function DeliveryGlyph({ state }: { readonly state: MessageState }): ReactNode {
  if (state === 'delivered' || state === 'read') return <ArrivedGlyph />;
  const Waiting = state === 'sent' ? Check : Clock3;
  return <Waiting aria-hidden="true" className="delivery-icon" />;
}
