import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import { useFiles, useModel } from '../../app/model-context';
import { focusComposer } from '../../app/panes';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { IconButton } from '../../ui/icon-button';
import { ProgressBar } from '../../ui/progress-bar';
import { plainFileName } from '../../ui/strangers';

/** Files that are being taken into the profile; each becomes a message when it is there. */
export function PreparingFiles({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const times = useTimes();
  const { client, background } = useModel();
  // Where one writes: the button goes with the file.
  const cancel = (transferId: string): void => {
    background(client.files.cancel({ transferId }));
    focusComposer();
  };
  const preparing = useFiles(useShallow((state) => Object.values(state.transfers).filter((one) => one.conversationId === conversationId && one.state === 'preparing')));
  return preparing.map((one) => {
    const file = plainFileName(one.name, 80);
    return (
      <div key={one.transferId} className="preparing-file">
        <ProgressBar label={text('files.preparing', { file })} done={one.done} total={one.size} words={text('files.preparing.words', { part: one.done / Math.max(1, one.size), size: times.bytes(one.size) })} />
        <IconButton label={text('files.cancel', { file })} onPress={() => cancel(one.transferId)}>
          <X aria-hidden="true" />
        </IconButton>
      </div>
    );
  });
}
