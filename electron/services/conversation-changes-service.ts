import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';
import { unbuilt } from './unbuilt';

export function conversationChangesService(_parts: { profile: () => OpenProfile }): Pick<Handlers['conversations'], 'update' | 'remove'> {
  return {
    update: () => unbuilt(),
    remove: () => unbuilt(),
  };
}
