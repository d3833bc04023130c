import { useEffect, useState, type ReactNode } from 'react';
import { useIntl } from 'react-intl';
import type { UpdateOffer, UpdateStatus } from '../../../shared/model/updates';
import { useModel, useUpdates } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { ProgressBar } from '../../ui/progress-bar';
import { SwitchField } from '../../ui/switch-field';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { InstalledUpdate } from './installed-update';

/** Whether newer versions are looked for, which there is, and what becomes of it. */
export function UpdatesSection(): ReactNode {
  const text = useText();
  const { background, updates } = useModel();
  const status = useUpdates((state) => state.status);
  useEffect(() => background(updates.getState().load()), [background, updates]);
  const place = useFocusIfLost<HTMLElement>(`${status?.work} ${status?.offer?.ready} ${status?.installed?.path}`);
  if (status === undefined) return null;
  return (
    <section className="stack tight divided" aria-labelledby="updates-heading" tabIndex={-1} ref={place}>
      <h3 className="small-heading" id="updates-heading">
        {text('updates.title')}
      </h3>
      {status.possible === 'yes' ? <Possible status={status} /> : <p className="field-hint">{text(`updates.none.${status.possible}`)}</p>}
    </section>
  );
}

type Asked = 'check' | 'download' | 'pause' | 'cancel' | 'fromFile' | 'install';

function Possible({ status }: { readonly status: UpdateStatus }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { background, updates } = useModel();
  /** As it stood when something that was asked for failed: what became of it since is newer. */
  const [failed, setFailed] = useState<{ readonly thrown: unknown; readonly stood: UpdateStatus | undefined }>();
  const ask = (what: Asked): void => {
    setFailed(undefined);
    // A dialog that was given up is no failure.
    background(updates.getState().ask(what).catch((thrown: unknown) => setFailed(toFailure(thrown).code === 'path.required' ? undefined : { thrown, stood: updates.getState().status })));
  };
  const { host = '', on, work, offer, installed } = status;
  const idle = work === 'none';
  const isStill = failed !== undefined && failed.stood?.problem === status.problem && failed.stood?.work === work;
  return (
    <>
      <SwitchField label={text('updates.on')} hint={text('updates.on.text', { host })} on={on} onChange={(next) => background(updates.getState().setOn(next))} />
      {installed === undefined || !idle ? <State status={status} /> : null}
      {isStill ? <Banner tone="danger">{errorText(failed.thrown)}</Banner> : status.problem !== undefined && idle ? <Banner tone="notice">{text(`error.${status.problem}`)}</Banner> : null}
      {offer === undefined ? null : <Notes offer={offer} />}
      {installed === undefined ? null : <InstalledUpdate installed={installed} way={status.way} />}
      <div className="dialog-actions start">
        {work === 'downloading' ? <Button onPress={() => ask('pause')}>{text('updates.pause')}</Button> : null}
        {!idle || offer === undefined ? null : <Next offer={offer} installed={installed !== undefined} ask={ask} />}
        <Button isDisabled={!idle} onPress={() => ask('check')}>
          {text('updates.check')}
        </Button>
        <Button isDisabled={!idle} onPress={() => ask('fromFile')}>
          {text('updates.fromFile')}
        </Button>
      </div>
      <p className="field-hint">{text('updates.fromFile.text')}</p>
    </>
  );
}

/** One line, or how far it is. */
function State({ status }: { readonly status: UpdateStatus }): ReactNode {
  const text = useText();
  const times = useTimes();
  const { checkedAt, current, offer, work } = status;
  if (work === 'downloading' && offer !== undefined) {
    const words = text('updates.progress', { done: times.bytes(offer.here), total: times.bytes(offer.size) });
    return <ProgressBar label={text('updates.downloading', { version: offer.version })} done={offer.here} total={offer.size} words={words} />;
  }
  const line = (): string => {
    if (work !== 'none') return text(work === 'reading' ? 'updates.reading' : work === 'installing' ? 'updates.installing' : 'updates.checking');
    if (offer === undefined) return checkedAt === undefined ? text('updates.never', { version: current }) : text('updates.current', { version: current, when: times.dateTime(checkedAt) });
    const { version, here, ready, size } = offer;
    if (ready) return text('updates.ready', { version });
    return here === 0 ? text('updates.offered', { version, size: times.bytes(size) }) : text('updates.resumable', { version, done: times.bytes(here), size: times.bytes(size) });
  };
  return <p role="status">{line()}</p>;
}

function Next({ offer, installed, ask }: { readonly offer: UpdateOffer; readonly installed: boolean; readonly ask: (what: Asked) => void }): ReactNode {
  const text = useText();
  return (
    <>
      {offer.ready && !installed ? (
        <Button kind="main" onPress={() => ask('install')}>
          {text('updates.install')}
        </Button>
      ) : null}
      {offer.ready ? null : (
        <Button kind="main" onPress={() => ask('download')}>
          {text(offer.here === 0 ? 'updates.download' : 'updates.goOn')}
        </Button>
      )}
      {offer.here === 0 ? null : <Button onPress={() => ask('cancel')}>{text('updates.cancel')}</Button>}
    </>
  );
}

/** Plain text, in the reader's language where it was written in it. */
function Notes({ offer: { notes, version } }: { readonly offer: UpdateOffer }): ReactNode {
  const text = useText();
  const { locale } = useIntl();
  const said = (locale.startsWith('de') ? notes.de : undefined) ?? notes.en ?? notes.de;
  if (said === undefined || said === '') return null;
  return (
    <section aria-labelledby="updates-notes">
      <h4 className="field-label update-notes" id="updates-notes">
        {text('updates.notes', { version })}
      </h4>
      <p className="update-notes">{said}</p>
    </section>
  );
}
