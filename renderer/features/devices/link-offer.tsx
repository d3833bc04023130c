import { useRef, type ReactNode } from 'react';
import type { Linking } from '../../../shared/model/device';
import { useDevices, useModel } from '../../app/model-context';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { useCopy } from '../../ui/use-copy';
import { QrCode } from '../contacts/qr-code';
import { PageSection } from '../nearby/page-section';
import { useAnswers } from './linking-page';
import { usePageFocus } from './use-page-focus';

/** Above a minute the time left is told rounded up. */
const minute = 60_000;

/** What happens, and the button. */
export function LinkBegin(): ReactNode {
  const text = useText();
  const { devices } = useModel();
  const { busy, fault, run } = useAnswers();
  return (
    <section className="stack" tabIndex={-1} aria-label={text('link.title')}>
      <p className="lead">{text('link.lead')}</p>
      <ol className="steps">
        <li>{text('link.step.install')}</li>
        <li>{text('link.step.show')}</li>
        <li>{text('link.step.compare')}</li>
      </ol>
      {fault}
      <Button kind="main" wide autoFocus isPending={busy} onPress={() => run(() => devices.getState().makeLink())}>
        {text(busy ? 'link.making' : 'link.make')}
      </Button>
    </section>
  );
}

/** The link as code and as text, while it is valid and nobody has used it. */
export function LinkOffer({ linking }: { readonly linking: Linking }): ReactNode {
  const text = useText();
  const times = useTimes();
  const copy = useCopy();
  const { devices } = useModel();
  const offer = useDevices((state) => state.offer);
  const now = useNow(1_000);
  const { busy, fault, run } = useAnswers();
  const again = (
    <Button kind={offer === undefined ? 'main' : 'plain'} isPending={busy} onPress={() => run(() => devices.getState().makeLink())}>
      {text('link.again')}
    </Button>
  );
  const cancel = (
    <Button isDisabled={busy} onPress={() => run(() => devices.getState().cancel())}>
      {text('link.cancel')}
    </Button>
  );
  const left = (offer?.expiresAt ?? linking.expiresAt ?? 0) - now;
  const isOver = offer === undefined || left <= 0;
  const body = useRef<HTMLDivElement>(null);
  // What it says when the link ends, or a new one is made, takes the place of all that was there.
  usePageFocus(body, isOver ? 'over' : 'offered');
  if (isOver) {
    return (
      <div ref={body}>
        <PageSection title={text('link.waiting')} sentence={<p className="lead">{text(left <= 0 ? 'link.expired' : 'link.waiting.again')}</p>}>
          {fault}
          <div className="dialog-actions">
            {cancel}
            {again}
          </div>
        </PageSection>
      </div>
    );
  }
  return (
    <div ref={body}>
      <section className="stack" tabIndex={-1} aria-label={text('link.waiting')}>
        <QrCode text={offer.link} label={text('link.qr')} />
        <TextField label={text('link.text')} value={offer.link} lines={4} readOnly monospace hint={text('link.left', { left: times.span(left > minute ? left + minute : left) })} />
        {fault}
        <div className="dialog-actions">
          {cancel}
          {again}
          <Button kind="main" onPress={() => void copy(offer.link, text('link.copied'))}>
            {text('link.copy')}
          </Button>
        </div>
        <Banner tone="calm">{text('link.keepOpen')}</Banner>
      </section>
    </div>
  );
}
