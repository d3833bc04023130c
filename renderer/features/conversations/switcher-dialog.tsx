import type { ReactNode } from 'react';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Dialog } from '../../ui/dialog';
import { plainName } from '../../ui/strangers';
import { PersonPicker } from './person-picker';
import { useRows } from './use-rows';
import { useShowRow } from './use-show';

export function SwitcherDialog(): ReactNode {
  const text = useText();
  const rows = useRows();
  const show = useShowRow();
  const close = useUi((state) => state.closeDialog);
  const people = rows.map((row) => ({
    key: row.key,
    name: row.contact.name,
    ownName: row.contact.ownName,
    peerId: row.contact.peerId,
    note: row.conversation === undefined || row.conversation.title === '' ? '' : plainName(row.conversation.title),
  }));
  return (
    <Dialog title={text('switcher.title')} onClose={close}>
      <PersonPicker
        people={people}
        onPick={(key) => {
          const row = rows.find((one) => one.key === key);
          close();
          if (row !== undefined) show(row);
        }}
      />
    </Dialog>
  );
}
