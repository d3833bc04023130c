import type { ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';

/** Where this conversation comes from, and the way back to read it. */
export function ContinuesLine({ from }: { readonly from: string }): ReactNode {
  const text = useText();
  const model = useModel();
  return (
    <div className="continues-line">
      <span>{text('continues.text')}</span>
      <Button kind="quiet" onPress={() => model.showConversation(from)}>
        {text('continues.show')}
      </Button>
    </div>
  );
}
