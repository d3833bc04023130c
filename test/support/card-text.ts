import { createCard } from '../../electron/engine/certificates/card';
import type { Resident } from './resident';

/** The card of this person with their usual address, as the text that others take up. */
export function cardText({ crypto, profile, address }: Pick<Resident, 'crypto' | 'profile' | 'address'>, now: number): { readonly text: string } {
  const lines = Buffer.from(createCard(crypto, profile.local, [address], now)).toString('base64').match(/.{1,64}/g) ?? [];
  return { text: ['-----BEGIN KEYSHIFT CARD-----', ...lines, '-----END KEYSHIFT CARD-----', ''].join('\n') };
}
