import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useContacts, useMailbox, useModel, useUi } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Avatar } from '../../ui/avatar';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Choice } from '../../ui/choice';
import { Dialog } from '../../ui/dialog';
import { nameInSentence } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';
import { useCopy } from '../../ui/use-copy';
import { useShowContact } from '../conversations/use-show';
import { QrCode } from './qr-code';

const seconds = { hour: 3_600, day: 86_400, week: 604_800 } as const;
type Expiry = keyof typeof seconds;
const expiries: readonly Expiry[] = ['hour', 'day', 'week'];

/** Above a minute the time left is told rounded up. */
const minute = 60_000;

interface Invitation {
  readonly link: string;
  readonly expiresAt: number;
  /** Where this device takes a mailbox. */
  readonly longLink?: string | undefined;
}

/** One link for one person: made on demand, as text and as QR, with the time it has left. */
export function InviteDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client } = useModel();
  const close = useUi((state) => state.closeDialog);
  const mailbox = useMailbox((state) => state.status?.state ?? 'off');
  const loadMailbox = useMailbox((state) => state.load);
  useEffect(() => void loadMailbox().catch(() => undefined), [loadMailbox]);
  const [expiry, setExpiry] = useState<Expiry>('day');
  const [invitation, setInvitation] = useState<Invitation>();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  const create = (): void => {
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    client.contacts
      .createInvitation({ expiresInSeconds: seconds[expiry], ...(mailbox !== 'off' && { mailbox: true }) })
      .then(setInvitation, setFailure)
      .finally(() => setBusy(false));
  };

  return (
    <Dialog title={text('invite.title')} onClose={close}>
      <div className="stack">
        {invitation === undefined ? (
          <>
            <p className="lead">{text('invite.lead')}</p>
            <Choice
              label={text('invite.expiry')}
              value={expiry}
              onChange={setExpiry}
              options={expiries.map((value) => ({ value, label: text(`invite.expiry.${value}`) }))}
            />
            {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
            <Button kind="main" wide autoFocus onPress={create}>
              {text('invite.create')}
            </Button>
          </>
        ) : (
          <InvitationLink invitation={invitation} onAgain={() => setInvitation(undefined)} />
        )}
        <Joined />
      </div>
    </Dialog>
  );
}

function InvitationLink({ invitation, onAgain }: { readonly invitation: Invitation; readonly onAgain: () => void }): ReactNode {
  const text = useText();
  const times = useTimes();
  const copy = useCopy();
  const now = useNow(1_000);
  const left = invitation.expiresAt - now;
  if (left <= 0) {
    return (
      <>
        <Banner tone="notice">{text('invite.expired')}</Banner>
        <Button kind="main" wide onPress={onAgain}>
          {text('invite.again')}
        </Button>
      </>
    );
  }
  return (
    <>
      <QrCode text={invitation.link} label={text('invite.qr')} />
      <TextField label={text('invite.link')} value={invitation.link} lines={5} readOnly monospace hint={text('invite.left', { left: times.span(left > minute ? left + minute : left) })} />
      <Button kind="main" wide autoFocus onPress={() => void copy(invitation.link, text('invite.copied'))}>
        {text('invite.copy')}
      </Button>
      <div className="dialog-actions spread">
        <SavePicture link={invitation.link} />
        <InvitationFile link={invitation.longLink ?? invitation.link} />
        <Button kind="quiet" onPress={onAgain}>
          {text('invite.again')}
        </Button>
      </div>
      <p className="field-hint">{text(invitation.longLink === undefined ? 'invite.keepOpen' : 'invite.file.hint')}</p>
    </>
  );
}

/** The QR code to send along, or to print. */
function SavePicture({ link }: { readonly link: string }): ReactNode {
  const text = useText();
  const say = useTold('path.required');
  const { client } = useModel();
  const save = async (): Promise<string> => {
    await client.contacts.saveInvitationPicture({ link });
    return text('invite.picture.saved');
  };
  return <Button onPress={() => void say(save)}>{text('invite.picture')}</Button>;
}

/** To be carried, or sent along; where there is a mailbox, for people who are not there at once: the answer waits in it. */
function InvitationFile({ link }: { readonly link: string }): ReactNode {
  const text = useText();
  const say = useTold('path.required');
  const { client } = useModel();
  const save = async (): Promise<string> => {
    await client.contacts.saveInvitation({ link });
    return text('invite.file.saved');
  };
  return <Button onPress={() => void say(save)}>{text('invite.file')}</Button>;
}

/** Whoever came in while this dialog was open. */
function Joined(): ReactNode {
  const text = useText();
  const close = useUi((state) => state.closeDialog);
  const show = useShowContact();
  const contacts = useContacts((state) => state.contacts);
  const atFirst = useRef(new Set(contacts.map((contact) => contact.contactId)));
  const comer = contacts.find((contact) => !contact.pending && !atFirst.current.has(contact.contactId));
  const say = useRef<HTMLDivElement>(null);
  useEffect(() => {
    say.current?.scrollIntoView({ block: 'nearest' });
  }, [comer]);
  if (comer === undefined) return null;
  const name = nameInSentence(comer.name);
  return (
    <div className="joined" role="status" ref={say}>
      <Avatar name={comer.name} peerId={comer.peerId} />
      <strong>{text('invite.joined.title', { name })}</strong>
      <Button
        kind="main"
        onPress={() => {
          close();
          void show(comer.contactId);
        }}
      >
        {text('invite.sayHello')}
      </Button>
    </div>
  );
}
