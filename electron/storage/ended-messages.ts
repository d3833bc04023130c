import type { ChangeStore } from '../services/ports/changes';
import type { Db } from './database';
import { integer } from './row';

/** Places of messages whose time was over, as ranges that neither overlap nor touch: a conversation in which all disappears takes a row or two. */
export function endedMessages(db: Db): Pick<ChangeStore, 'addEnded' | 'isEnded'> {
  const before = db.prepare('SELECT first, last FROM ended_messages WHERE conversation_id = ? AND instance_id = ? AND first <= ? ORDER BY first DESC LIMIT 1');
  const starting = db.prepare('SELECT last FROM ended_messages WHERE conversation_id = ? AND instance_id = ? AND first = ?');
  const remove = db.prepare('DELETE FROM ended_messages WHERE conversation_id = ? AND instance_id = ? AND first = ?');
  const put = db.prepare('INSERT OR REPLACE INTO ended_messages (conversation_id, instance_id, first, last) VALUES (?, ?, ?, ?)');

  return {
    addEnded(conversationId, { instanceId, sequence }) {
      const stream = [conversationId, instanceId];
      const below = before.get([...stream, sequence]);
      if (below && integer(below, 'last') >= sequence) return;
      const above = starting.get([...stream, sequence + 1]);
      if (above) remove.run([...stream, sequence + 1]);
      const first = below && integer(below, 'last') === sequence - 1 ? integer(below, 'first') : sequence;
      put.run([...stream, first, above ? integer(above, 'last') : sequence]);
    },
    isEnded(conversationId, { instanceId, sequence }) {
      const below = before.get([conversationId, instanceId, sequence]);
      return below !== undefined && integer(below, 'last') >= sequence;
    },
  };
}
