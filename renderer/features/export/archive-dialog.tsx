import { useState, type ReactNode } from 'react';
import type { KeyshiftError } from '../../../shared/errors';
import type { ArchiveReport } from '../../../shared/model/search';
import { useModel, useUi } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { plainName } from '../../ui/strangers';
import { grouped } from '../identity/grouped';

/** What an archive proves, and what it does not. */
export function ArchiveDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client } = useModel();
  const close = useUi((state) => state.closeDialog);
  const [report, setReport] = useState<ArchiveReport>();
  const [failure, setFailure] = useState<KeyshiftError>();
  const [checking, setChecking] = useState(false);
  const check = async (): Promise<void> => {
    setChecking(true);
    setFailure(undefined);
    // Of another file: what it says must not stand beside what is said of this one.
    setReport(undefined);
    try {
      setReport(await client.conversations.checkArchive({}));
    } catch (thrown) {
      const failed = toFailure(thrown);
      if (failed.code !== 'path.required') setFailure(failed);
    } finally {
      setChecking(false);
    }
  };
  return (
    <Dialog title={text('archive.title')} onClose={close}>
      <div className="stack">
        <p className="field-hint">{text('archive.lead')}</p>
        {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
        {report === undefined ? null : <Report report={report} />}
        <div className="dialog-actions">
          <Button kind={report === undefined ? 'main' : 'plain'} isPending={checking} onPress={() => void check()}>
            {text('archive.choose')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

function Report({ report }: { readonly report: ArchiveReport }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  const { conversation, faultKinds: faults, headers } = report;
  return (
    <section className="stack" role="status">
      <Banner tone={faults.length > 0 ? 'danger' : headers === 0 ? 'notice' : 'calm'}>{text(faults.length > 0 ? 'archive.faulty' : headers === 0 ? 'archive.none' : 'archive.good')}</Banner>
      {faults.length === 0 ? null : (
        <ul className="plain-list">
          {faults.map(({ fault, count }) => (
            <li key={fault}>{count === 1 ? text(`archive.fault.${fault}`) : text('archive.fault.times', { fault: text(`archive.fault.${fault}`), count })}</li>
          ))}
        </ul>
      )}
      <p>
        {conversation.title === '' ? null : <bdi>{plainName(conversation.title)}: </bdi>}
        {text('archive.what', { messages: report.messages, when: times.when(report.exportedAt, now) })}
      </p>
      {headers === 0 ? null : <p>{text('archive.headers', { count: headers })}</p>}
      <div className="stack tight">
        <h3 className="small-heading">{text('archive.people')}</h3>
        <dl className="facts">
          {conversation.people.map((person) => (
            <div key={person.peerId}>
              <dt>
                <bdi>{plainName(person.name)}</bdi>
              </dt>
              <dd className="mono">{person.fingerprint === '' ? '?' : grouped(person.fingerprint)}</dd>
            </div>
          ))}
        </dl>
        <p className="field-hint">{text('archive.compare')}</p>
      </div>
      <p className="plain-warning">{text('archive.not')}</p>
    </section>
  );
}
