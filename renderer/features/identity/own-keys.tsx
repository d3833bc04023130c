import { useEffect, useState, type ReactNode } from 'react';
import type { OwnKey } from '../../../shared/model/identity';
import { useIdentity, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { KeyCut } from '../../ui/icons';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { ForgetKeysDialog } from './forget-keys-dialog';

/** So many stand there at first; after years there may be dozens. */
const shownAtFirst = 4;

/** All keys this identity had, and who may still need an old one. */
export function OwnKeys(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const keys = useIdentity((state) => state.keys);
  const [failure, setFailure] = useState<unknown>();
  const [all, setAll] = useState(false);
  const [forgetting, setForgetting] = useState(false);
  useEffect(() => {
    model.identity.getState().loadKeys().then(() => setFailure(undefined), setFailure);
  }, [model]);

  const held = keys?.filter((key) => key.retiredAt !== undefined && key.held) ?? [];
  // The question goes with the last of them, and is not asked by itself as soon as there is one again.
  if (forgetting && held.length === 0) setForgetting(false);
  const place = useFocusIfLost<HTMLElement>(`${held.length} ${all}`);
  const shown = all ? keys : keys?.slice(0, shownAtFirst);
  return (
    <section className="stack tight divided" aria-labelledby="identity-history" tabIndex={-1} ref={place}>
      <h3 className="small-heading" id="identity-history">
        {text('identity.history')}
      </h3>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      {keys === undefined && failure === undefined ? <p className="field-hint">{text('identity.history.loading')}</p> : null}
      <ol className="own-keys" aria-labelledby="identity-history">
        {shown?.map((key, index) => (
          <OwnKeyItem key={key.fingerprint} own={key} before={keys?.[index + 1]} />
        ))}
      </ol>
      {keys === undefined || all || keys.length <= shownAtFirst ? null : (
        <div className="dialog-actions start">
          <Button kind="quiet" onPress={() => setAll(true)}>
            {text('identity.history.all', { count: keys.length })}
          </Button>
        </div>
      )}
      {keys === undefined ? null : held.length === 0 ? (
        <p className="field-hint">{text('forget.none')}</p>
      ) : (
        <>
          <p className="field-hint">{text('forget.text')}</p>
          <div className="dialog-actions start">
            <Button kind="danger" onPress={() => setForgetting(true)}>
              {text('forget.open')}
            </Button>
          </div>
        </>
      )}
      {forgetting ? <ForgetKeysDialog held={held} onClose={() => setForgetting(false)} /> : null}
    </section>
  );
}

function OwnKeyItem({ own, before }: { readonly own: OwnKey; readonly before: OwnKey | undefined }): ReactNode {
  const text = useText();
  const times = useTimes();
  const retired = own.retiredAt;
  const skipped = before === undefined ? 0 : own.epoch - before.epoch - 1;
  return (
    <li className={retired === undefined ? 'own-key in-use' : 'own-key'}>
      <KeyCut id={own.fingerprint} />
      <span className="own-key-words">
        <span>
          <strong>{text('identity.history.generation', { epoch: own.epoch })}</strong>
          {retired === undefined ? <span className="own-key-mark">{text('identity.history.inUse')}</span> : null}
        </span>
        <span className="field-hint">
          {retired === undefined ? text('identity.history.since', { from: times.date(own.createdAt) }) : text('identity.history.span', { from: times.date(own.createdAt), to: times.date(retired) })}
        </span>
        {skipped > 0 ? <span className="field-hint">{text('identity.history.skipped', { count: skipped, from: own.epoch - skipped, to: own.epoch - 1 })}</span> : null}
        {retired === undefined ? (
          own.held ? null : <span className="field-hint">{text('identity.history.away')}</span>
        ) : (
          <span className="field-hint">
            {text(own.held ? 'identity.history.held' : 'identity.history.erased')} {text('identity.history.behind', { count: own.behind })}
          </span>
        )}
        <code className="own-key-fingerprint">{own.fingerprint.slice(0, 16).match(/.{1,4}/g)?.join(' ')} …</code>
      </span>
    </li>
  );
}
