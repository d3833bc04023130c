import { KeyshiftError } from '../../shared/errors';
import { holdsPrivateKey } from '../../shared/private-key';

/** Before a text is read that should hold something public, or a link: of a private key it is said that it is one (S5-23, A80), and nothing of it is kept or told. Errors: key.private. */
export function refusePrivateKey(text: string): void {
  if (holdsPrivateKey(text)) throw new KeyshiftError('key.private', 'This text holds a private key. Never send it to anybody; ask for the public one.');
}
