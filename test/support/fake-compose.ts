import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { AppPorts } from '../../electron/compose';
import type { App } from '../../electron/services/app';
import type { AppEvent } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import { recordingHandlers } from './fake-handlers';

/** Stands in for electron/compose where only the door is tried: the profile folder's name says what shall happen. */
export async function startApp(ports: AppPorts): Promise<App> {
  const kind = basename(ports.profileDirectory);
  if (kind === 'in-use') throw new KeyshiftError('profile.in-use', 'This profile is open already.');
  if (kind === 'taken') throw new KeyshiftError('port.in-use', `Port ${ports.listen?.port} is taken.`);
  if (kind === 'broken') throw new TypeError('canary-text');
  const listeners = new Set<(event: AppEvent) => void>();
  let open = false;
  const { handlers } = recordingHandlers({
    'vault.status': () => ({ state: open ? 'open' : 'locked' }),
    'vault.unlock': (input) => {
      if ((input as { passphrase: string }).passphrase !== 'right') throw new KeyshiftError('vault.wrong-passphrase', 'That is not the passphrase.');
      open = true;
      for (const listener of listeners) listener({ type: 'vault.changed', state: 'open' });
      return null;
    },
    'vault.lock': () => {
      // An error that nobody catches, some time later.
      if (kind === 'uncaught') setTimeout(() => Promise.reject(new Error('canary-text')), 10);
      return null;
    },
    'settings.set': (change) => {
      ports.preferences.set({ settings: { ...ports.preferences.get().settings, ...(change as object) } });
      return ports.preferences.get().settings;
    },
    'network.status': () => new Promise((resolve) => setTimeout(resolve, 150, { listening: [], sessions: [] })),
  });
  return {
    handlers,
    listening: [`${ports.listen?.host ?? '127.0.0.1'}:${ports.listen?.port ?? 4800}`],
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    openFile: () => Promise.reject(new KeyshiftError('transfer.unknown', 'That file is not known here.')),
    unlockWithKeyring: async () => false,
    networkChanged: () => undefined,
    async stop() {
      if (existsSync(ports.profileDirectory)) writeFileSync(join(ports.profileDirectory, 'stopped'), '');
    },
  };
}
