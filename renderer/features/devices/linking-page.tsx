import { useState, type ReactNode } from 'react';
import type { Linking } from '../../../shared/model/device';
import { useDevices, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { ProgressBar } from '../../ui/progress-bar';
import { nameInSentence } from '../../ui/strangers';
import { deviceName as deviceNameOf } from './device-words';
import { Digits } from '../nearby/digits';
import { PageSection } from '../nearby/page-section';

/** One answer at a time; a refusal is told on the page itself, which also stands where there are no toasts. */
function useAnswers(): { readonly busy: boolean; readonly fault: ReactNode; readonly run: (task: () => Promise<void>) => void } {
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  return {
    busy,
    fault: failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>,
    run: (task) => {
      setBusy(true);
      setFailure(undefined);
      task()
        .catch(setFailure)
        .finally(() => setBusy(false));
    },
  };
}

/** Both screens show six digits, and both people say so; the same on either side. */
export function ComparePage({ linking }: { readonly linking: Linking }): ReactNode {
  const text = useText();
  const { devices } = useModel();
  const agreed = useDevices((state) => state.agreed);
  const { busy, fault, run } = useAnswers();
  const { deviceName, digits = '', side } = linking;
  const sentence = agreed
    ? text('link.agreed.text')
    : side === 'new'
      ? text('link.compare.new')
      : deviceName === undefined
        ? text('link.compare.existing.unnamed')
        : text('link.compare.existing', { name: nameInSentence(deviceName) });
  const confirm = (same: boolean): void => run(() => devices.getState().confirm(same));
  return (
    <PageSection title={text(agreed ? 'link.agreed' : 'link.compare')} sentence={<p className="lead">{sentence}</p>} before={<Digits digits={digits} />}>
      {fault}
      <div className={agreed ? 'dialog-actions' : 'dialog-actions even'}>
        <Button isDisabled={busy} onPress={() => confirm(false)}>
          {text('link.different')}
        </Button>
        {agreed ? null : (
          <Button kind="main" isPending={busy} onPress={() => confirm(true)}>
            {text('link.same')}
          </Button>
        )}
      </div>
    </PageSection>
  );
}

/** Keys first, without a measure, then the history with one. */
export function TransferPage({ linking }: { readonly linking: Linking }): ReactNode {
  const text = useText();
  const { asks, deviceName, progress, side = 'existing' } = linking;
  const name = deviceName === undefined ? text('link.other') : nameInSentence(deviceName);
  const beginning = deviceName === undefined ? text('link.other.begin') : name;
  if (asks !== undefined) return <PageSection title={text('link.asks')} sentence={<p className="lead">{text('link.asks.text', { name: beginning, at: deviceNameOf({ name: asks }, text) })}</p>} />;
  const part = progress === undefined ? 'keys' : 'history';
  const title = text(`link.${part}`);
  const { done, total } = progress ?? { done: 0, total: 0 };
  return (
    <PageSection title={title} sentence={<p className="lead">{text(`link.${part}.${side}`, { name: side === 'existing' ? beginning : name })}</p>}>
      <ProgressBar
        label={title}
        done={Math.min(done, total)}
        total={total}
        words={progress === undefined ? '' : total === 0 ? text('link.progress.unknown') : text('link.progress', { part: Math.min(1, done / total), done, total })}
      />
      {part === 'history' && side === 'new' ? <p className="field-hint">{text('link.history.waits')}</p> : null}
    </PageSection>
  );
}

export { useAnswers };
