import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';
import { unbuilt } from './unbuilt';

export function messageChangesService(_parts: { profile: () => OpenProfile }): Pick<Handlers['messages'], 'edit' | 'delete' | 'react' | 'typing'> {
  return {
    edit: () => unbuilt(),
    delete: () => unbuilt(),
    react: () => unbuilt(),
    typing: () => unbuilt(),
  };
}
