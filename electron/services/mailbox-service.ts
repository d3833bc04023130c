import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';

/** The mailbox of the own person. */
export function mailboxService({ profile }: { readonly profile: () => OpenProfile }): Handlers['mailbox'] {
  return {
    status: () => profile().ways.own.status(),
    register: async ({ registration }) => {
      await profile().ways.own.register(registration);
      return null;
    },
    leave: async () => {
      await profile().ways.own.leave();
      return null;
    },
  };
}
