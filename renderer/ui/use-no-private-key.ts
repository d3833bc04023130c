import { useState } from 'react';
import { holdsPrivateKey } from '../../shared/private-key';
import { useText } from '../i18n/use-text';

interface NoPrivateKey {
  readonly fault: string | undefined;
  readonly setFault: (fault: string | undefined) => void;
  /** Hands a text on; a private key is told as one and forgotten at once, which answers false. */
  readonly give: (text: string) => boolean;
}

/** What is wrong with a text that a field was given, above all that it is a private key. */
export function useNoPrivateKey(onChange: (text: string) => void): NoPrivateKey {
  const text = useText();
  const [fault, setFault] = useState<string>();
  const give = (given: string): boolean => {
    const isSecret = holdsPrivateKey(given);
    setFault(isSecret ? text('error.key.private') : undefined);
    onChange(isSecret ? '' : given);
    return !isSecret;
  };
  return { fault, setFault, give };
}
