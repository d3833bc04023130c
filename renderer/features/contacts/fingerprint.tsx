import type { ReactNode } from 'react';
import { useText } from '../../i18n/use-text';

/** SHA-256 of a key in groups of four: for those who compare with `openssl`, and to tell two keys apart. */
export function Fingerprint({ value }: { readonly value: string }): ReactNode {
  const text = useText();
  return (
    <p className="fingerprint">
      <span className="field-hint">{text('who.fingerprint')}</span> <code>{value.match(/.{1,4}/g)?.join(' ')}</code>
    </p>
  );
}
