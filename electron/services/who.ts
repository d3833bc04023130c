import type { Contact } from '../../shared/model/contact';
import { isSame } from './moving-pins';
import type { PeerBook } from './peer-book';
import type { ContactRow } from './ports';

/** Who this is, the strongest fact first (`shared/model/contact`). `changed`: a check was lost because another key took the place of the one it was made for. `vouched`: an organisation says so of the pinned key. */
export function whoOf(book: Pick<PeerBook, 'held' | 'find'>, { peerId, checked, checkedSpkiHash }: ContactRow, vouched: boolean): Contact['who'] {
  const held = book.held(peerId);
  if (held !== undefined) return held;
  if (checked) return 'checked';
  const pinned = book.find(peerId)?.record.pinnedSpkiHash;
  if (checkedSpkiHash !== undefined && pinned !== undefined && !isSame(checkedSpkiHash, pinned)) return 'changed';
  return vouched ? 'vouched' : 'unchecked';
}
