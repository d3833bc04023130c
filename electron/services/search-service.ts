import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { searchFor, snippetOf } from '../../shared/search-marks';
import { conversationRows, shownAt } from './conversations-service';
import type { OpenProfile } from './open-profile';

const defaultHits = 50;

export function searchService(parts: { profile: () => OpenProfile }): Pick<Handlers['messages'], 'search'> {
  return {
    search: ({ query, conversationId, before, limit = defaultHits }) => {
      const profile = parts.profile();
      const among = conversationId === undefined ? undefined : conversationRows(profile, conversationId).map((row) => row.conversationId);
      if (before !== undefined && profile.stores.messages.byId(before) === undefined) throw new KeyshiftError('message.unknown', 'That message is not here any more.');
      const { disappearing } = profile.talk;
      const hits = profile.stores.search
        .find({ text: query, conversationId: among, before, limit })
        // Shown no more, though it is still to be erased.
        .filter(({ messageId }) => !disappearing.isBehind || !disappearing.isOver(profile.stores.messages.byId(messageId) ?? {}));
      const marksIn = searchFor(query);
      return hits.map(({ text, fileName, ...found }) => {
        const hit = { ...found, conversationId: shownAt(profile, found.conversationId) };
        // Where the words are the file's, its name is what was found.
        const shown = fileName ?? text;
        return { ...hit, ...snippetOf(shown, marksIn(shown)) };
      });
    },
  };
}
