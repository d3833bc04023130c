import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';
import { unbuilt } from './unbuilt';

export function contactChangesService(_parts: { profile: () => OpenProfile }): Pick<Handlers['contacts'], 'rename' | 'setPermissions' | 'remove' | 'saveInvitationPicture'> {
  return {
    rename: () => unbuilt(),
    setPermissions: () => unbuilt(),
    remove: () => unbuilt(),
    saveInvitationPicture: () => unbuilt(),
  };
}
