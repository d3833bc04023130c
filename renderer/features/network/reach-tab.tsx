import { useEffect, useState, type ReactNode } from 'react';
import type { Contact, ContactDevice } from '../../../shared/model/contact';
import type { NetworkStatus, ReachReport } from '../../../shared/model/network';
import { signOfLifeMs } from '../../../shared/sign-of-life';
import { useModel, useNetwork, usePeople } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { Disclosure } from '../../ui/disclosure';
import { ReachGlyph } from '../../ui/icons';
import { nameInSentence } from '../../ui/strangers';
import { endedWords, isBlocked, isPaused } from '../contacts/contact-words';
import { useOpenEnvelopes, useSaveEnvelopes } from '../conversation/use-envelopes';
import { handOverWords } from './hand-over-words';
import { NextTry } from './next-try';
import { OwnPlaces } from './own-places';
import { ReachAdviceList } from './reach-advice';
import { reachSentence } from './reach-words';
import { TriesList } from './tries-list';
import { useReachSaid } from './use-reach-said';
import { isConnected, useWay } from './way';

const noTheirs: readonly ContactDevice[] = [];
/** How long the end of a connection may take to be told here. */
const toBeToldMs = 500;

/** How this person is reached: one sentence, what was tried, what can be done, and where they find this device. */
export function ReachTab({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const times = useTimes();
  const now = useNow();
  const model = useModel();
  const { contactId } = contact;
  const way = useWay(contact);
  const report = useNetwork((state) => state.reports[contactId]);
  const session = useNetwork((state) => state.status?.sessions.find((one) => one.contactId === contactId));
  useEffect(() => model.background(model.network.getState().loadReach(contactId)), [model, contactId]);
  const name = nameInSentence(contact.name);
  // Nobody is dialled, and what was tried before says nothing of now.
  const silent = isBlocked(contact) || way === 'ended';
  const connected = isConnected(way);
  useReachSaid(report !== undefined, connected, report?.trying ?? false, name);

  return (
    <div className="stack">
      <div className={`reach-picture reach-${way}`}>
        <ReachGlyph reach={way} />
        <strong>{text(`reach.${way}`)}</strong>
      </div>
      <div className="stack tight">
        {report === undefined || silent || way === 'mailbox' ? null : (
          <p className="sentence" data-testid="reach-sentence">
            {reachSentence(report, way, name, now, text, times)}
          </p>
        )}
        <p className="sentence">
          {way === 'ended'
            ? endedWords(contact, text, errorText)
            : way === 'mailbox' && report?.mailboxTrouble !== undefined
              ? text(`composer.mailbox.${report.mailboxTrouble}`, { name })
              : text(contact.pending ? 'reach.text.pending' : `reach.text.${way}`, { name })}
        </p>
        {!connected || session === undefined ? null : session.handedOver ? (
          <HandedOver session={session} name={name} />
        ) : session.resumed ? (
          <p className="field-hint">{text('reach.resumed')}</p>
        ) : null}
      </div>
      {report === undefined || silent ? null : connected ? <Check contactId={contactId} name={name} /> : <Trying report={report} name={name} />}
      {/* Of a refusal before the connection there is now, which picked up where one ended, nothing is left to say. */}
      {report?.resumeRefusedAt === undefined || silent || (connected && session !== undefined && (session.resumed || session.handedOver)) ? null : <p className="field-hint">{text('reach.resumeRefused', { when: times.when(report.resumeRefusedAt, now) })}</p>}
      {report?.clockAhead === undefined || silent ? null : <p className="field-hint">{text(report.clockAhead > 0 ? 'reach.clock.ahead' : 'reach.clock.behind', { name, span: times.span(Math.abs(report.clockAhead)) })}</p>}
      {report === undefined || silent ? null : <ReachAdviceList contact={contact} advice={report.advice} />}
      {/* While all is well, nobody has to read it. Once it was open it stays so: somebody may be in the middle of it. */}
      <Disclosure label={text('reach.more')} asked={report !== undefined && !connected && !silent}>
        {() => (
          <div className="stack">
            {report === undefined || silent ? null : <TriesList report={report} name={name} />}
            {contact.pending || silent || isPaused(contact) || report?.advice.includes('carry-by-file') === true ? null : <CarryByHand contact={contact} />}
            <OwnPlaces />
          </div>
        )}
      </Disclosure>
    </div>
  );
}

/** Which side went to another device. */
function HandedOver({ session, name }: { readonly session: NetworkStatus['sessions'][number]; readonly name: string }): ReactNode {
  const { contactId, handedOverBy, instanceId } = session;
  const text = useText();
  const model = useModel();
  const theirs = usePeople((state) => state.devices[contactId] ?? noTheirs);
  useEffect(() => model.background(model.people.getState().loadDevices(contactId)), [model, contactId]);
  return <p className="field-hint">{text(...handOverWords('reach.handedOver', { instanceId, handedOverBy }, theirs, name))}</p>;
}

/** For whoever doubts a connection that is said to be there: one that gives no sign of life ends, and this with it; what is still there by then has given one. */
function Check({ contactId, name }: { readonly contactId: string; readonly name: string }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { network, ui } = useModel();
  const [asked, setAsked] = useState(false);
  useEffect(() => {
    if (!asked) return undefined;
    const timer = setTimeout(() => {
      setAsked(false);
      ui.getState().toast(text('reach.check.works', { name }));
    }, signOfLifeMs + toBeToldMs);
    return () => clearTimeout(timer);
  }, [asked, name, text, ui]);
  const check = async (): Promise<void> => {
    setAsked(true);
    try {
      await network.getState().tryNow(contactId);
    } catch (thrown) {
      setAsked(false);
      ui.getState().toast(errorText(thrown), 'danger');
    }
  };
  return (
    <div className="dialog-actions start">
      <Button isPending={asked} onPress={() => void check()}>
        {text(asked ? 'reach.checking' : 'reach.check')}
      </Button>
    </div>
  );
}

/** When it is tried again by itself, and the button for now. */
function Trying({ report, name }: { readonly report: ReachReport; readonly name: string }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { network, ui } = useModel();
  const tryNow = async (): Promise<void> => {
    try {
      await network.getState().tryNow(report.contactId);
      ui.getState().announce(text('reach.said.trying', { name }));
    } catch (thrown) {
      ui.getState().toast(errorText(thrown), 'danger');
    }
  };
  return (
    <div className="stack tight">
      <p className="field-hint">
        {report.trying ? text('reach.state.trying') : <NextTry at={report.nextTryAt} />}
        {report.failures > 0 ? ` ${text('reach.failures', { count: report.failures })}` : ''}
      </p>
      <div className="dialog-actions start">
        <Button kind="main" isPending={report.trying} onPress={() => void tryNow()}>
          {text('reach.tryNow')}
        </Button>
      </div>
    </div>
  );
}

function CarryByHand({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const saveEnvelopes = useSaveEnvelopes();
  const openEnvelopes = useOpenEnvelopes();
  return (
    <section className="stack tight divided">
      <h2 className="small-heading">{text('reach.carry')}</h2>
      <p className="field-hint">{text('reach.carry.text', { name: nameInSentence(contact.name) })}</p>
      <div className="dialog-actions start">
        <Button onPress={() => void saveEnvelopes(contact)}>{text('envelopes.save')}</Button>
        <Button onPress={() => void saveEnvelopes(contact, 'folder')}>{text('envelopes.save.folder')}</Button>
        <Button onPress={() => void openEnvelopes('folder')}>{text('envelopes.open.folder')}</Button>
      </div>
    </section>
  );
}
