import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import { searchMarks, snippetOf } from '../../shared/search-marks';
import { conversationRow } from './conversations-service';
import type { OpenProfile } from './open-profile';

const defaultHits = 50;

export function searchService(parts: { profile: () => OpenProfile }): Pick<Handlers['messages'], 'search'> {
  return {
    search: ({ query, conversationId, before, limit = defaultHits }) => {
      const profile = parts.profile();
      if (conversationId !== undefined) conversationRow(profile, conversationId);
      if (before !== undefined && profile.stores.messages.byId(before) === undefined) throw new KeyshiftError('message.unknown', 'That message is not here any more.');
      return profile.stores.search.find({ text: query, conversationId, before, limit }).map(({ text, fileName, ...hit }) => {
        // Where the words are the file's, its name is what was found.
        const shown = fileName ?? text;
        return { ...hit, ...snippetOf(shown, searchMarks(shown, query)) };
      });
    },
  };
}
