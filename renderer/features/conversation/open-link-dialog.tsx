import type { ReactNode } from 'react';
import { useModel, useUi } from '../../app/model-context';
import { useCloseDialog, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { linkTarget } from '../../ui/host-names';
import { urlOf } from '../../ui/url-of';
import { useCopy } from '../../ui/use-copy';

/** Asks before the browser opens what somebody wrote: where it leads is said as plainly as it can be. */
export function OpenLinkDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const copy = useCopy();
  const close = useCloseDialog();
  const url = useUi((state) => state.dialogLink);
  const [failure, setFailure] = useFailure();
  if (url === undefined || urlOf(url) === undefined) return null;
  const target = linkTarget(url);

  const open = async (): Promise<void> => {
    try {
      await model.client.desktop.openLink({ url });
      close();
    } catch (thrown) {
      setFailure(thrown);
    }
  };

  return (
    <Dialog title={text('openLink.title')} onClose={close}>
      <p>{text('openLink.text')}</p>
      <p className="link-host">
        <bdi>{target.host}</bdi>
      </p>
      {target.plainHost === undefined ? null : (
        <p className="field-hint">
          {text('openLink.plain')} <code dir="ltr">{target.plainHost}</code>
        </p>
      )}
      {target.mixed ? <Banner tone="danger">{text('openLink.mixed')}</Banner> : null}
      {target.hasUser ? <Banner tone="danger">{text('openLink.user')}</Banner> : null}
      {target.isOpen ? <Banner tone="notice">{text('openLink.open')}</Banner> : null}
      <code className="link-whole" dir="ltr">
        {url}
      </code>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      <div className="dialog-actions">
        <Button autoFocus onPress={close}>
          {text('openLink.keep')}
        </Button>
        <Button onPress={() => void copy(url)}>{text('openLink.copy')}</Button>
        <Button kind={target.mixed || target.hasUser ? 'danger' : 'main'} onPress={() => void open()}>
          {text('openLink.act')}
        </Button>
      </div>
    </Dialog>
  );
}
