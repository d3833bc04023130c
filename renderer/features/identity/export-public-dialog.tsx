import { useEffect, useState, type ReactNode } from 'react';
import { useIdentity, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Choice } from '../../ui/choice';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/text-field';
import { useCopy } from '../../ui/use-copy';

const formats = ['card', 'pem'] as const;
type Format = (typeof formats)[number];

/** The public key as text, for people with Keyshift and for other programs. */
export function ExportPublicDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const copy = useCopy();
  const { client } = useModel();
  // Of a later key nothing in a certificate alone shows whose it is.
  const isRenewed = useIdentity((state) => (state.identity?.epoch ?? 1) > 1);
  const [format, setFormat] = useState<Format>('card');
  const [made, setMade] = useState<{ readonly format: Format; readonly text: string }>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    let current = true;
    client.identity.exportPublic({ format }).then(
      (exported) => (current ? setMade({ format, text: exported.text }) : undefined),
      (thrown: unknown) => (current ? setFailure(thrown) : undefined),
    );
    return () => {
      current = false;
    };
  }, [client, format]);
  // While the other form is made, nothing of the first may be copied by mistake.
  const shown = made?.format === format ? made.text : '';
  return (
    <Dialog title={text('keyfile.public.title')} onClose={onClose}>
      <div className="stack">
        <p className="lead">{text('keyfile.public.lead')}</p>
        <Choice
          label={text('keyfile.public.form')}
          value={format}
          onChange={(next) => {
            setFailure(undefined);
            setFormat(next);
          }}
          options={formats.map((value) => ({ value, label: text(`keyfile.public.${value}`) }))}
        />
        {failure === undefined ? (
          <TextField label={text(`keyfile.public.${format}`)} value={shown} lines={6} readOnly monospace hint={text(format === 'pem' && isRenewed ? 'keyfile.public.pem.renewed' : `keyfile.public.${format}.hint`)} />
        ) : (
          <Banner tone="danger">{errorText(failure)}</Banner>
        )}
        <div className="dialog-actions">
          <Button kind="main" isDisabled={shown === ''} onPress={() => void copy(shown, text('keyfile.public.copied'))}>
            {text(`keyfile.public.copy.${format}`)}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
