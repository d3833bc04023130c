import { useEffect, useState, type ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { nameInSentence } from '../../ui/strangers';
import { Fingerprint } from './fingerprint';

/** Between the last letter and the look at it, in milliseconds. */
const patience = 150;

interface Shown {
  readonly of: string;
  readonly name: string;
  readonly fingerprint: string;
}

/** Whose key stands in the field, to be compared before anybody is asked anything. What is wrong with it is said when it is to be taken. */
export function ShownKey({ pasted }: { readonly pasted: string }): ReactNode {
  const text = useText();
  const shown = useShown(pasted);
  return (
    <div role="status">
      {shown === undefined ? null : (
        <Banner tone="calm">
          <p>{text('import.from', { name: nameInSentence(shown.name) })}</p>
          <Fingerprint value={shown.fingerprint} />
        </Banner>
      )}
    </div>
  );
}

function useShown(pasted: string): Shown | undefined {
  const { client } = useModel();
  const [shown, setShown] = useState<Shown>();
  useEffect(() => {
    if (pasted.trim() === '') return undefined;
    let over = false;
    const timer = setTimeout(() => {
      client.contacts.readKey({ text: pasted }).then(
        ({ name, fingerprint }) => (over ? undefined : setShown({ of: pasted, name, fingerprint })),
        () => undefined,
      );
    }, patience);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [client, pasted]);
  return shown?.of === pasted ? shown : undefined;
}
