import { useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import type { Profile } from '../../../shared/model/profile';
import { useModel } from '../../app/model-context';
import { useCloseOwn, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { nameInSentence } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';

interface NameDialogProps {
  readonly profile: Profile | undefined;
  /** Where it is another than what is done says. */
  readonly title?: string | undefined;
  /** What is to be read before that. */
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

/** Names a new profile, or another one anew. */
export function NameDialog({ profile, title, children, onClose }: NameDialogProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { profiles } = useModel();
  const [name, setName] = useState(profile?.name ?? '');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  const missing = name.trim() === '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    // The form of the page that it lies over would hear of it as well.
    event.stopPropagation();
    setTried(true);
    if (busy || missing) return;
    setBusy(true);
    setFailure(undefined);
    const { add, rename } = profiles.getState();
    (profile === undefined ? add(name.trim()) : rename(profile.profileId, name.trim())).then(close, (thrown: unknown) => {
      setFailure(thrown);
      setBusy(false);
    });
  };
  return (
    <Dialog title={title ?? (profile === undefined ? text('profiles.add.title') : text('profiles.rename.title', { name: nameInSentence(profile.name) }))} onClose={onClose}>
      <Form className="stack" onSubmit={submit} autoComplete="off">
        {children}
        <TextField
          label={text('profiles.name')}
          value={name}
          onChange={(typed) => {
            setName(typed);
            setFailure(undefined);
          }}
          hint={text('profiles.name.hint')}
          error={tried && missing ? text('profiles.name.missing') : failure === undefined ? undefined : errorText(failure)}
          maxLength={64}
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{text('app.cancel')}</Button>
          <Button kind="main" type="submit" isPending={busy}>
            {text(profile === undefined ? 'profiles.add.do' : 'profiles.rename.do')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
