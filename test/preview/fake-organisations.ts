import type { Handlers } from '../../shared/contract/contract';
import type { Authority } from '../../shared/model/authority';
import { fakeFingerprint, type IdentityTools } from './fake-identity';
import type { World } from './world';

const day = 86_400_000;

export function authorityHandlers(world: World, { refuse, emit }: IdentityTools): Handlers['authorities'] {
  const set = (authorities: Authority[]): void => {
    world.identity.authorities = authorities;
    emit({ type: 'authorities.changed' });
  };
  return {
    list: () => world.identity.authorities,
    import: ({ text }) => {
      if (text.includes('PRIVATE')) refuse('key.private');
      if (!text.includes('BEGIN CERTIFICATE')) refuse('key.garbled');
      const authorityId = fakeFingerprint(1000 + text.length);
      if (world.identity.authorities.some((one) => one.authorityId === authorityId)) refuse('authority.already-known');
      set([...world.identity.authorities, { authorityId, name: 'Acme CA', notAfter: world.now() + 900 * day, state: 'valid', vouchesFor: 0 }]);
      return { authorityId };
    },
    importRevocations: ({ text }) => {
      const [known] = world.identity.authorities;
      if (!text.includes('X509 CRL')) refuse('key.garbled');
      if (known === undefined) return refuse('authority.unknown');
      const revocations = { thisUpdate: world.now(), nextUpdate: world.now() + 7 * day, count: 1, outdated: false };
      set(world.identity.authorities.map((one) => (one === known ? { ...one, revocations } : one)));
      return { authorityId: known.authorityId };
    },
    remove: ({ authorityId }) => {
      if (!world.identity.authorities.some((one) => one.authorityId === authorityId)) refuse('authority.unknown');
      set(world.identity.authorities.filter((one) => one.authorityId !== authorityId));
      return null;
    },
  };
}

export function backupHandlers(world: World, { refuse, emit }: IdentityTools): Handlers['backup'] {
  const run = async (total: number): Promise<void> => {
    const stop = world.identity.backupStopsAt;
    if (stop !== undefined) {
      if (stop.total > 0) emit({ type: 'backup.progress', ...stop, state: 'running' });
      const cancelled = await new Promise<boolean>((goOn) => {
        world.identity.goOn = (end = false) => goOn(end);
      });
      if (cancelled) {
        emit({ type: 'backup.progress', ...stop, state: 'cancelled' });
        refuse('backup.cancelled');
      }
    }
    emit({ type: 'backup.progress', done: total, total, state: 'finished' });
  };
  return {
    create: async () => {
      const path = world.identity.chosenFile ?? refuse('path.required');
      await run(1_048_576);
      return { path: `${path}.keyshift-backup`, bytes: 1_048_576 };
    },
    restore: async ({ passphrase, code, ask }) => {
      const { identity } = world;
      if (identity.chosenFile === undefined) refuse('path.required');
      if (passphrase !== identity.filePassphrase) refuse('backup.wrong-passphrase');
      if (identity.fileTrouble === 'backup.not-certifier' && code !== undefined) {
        if (code !== identity.recoveryCode) refuse('recovery.wrong-code');
      } else if (identity.fileTrouble !== undefined) refuse(identity.fileTrouble);
      await run(1_048_576);
      if (ask === true) {
        const agreed = await new Promise<boolean>((answer) => {
          world.identity.goOn = (end = false) => answer(!end);
          emit({ type: 'backup.found', ...identity.foundBackup });
        });
        if (!agreed) refuse('backup.cancelled');
      }
      world.passphrase = passphrase;
      world.vault = 'open';
      emit({ type: 'vault.changed', state: 'open' });
      return { peerId: 'a'.repeat(52), madeAt: identity.foundBackup.madeAt };
    },
    goOn: () => {
      world.identity.goOn();
      return null;
    },
    cancel: () => {
      world.identity.goOn(true);
      return null;
    },
  };
}
