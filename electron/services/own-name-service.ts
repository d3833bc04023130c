import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';
import { unbuilt } from './unbuilt';

export function ownNameService(_parts: { profile: () => OpenProfile }): Pick<Handlers['identity'], 'rename'> {
  return {
    rename: () => unbuilt(),
  };
}
