import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';
import { unbuilt } from './unbuilt';

export function searchService(_parts: { profile: () => OpenProfile }): Pick<Handlers['messages'], 'search'> {
  return {
    search: () => unbuilt(),
  };
}
