import type { Handlers } from '../../shared/contract/contract';
import type { OpenProfile } from './open-profile';

/** The mailbox of the own person. */
export function mailboxService({ profile }: { readonly profile: () => OpenProfile }): Handlers['mailbox'] {
  return {
    status: async () => {
      const { own, revoking } = profile().ways;
      revoking.asked();
      return { ...(await own.status()), toRevoke: [...revoking.list()] };
    },
    register: async ({ registration }) => {
      profile().devices.standing.assertCounts();
      await profile().ways.own.register(registration);
      return null;
    },
    leave: async () => {
      await profile().ways.own.leave();
      return null;
    },
    confirmRevoked: async ({ taskId }) => {
      await profile().ways.revoking.confirm(taskId);
      return null;
    },
  };
}
