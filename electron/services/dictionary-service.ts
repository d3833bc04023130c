import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import { mostOwnWords } from '../../shared/model/own-word';
import type { EventHub } from './event-hub';
import type { OpenProfile } from './open-profile';

/** Words that are right although no dictionary has them: sealed in the profile like its messages, told to nobody, not to other own devices either. */
export function dictionaryService({ profile, events }: { readonly profile: () => OpenProfile; readonly events: EventHub }): Handlers['dictionary'] {
  return {
    words: () => [...profile().stores.ownWords.all()],
    add: ({ word }) => {
      const { stores } = profile();
      if (stores.ownWords.count() >= mostOwnWords) throw new KeyshiftError('dictionary.full', 'There is no room for more words of one’s own.');
      stores.ownWords.add(word.normalize('NFC'));
      events.emit({ type: 'dictionary.changed' });
      return null;
    },
    remove: ({ word }) => {
      const { stores } = profile();
      if (stores.ownWords.remove(word)) {
        // Nothing of it stays in the files.
        stores.purge();
        events.emit({ type: 'dictionary.changed' });
      }
      return null;
    },
  };
}
