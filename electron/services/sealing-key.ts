import type { OpenProfile } from './open-profile';
import type { KnownPeer } from './peer-book';
import type { ContactRow } from './ports';

/** What messages for this person are sealed with; undefined while there is none, or nobody will ever open them. */
export function sealsFor({ book }: Pick<OpenProfile, 'book'>, { relation, ended, peerId }: ContactRow): KnownPeer | undefined {
  return relation === 'invited' || ended !== undefined ? undefined : book.find(peerId);
}
