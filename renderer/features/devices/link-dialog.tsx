import { useRef, type ReactNode } from 'react';
import { useDevices, useModel, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { nameInSentence } from '../../ui/strangers';
import { PageSection } from '../nearby/page-section';
import { isOver, linkingOf } from './devices-store';
import { LinkFailed } from './failure-facts';
import { LinkBegin, LinkOffer } from './link-offer';
import { ComparePage, TransferPage } from './linking-page';
import { usePageFocus } from './use-page-focus';

/** Lets a new device in, or shows how far this one is with coming in. Closing it ends nothing. */
export function LinkDialog(): ReactNode {
  const text = useText();
  const { devices } = useModel();
  const openSettings = useUi((state) => state.openSettings);
  const linking = useDevices(linkingOf);
  const body = useRef<HTMLDivElement>(null);
  usePageFocus(body, linking === undefined ? undefined : `${linking.stage} ${linking.progress === undefined}`);
  const close = (): void => {
    if (linking !== undefined && isOver(linking)) devices.getState().putAside();
    openSettings('devices');
  };
  return (
    <Dialog title={text('link.title')} onClose={close}>
      <div ref={body} className="stack">
        <Page onClose={close} />
      </div>
    </Dialog>
  );
}

function Page({ onClose }: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { devices } = useModel();
  const linking = useDevices(linkingOf);
  if (linking === undefined || linking.stage === 'idle') return <LinkBegin />;
  const { side = 'existing' } = linking;
  switch (linking.stage) {
    case 'waiting':
      return <LinkOffer linking={linking} />;
    case 'comparing':
      return <ComparePage linking={linking} />;
    case 'transferring':
      return (
        <>
          <TransferPage linking={linking} />
          <p className="field-hint centred">{text('link.goesOn')}</p>
        </>
      );
    case 'done': {
      const name = linking.deviceName === undefined ? text('link.other.begin') : nameInSentence(linking.deviceName);
      return (
        <PageSection title={text(`link.done.${side}`, { name })} sentence={<p className="lead">{text(`link.done.${side}.text`)}</p>}>
          <div className="dialog-actions">
            <Button kind="main" onPress={onClose}>
              {text('link.done.close')}
            </Button>
          </div>
        </PageSection>
      );
    }
    case 'failed':
      return (
        <LinkFailed code={linking.failure ?? 'internal'} side={side}>
          <div className="dialog-actions">
            <Button kind="main" onPress={() => devices.getState().putAside()}>
              {text('app.back')}
            </Button>
          </div>
        </LinkFailed>
      );
    default:
      return linking.stage satisfies never;
  }
}
