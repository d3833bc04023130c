import type { ReactNode } from 'react';
import { FolderOpen, IdCard, MailOpen, Radar, UserPlus } from 'lucide-react';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { useOpenEnvelopes } from '../conversation/use-envelopes';

/** Every way to somebody new, below those who are there already. `brief`: the page beside the list offers the usual ones. */
export function WaysToAdd({ brief }: { readonly brief: boolean }): ReactNode {
  const text = useText();
  const openDialog = useUi((state) => state.openDialog);
  const openEnvelopes = useOpenEnvelopes();
  return (
    <section className="list-ways" aria-labelledby="list-ways">
      <h2 className="list-section" id="list-ways">
        {text('list.ways')}
      </h2>
      {brief ? null : (
        <>
          <Button kind="quiet" icon={<UserPlus aria-hidden="true" />} onPress={() => openDialog('invite')}>
            {text('list.invite')}
          </Button>
          <Button kind="quiet" icon={<MailOpen aria-hidden="true" />} onPress={() => openDialog('accept')}>
            {text('list.accept')}
          </Button>
          <Button kind="quiet" icon={<Radar aria-hidden="true" />} onPress={() => openDialog('nearby')}>
            {text('nearby.find')}
          </Button>
        </>
      )}
      <Button kind="quiet" icon={<IdCard aria-hidden="true" />} onPress={() => openDialog('import')}>
        {text('list.import')}
      </Button>
      <Button kind="quiet" icon={<FolderOpen aria-hidden="true" />} onPress={() => void openEnvelopes()}>
        {text('list.openFile')}
      </Button>
    </section>
  );
}
