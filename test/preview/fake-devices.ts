import type { Handlers } from '../../shared/contract/contract';

/** Own devices as the window's tests and pictures need them. */
export function deviceHandlers(): Handlers['devices'] {
  return {
    list: () => [],
    link: () => ({ link: 'keyshift:link/1', expiresAt: 0 }),
    join: () => null,
    confirm: () => null,
    cancel: () => null,
    linking: () => ({ stage: 'idle' }),
    rename: () => null,
    suspend: () => null,
    reinstate: () => null,
    remove: () => null,
    moveCertifier: () => null,
  };
}

export function mailboxHandlers(): Handlers['mailbox'] {
  return { status: () => ({ state: 'off', deviceKey: 'UABC', taken: 0 }), register: () => null, leave: () => null };
}
