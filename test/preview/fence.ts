import type { Handlers } from '../../shared/contract/contract';
import type { FakeTools } from './fake-tools';
import type { World } from './world';

/** The same answers, each behind the vault's door, and after what a test wants to go wrong or to take long. */
export function fence(world: World, { refuse }: FakeTools, handlers: Handlers): Handlers {
  const needVault = (): void => {
    if (world.vault === 'absent') refuse('vault.absent');
    if (world.vault === 'locked') refuse('vault.locked');
  };
  const openCalls = new Set(['updates.status', 'vault.status', 'vault.create', 'vault.unlock', 'vault.lock', 'vault.cancelNewKey', 'backup.restore', 'backup.goOn', 'backup.cancel', 'devices.join', 'devices.confirm', 'devices.cancel', 'devices.linking', 'network.status', 'settings.get', 'settings.set', 'diagnostics.meter', 'diagnostics.about', 'diagnostics.report', 'diagnostics.licences', 'profiles.list', 'profiles.create', 'profiles.open', 'profiles.rename', 'profiles.remove', 'profiles.removed', 'desktop.openLink', 'desktop.takeLink', 'desktop.keepLink', 'desktop.linkWaits', 'desktop.looking', 'desktop.putAside', 'desktop.misspelled', 'desktop.chooseFiles', 'conversations.checkArchive']);
  return Object.fromEntries(
    Object.entries(handlers).map(([group, members]) => [
      group,
      Object.fromEntries(
        Object.entries(members).map(([name, handler]) => [
          name,
          async (input: never) => {
            await world.delays.get(`${group}.${name}`);
            const failing = world.failing.get(`${group}.${name}`);
            if (failing !== undefined) refuse(failing);
            if (!openCalls.has(`${group}.${name}`) && !(world.vault === 'absent' && `${group}.${name}` === 'contacts.useCamera')) needVault();
            return (handler as (input: never) => unknown)(input); // one of the total handlers above, with its own input
          },
        ]),
      ),
    ]),
  ) as unknown as Handlers; // the same shape, each behind the vault's fence
}
