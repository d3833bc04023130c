import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';
import { unbuilt } from './unbuilt';

export function filesService(_parts: { profile: () => OpenProfile }): Handlers['files'] {
  return {
    send: () => unbuilt(),
    accept: () => unbuilt(),
    pause: () => unbuilt(),
    resume: () => unbuilt(),
    cancel: () => unbuilt(),
    save: () => unbuilt(),
    list: () => unbuilt(),
    forget: () => unbuilt(),
  };
}
