import { useState, type ReactNode } from 'react';
import { KeyRound } from 'lucide-react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTold } from '../../app/use-told';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';

/** The key came from a file: no new ones before the person says that it is used here only. */
export function SoleNotice(): ReactNode {
  const text = useText();
  const told = useTold();
  const { client, identity } = useModel();
  const [busy, setBusy] = useState(false);
  const confirm = async (): Promise<void> => {
    setBusy(true);
    await told(async () => {
      await client.identity.confirmSole();
      await identity.getState().load();
      return text('identity.unconfirmed.done');
    });
    setBusy(false);
  };
  return (
    <Banner
      tone="notice"
      icon={<KeyRound aria-hidden="true" />}
      action={
        <Button isPending={busy} onPress={() => void confirm()}>
          {text('identity.unconfirmed.sole')}
        </Button>
      }
    >
      {text('identity.unconfirmed')}
    </Banner>
  );
}
