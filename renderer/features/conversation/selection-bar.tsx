import type { ReactNode } from 'react';
import { Copy, Forward, Trash2, X } from 'lucide-react';
import { keysLabel } from '../../app/shortcuts';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { IconButton } from '../../ui/icon-button';
import { useSelectedActs } from './use-selected-acts';

/** Where one writes otherwise: how many messages are selected, and what can be done with them. */
export function SelectionBar({ conversationId, name }: { readonly conversationId: string; readonly name: string }): ReactNode {
  const text = useText();
  const acts = useSelectedActs(conversationId, name);
  return (
    <section className="selection-bar" aria-label={text('select.bar')}>
      <IconButton label={text('select.stop')} shortcut={keysLabel('Escape', text)} onPress={acts.stop}>
        <X aria-hidden="true" />
      </IconButton>
      <p className="selection-count">{text('select.count', { count: acts.count })}</p>
      <div className="selection-acts">
        <Button icon={<Copy aria-hidden="true" />} isDisabled={!acts.hasContent} onPress={acts.copy}>
          {text('select.copy')}
        </Button>
        <Button icon={<Forward aria-hidden="true" />} isDisabled={!acts.hasContent} onPress={acts.forward}>
          {text('message.forward')}
        </Button>
        <Button kind="danger" icon={<Trash2 aria-hidden="true" />} isDisabled={acts.count === 0} onPress={acts.remove}>
          {text('select.delete')}
        </Button>
      </div>
    </section>
  );
}
