import type { ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { nameInSentence } from '../../ui/strangers';
import { Fingerprint } from './fingerprint';
import type { Look } from './use-shown-key';

/** Whose key stands in the field, to be compared before anybody is asked anything. What is wrong with it is said when it is to be taken. */
export function ShownKey({ look }: { readonly look: Look | undefined }): ReactNode {
  const text = useText();
  return (
    <div role="status">
      {look?.key === undefined ? null : (
        <Banner tone="calm">
          <p>{text('import.from', { name: nameInSentence(look.key.name) })}</p>
          <Fingerprint value={look.key.fingerprint} />
        </Banner>
      )}
    </div>
  );
}
