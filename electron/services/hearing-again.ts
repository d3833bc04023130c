import type { Permissions } from '../../shared/model/contact';
import type { PeerId } from '../engine/ids';
import type { Connections } from './connections';

/** Whether a person may say something now that they could not before. Files are no such thing: they are asked for anew. */
export function maySayMore(before: Permissions, now: Permissions): boolean {
  return (now.message && !before.message) || (now.openConversation && !before.openConversation);
}

/** Of what was not allowed nothing is kept here: it is said again on the next connection, and on one that stands not before something else is. */
export function hearAgain(connections: Pick<Connections, 'dropWhere' | 'reach'>, peerId: PeerId): void {
  connections.dropWhere(peerId, () => true);
  connections.reach(peerId);
}
