import type { Handlers } from '../../shared/contract/contract';
import type { CameraUse } from '../security/camera-use';

/**
 * The same handlers, with a camera: this is the door of a window. `ask`: what the system itself wants to be asked first
 * (macOS); it answers whether its user agrees.
 */
export function withCamera(handlers: Handlers, camera: CameraUse, ask: () => Promise<boolean>): Handlers {
  // Questions may overlap: the last one counts, so that an answer that comes late opens nothing.
  let asked = 0;
  return {
    ...handlers,
    contacts: {
      ...handlers.contacts,
      async useCamera({ on }) {
        camera.end();
        asked += 1;
        const mine = asked;
        // Throws while the vault is closed.
        await handlers.contacts.useCamera({ on });
        if (!on || !(await ask()) || mine !== asked) return { allowed: false };
        camera.begin();
        return { allowed: true };
      },
    },
  };
}
