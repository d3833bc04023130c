import { useEffect, useState, type ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';

/** On a locked page: that a link was opened outside, and nothing of it. */
export function LinkWaits(): ReactNode {
  const text = useText();
  const { client, background } = useModel();
  const [waits, setWaits] = useState(false);
  useEffect(() => {
    const ask = async (): Promise<void> => setWaits(await client.desktop.linkWaits());
    background(ask());
    return client.on((event) => {
      if (event.type === 'desktop.link') background(ask());
    });
  }, [client, background]);
  return <div role="status">{waits ? <Banner tone="calm">{text('lock.link')}</Banner> : null}</div>;
}
