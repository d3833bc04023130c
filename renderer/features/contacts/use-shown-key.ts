import { useEffect, useState } from 'react';
import { useModel } from '../../app/model-context';

/** Between the last letter and the look at it, in milliseconds. */
const patience = 150;

interface ShownKey {
  readonly name: string;
  readonly fingerprint: string;
}

/** What a text was found to show. */
export interface Look {
  readonly of: string;
  /** undefined: none that could be taken. */
  readonly key: ShownKey | undefined;
}

/** Whose key a text shows; undefined until it was looked at. */
export function useShownKey(pasted: string): Look | undefined {
  const { client } = useModel();
  const [look, setLook] = useState<Look>();
  useEffect(() => {
    if (pasted.trim() === '') return undefined;
    let over = false;
    const found = (key: ShownKey | undefined): void => (over ? undefined : setLook({ of: pasted, key }));
    const timer = setTimeout(() => {
      client.contacts.readKey({ text: pasted }).then(
        (key) => found(key),
        () => found(undefined),
      );
    }, patience);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [client, pasted]);
  return look?.of === pasted ? look : undefined;
}
