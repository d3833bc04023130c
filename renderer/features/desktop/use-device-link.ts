import { useEffect, useEffectEvent } from 'react';
import { useModel } from '../../app/model-context';

/** Before there is a vault: the link with which another device of one's own lets this one in, opened outside. Other links wait until there is one. */
export function useDeviceLink(take: (link: string) => void, wanted: boolean): void {
  const { client, background } = useModel();
  const taken = useEffectEvent(take);
  useEffect(() => {
    if (!wanted) return;
    const ask = async (): Promise<void> => {
      const { link } = await client.desktop.takeLink({ only: 'device' });
      if (link !== undefined) taken(link);
    };
    background(ask());
    return client.on((event) => {
      if (event.type === 'desktop.link') background(ask());
    });
  }, [client, background, wanted]);
}
