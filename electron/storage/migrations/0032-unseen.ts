import type { Migration } from './migration';

/**
 * Numbered messages that nobody sees as such: titles and links from here on, too. Of those that are there, sequence 1 or 2 of a stream that is no message
 * (or was one that is gone: it counts one less on this side).
 */
export const migration: Migration = {
  version: 32,
  name: 'unseen',
  sql: `
    INSERT OR IGNORE INTO change_places (conversation_id, instance_id, sequence)
      SELECT conversations.conversation_id, streams.instance_id, heads.sequence
      FROM conversations
      JOIN (
        SELECT peer_id, dialog_id, instance_id, next_sequence - 1 AS last FROM sending_streams
        UNION ALL SELECT peer_id, dialog_id, instance_id, cumulative AS last FROM receiving_streams
      ) AS streams ON streams.peer_id = conversations.peer_id AND streams.dialog_id = conversations.dialog_id
      JOIN (SELECT 1 AS sequence UNION ALL SELECT 2) AS heads ON heads.sequence <= streams.last
      WHERE NOT EXISTS (
        SELECT 1 FROM messages WHERE messages.conversation = conversations.key
          AND messages.instance_id = streams.instance_id AND messages.sequence = heads.sequence);
  `,
};
