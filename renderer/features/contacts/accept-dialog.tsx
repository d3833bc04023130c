import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { useModel, useUi } from '../../app/model-context';
import { useFailure, useGone } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useNow } from '../../i18n/use-now';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { cameAtOnce } from '../../ui/came-at-once';
import { Dialog } from '../../ui/dialog';
import { useShowContact } from '../conversations/use-show';
import { LinkField, type LinkKind } from '../devices/link-field';
import { grouped } from '../identity/grouped';
import { holdsDeviceLink } from '../verify/misplaced-link';
import { invitationLink } from '../verify/read-code';

const invitationKind: LinkKind = {
  begins: invitationLink,
  label: 'accept.link',
  group: 'accept.title',
  hint: 'accept.link.hint',
  cameraOn: 'accept.camera.on',
  choose: 'accept.file',
  noCode: 'accept.picture.noCode',
  longest: 131_072,
  file: '.keyshift-invite',
};
/** Between the last letter and the look at it, in milliseconds. */
const patience = 150;
/** The longest until the clock is looked at again, in milliseconds: no timer counts while a computer sleeps, nor hears that the clock was set. */
const glance = 30_000;

/** What stands in the field says, before anybody is asked anything. */
type Said = { readonly peerId: string; readonly expiresAt: number } | { readonly failure: unknown };

/** The link as text, code or file; whose it is and until when; accept it, write at once. */
export function AcceptDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, contacts, ui } = useModel();
  const close = useUi((state) => state.closeDialog);
  const show = useShowContact();
  const offered = useUi((state) => state.offeredLink);
  const putAway = (): void => {
    ui.getState().endAccepting(offered);
    close();
  };
  const [link, setLink] = useState(offered);
  /** Pasted, read or opened in one piece: nobody is in the middle of typing it. */
  const [atOnce, setAtOnce] = useState(offered !== '');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useFailure();
  const said = useSaid(link.trim());
  const isGone = useGone();
  const area = useRef<HTMLTextAreaElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const fromPicture = useRef(false);
  // What is left to do with a link that nobody types, once it is known to be one, is to accept it. Whoever went on meanwhile stays where they are.
  useEffect(() => {
    if (said === undefined || !fromPicture.current) return;
    fromPicture.current = false;
    if (!('failure' in said) && document.activeElement === area.current) button.current?.focus();
  }, [said]);

  const accept = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || link.trim() === '') return;
    setBusy(true);
    setFailure(undefined);
    ui.getState().setAccepting(offered);
    try {
      const { contactId } = await client.contacts.acceptInvitation({ link: link.trim() }).catch(async (thrown: unknown) => {
        // Locked before it was accepted: it is shown again, where nobody would see that it was refused. One that was accepted is used by now.
        if (offered !== '' && isGone() && ui.getState().accepting === offered) await client.desktop.keepLink({ link: offered });
        throw thrown;
      });
      await contacts.getState().load();
      // Put away meanwhile: they stand in the list, and what is open now is something else.
      if (isGone()) return;
      close();
      await show(contactId);
    } catch (thrown) {
      setFailure(thrown);
    } finally {
      setBusy(false);
      ui.getState().endAccepting(offered);
    }
  };
  const isGarbled = (thrown: unknown): boolean => toFailure(thrown).code === 'invitation.garbled';
  const isOfDevice = holdsDeviceLink(link);
  // Half a link is no fault while it is typed; one that is whole and no use is, and so is what was pasted.
  const early = said !== undefined && 'failure' in said && (atOnce || isOfDevice || !isGarbled(said.failure)) ? said.failure : undefined;
  const fault = failure ?? early;
  const words = (thrown: unknown): string => (isOfDevice && isGarbled(thrown) ? text('accept.deviceLink', { join: text('join.open') }) : errorText(thrown));

  return (
    <Dialog title={text('accept.title')} onClose={putAway}>
      <Form className="stack" onSubmit={(event) => void accept(event)}>
        <p className="lead">{text(offered === '' ? 'accept.lead' : 'accept.fromLink')}</p>
        <LinkField
          kind={invitationKind}
          value={link}
          onChange={(value) => {
            fromPicture.current = false;
            setAtOnce(cameAtOnce(link, value));
            setLink(value);
            setFailure(undefined);
          }}
          error={fault === undefined ? undefined : words(fault)}
          disabled={busy}
          areaRef={area}
          onRead={() => (fromPicture.current = true)}
        />
        <div role="status">{said === undefined || 'failure' in said ? null : <From {...said} />}</div>
        <div className="dialog-actions">
          <Button onPress={putAway}>{text('app.cancel')}</Button>
          <Button kind="main" type="submit" isPending={busy} isDisabled={link.trim() === ''} buttonRef={button}>
            {text('accept.accept')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

function useSaid(link: string): Said | undefined {
  const { client } = useModel();
  const [said, setSaid] = useState<{ readonly of: string; readonly what: Said }>();
  useEffect(() => {
    if (link === '') return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const read = (): void => {
      client.contacts.readInvitation({ link }).then(
        (what) => {
          if (over) return;
          setSaid({ of: link, what });
          // Once more when it has run out: what it says then is what would come of accepting it.
          const wait = (): void => {
            const left = what.expiresAt - Date.now();
            timer = setTimeout(left < glance ? read : wait, Math.min(left + 1, glance));
          };
          if (what.expiresAt > Date.now()) wait();
        },
        (thrown: unknown) => {
          if (!over) setSaid({ of: link, what: { failure: thrown } });
        },
      );
    };
    timer = setTimeout(read, patience);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [client, link]);
  return said?.of === link ? said.what : undefined;
}

/** The name comes with the first connection; until then a key is all there is. */
function From({ peerId, expiresAt }: { readonly peerId: string; readonly expiresAt: number }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  return <Banner tone="calm">{text('accept.from', { key: grouped(peerId.slice(0, 16)), when: times.when(expiresAt, now) })}</Banner>;
}
