import { useRef, useState, type ReactNode } from 'react';
import { useDevices, useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { KeyCut } from '../../ui/icons';
import { PageLevel, PageSection } from '../nearby/page-section';
import { linkingOf } from './devices-store';
import { LinkFailed } from './failure-facts';
import { JoinForm } from './join-form';
import { ComparePage, TransferPage, useAnswers } from './linking-page';
import { usePageFocus } from './use-page-focus';

/** First start on one more device of a person: the link, a passphrase, six digits; then what the other device hands over. */
export function JoinScreen({ link, onBack }: { readonly link: string; readonly onBack: () => void }): ReactNode {
  const text = useText();
  const linking = useDevices(linkingOf);
  const stage = linking?.side === 'new' ? linking.stage : 'idle';
  const [name, setName] = useState('');
  const body = useRef<HTMLDivElement>(null);
  usePageFocus(body, stage === 'idle' ? undefined : stage);
  return (
    <main className="front-page">
      <div className="front-form" ref={body}>
        <KeyCut id="5c81e2f7" className="lock-key" />
        <p className="wordmark">{text('app.name')}</p>
        <h1 className="display">{text('join.title')}</h1>
        <PageLevel value={2}>{stage === 'idle' ? <JoinForm key={link} opened={link} name={name} onName={setName} onBack={onBack} /> : <Joining />}</PageLevel>
      </div>
    </main>
  );
}

/** From the moment the link was taken until the vault is open. */
function Joining(): ReactNode {
  const text = useText();
  const { devices } = useModel();
  const linking = useDevices(linkingOf);
  const { busy, fault, run } = useAnswers();
  const cancel = (
    <div className={linking?.stage === 'comparing' ? 'dialog-actions even' : 'dialog-actions'}>
      <Button kind={linking?.stage === 'comparing' ? 'quiet' : 'plain'} isPending={busy} onPress={() => run(() => devices.getState().cancel())}>
        {text('link.cancel')}
      </Button>
    </div>
  );
  if (linking === undefined || linking.stage === 'idle') return null;
  switch (linking.stage) {
    case 'waiting':
      return (
        <PageSection title={text('join.looking')} sentence={<p className="lead">{text('join.looking.text')}</p>}>
          <span className="nearby-waves" aria-hidden="true" />
          {fault}
          {cancel}
        </PageSection>
      );
    case 'comparing':
      return (
        <>
          <ComparePage linking={linking} />
          {fault}
          {cancel}
        </>
      );
    // The vault opens in a moment, and with it the window of the app.
    case 'transferring':
    case 'done':
      return <TransferPage linking={linking} />;
    case 'failed':
      return (
        <LinkFailed code={linking.failure ?? 'internal'} side="new">
          <div className="dialog-actions">
            <Button kind="main" onPress={() => devices.getState().putAside()}>
              {text('join.retry')}
            </Button>
          </div>
        </LinkFailed>
      );
    default:
      return linking.stage satisfies never;
  }
}
