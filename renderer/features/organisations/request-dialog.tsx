import { useEffect, useState, type ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/text-field';
import { useCopy } from '../../ui/use-copy';

/** What an organisation is asked to sign. */
export function RequestDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const copy = useCopy();
  const { client } = useModel();
  const [request, setRequest] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    let current = true;
    client.identity.exportRequest().then(
      (made) => (current ? setRequest(made.text) : undefined),
      (thrown: unknown) => (current ? setFailure(thrown) : undefined),
    );
    return () => {
      current = false;
    };
  }, [client]);
  return (
    <Dialog title={text('vouched.request.title')} onClose={onClose}>
      <div className="stack">
        <p className="lead">{text('vouched.request.lead')}</p>
        {failure === undefined ? (
          <TextField label={text('vouched.request.text')} value={request ?? text('vouched.request.busy')} lines={8} readOnly monospace />
        ) : (
          <Banner tone="danger">{errorText(failure)}</Banner>
        )}
        <div className="dialog-actions">
          <Button kind="main" isDisabled={request === undefined} onPress={() => void copy(request ?? '', text('vouched.request.copied'))}>
            {text('vouched.request.copy')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
