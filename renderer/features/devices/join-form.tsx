import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { shortestDeviceLink } from '../../../shared/device-link-length';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { cameAtOnce } from '../../ui/came-at-once';
import { TextField } from '../../ui/text-field';
import { HelpButton } from '../help/help-host';
import { NewPassphraseFields } from '../onboarding/new-passphrase-fields';
import { useNewPassphrase } from '../onboarding/use-new-passphrase';
import { holdsDeviceLink, holdsInvitation } from '../verify/misplaced-link';
import { deviceLink } from '../verify/read-code';
import { longestDeviceName } from './device-words';
import { LinkField, type LinkKind } from './link-field';

const linkOfDevice: LinkKind = {
  begins: deviceLink,
  label: 'join.link',
  group: 'join.link',
  hint: 'join.link.hint',
  cameraOn: 'join.camera.on',
  choose: 'join.picture',
  noCode: 'join.picture.noCode',
  longest: 4_096,
};

/** Of these the link itself is to blame, and its field says so. */
const ofLink: ReadonlySet<string> = new Set(['device.link-garbled', 'device.link-expired', 'device.link-newer']);

const letters = (link: string): number => link.replaceAll(/\s/g, '').length;

export interface JoinFormProps {
  /** A link that was opened outside; empty without one. */
  readonly opened: string;
  /** What this device is called. It stays when linking fails: the link and the passphrase are asked for anew. */
  readonly name: string;
  readonly onName: (name: string) => void;
  readonly onBack: () => void;
}

/** The link, with one that was opened outside there already, what this device is called, and the passphrase that locks it. */
export function JoinForm({ opened, name, onName, onBack }: JoinFormProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { devices } = useModel();
  const [link, setLink] = useState(opened);
  const [atOnce, setAtOnce] = useState(opened !== '');
  const linkField = useRef<HTMLTextAreaElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const chosen = useNewPassphrase();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const blamed = failure !== undefined && ofLink.has(toFailure(failure).code);

  const formFault = holdsInvitation(link) && !holdsDeviceLink(link) ? text('join.link.invitation', { open: text('list.accept') }) : deviceLink.test(link.trim()) ? undefined : text('join.link.form');
  const linkFault = link.trim() === '' ? text('join.link.missing') : formFault;
  // What was pasted is not in the middle of being typed: told beside the field at once.
  const pastedFault = atOnce ? (formFault ?? (letters(link) < shortestDeviceLink ? text('error.device.link-garbled') : undefined)) : undefined;
  const nameFault = name.trim() === '' ? text('join.name.missing') : undefined;

  const join = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (busy) return;
    if (linkFault !== undefined || nameFault !== undefined) {
      chosen.judge();
      (linkFault === undefined ? nameField : linkField).current?.focus();
      return;
    }
    const passphrase = chosen.take();
    if (passphrase === undefined) return;
    setTried(false);
    const answered = focusWhereAsked();
    setBusy(true);
    setFailure(undefined);
    devices
      .getState()
      .join(link.trim(), passphrase, name.trim())
      .catch((thrown: unknown) => {
        setFailure(thrown);
        answered(ofLink.has(toFailure(thrown).code) ? linkField.current : chosen.first.current);
      })
      .finally(() => setBusy(false));
  };

  return (
    <Form className="stack" onSubmit={join} autoComplete="off">
      <p className="lead">{text('join.lead')}</p>
      <p className="plain-warning">{text('join.how')}</p>
      <LinkField
        kind={linkOfDevice}
        value={link}
        onChange={(value) => {
          setAtOnce(cameAtOnce(link, value));
          setLink(value);
          setFailure(undefined);
        }}
        error={blamed ? errorText(failure) : tried ? linkFault : pastedFault}
        disabled={busy}
        areaRef={linkField}
      />
      <TextField
        label={text('join.name')}
        value={name}
        inputRef={nameField}
        onChange={onName}
        hint={text('join.name.hint')}
        error={tried ? nameFault : undefined}
        maxLength={longestDeviceName}
        disabled={busy}
      />
      <NewPassphraseFields chosen={chosen} tried={tried} label={text('join.passphrase')} repeat={text('join.repeat')} hint={text('join.passphrase.hint')} disabled={busy} />
      <p className="plain-warning">{text('onboarding.noReset')}</p>
      {failure === undefined ? null : (
        <Banner tone="danger">
          {blamed ? '' : `${errorText(failure)} `}
          {text('join.again')}
        </Banner>
      )}
      <Button kind="main" type="submit" wide isPending={busy}>
        {text(busy ? 'join.busy' : 'join.do')}
      </Button>
      {busy ? null : (
        <div className="front-others">
          <Button kind="quiet" wide onPress={onBack}>
            {text('join.back')}
          </Button>
          <HelpButton wide at="several-devices" />
        </div>
      )}
    </Form>
  );
}
