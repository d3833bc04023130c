import type { OwnKey } from '../../shared/model/identity';
import { fakeFingerprint, newIdentity } from './fake-identity';
import { makeDevice } from './fake-devices';
import { idOf } from './ids';
import { emptyWorld, makeContact, type World } from './world';

const day = 86_400_000;

/** As many own keys as there were renewals, the oldest erased, some still needed by somebody. */
function ownKeysOf(count: number, now: number): OwnKey[] {
  return Array.from({ length: count }, (_, index): OwnKey => {
    const epoch = count - index;
    const createdAt = now - (index * 60 + 12) * day;
    return {
      epoch,
      fingerprint: fakeFingerprint(epoch),
      createdAt,
      ...(index === 0 ? {} : { retiredAt: createdAt + 60 * day }),
      held: index < 4,
      behind: index === 0 ? 0 : Math.max(0, 3 - index),
    };
  });
}

type Busy = (now: number, change?: Partial<World>) => World;

/** Own keys, organisations and backups in the states they can be in. */
export function identityScenes(busyWorld: Busy): Readonly<Record<string, (now: number) => World>> {
  const put = (now: number, change: Partial<World['identity']>): World => {
    const world = busyWorld(now, { identity: { ...newIdentity(now), ...change } });
    const away = makeContact('Maximiliane Schwarzenberger-Oyelaran', { reach: 'waiting' });
    world.contacts = [...world.contacts, away];
    world.identity.strandedBelow = [
      { contactId: away.contactId, epoch: 3 },
      ...world.contacts.slice(1, 3).map(({ contactId }) => ({ contactId, epoch: 5 })),
    ];
    return world;
  };
  const organisations = (now: number): World['identity']['authorities'] => [
    {
      authorityId: fakeFingerprint(71),
      name: 'Acme CA',
      notAfter: now + 900 * day,
      state: 'valid',
      vouchesFor: 3,
      revocations: { thisUpdate: now - 2 * day, nextUpdate: now + 5 * day, count: 4, outdated: false },
    },
    {
      authorityId: fakeFingerprint(72),
      name: 'Technische Universität der vereinigten Nordwestküste, Zertifizierungsstelle 2',
      notAfter: now + 100 * day,
      state: 'valid',
      vouchesFor: 0,
      revocations: { thisUpdate: now - 60 * day, nextUpdate: now - 30 * day, count: 0, outdated: true },
    },
    { authorityId: fakeFingerprint(73), name: 'Old Guild', notAfter: now - 20 * day, state: 'expired', vouchesFor: 0 },
    { authorityId: fakeFingerprint(74), name: 'Guild of 2030', notAfter: now + 2000 * day, state: 'not-yet', vouchesFor: 0 },
  ];
  return {
    identity: (now) => put(now, { ownKeys: ownKeysOf(6, now) }),
    'identity-imported': (now) => put(now, { ownKeys: ownKeysOf(2, now), unconfirmed: true, recovery: 'away', endorsements: [{ issuer: 'Acme CA', notAfter: now + 200 * day }] }),
    'identity-stolen': (now) => put(now, { ownKeys: ownKeysOf(6, now), recovery: 'away', renewedElsewhere: { epoch: 6, fingerprint: fakeFingerprint(66), seenAt: now - 2 * day } }),
    'identity-elsewhere': (now) => put(now, { ownKeys: ownKeysOf(1, now).map((key) => ({ ...key, held: false })), recovery: 'elsewhere', keyElsewhere: true }),
    // Another own device made itself the one with the identity key; the kit is still here.
    'identity-taken': (now) => {
      const world = put(now, { ownKeys: ownKeysOf(2, now).map((key) => ({ ...key, held: false })), keyElsewhere: true, keyTaken: { instanceId: idOf('laptop'), at: now - day } });
      world.devices.list = [...world.devices.list.map((one) => ({ ...one, roles: ['exchange' as const] })), makeDevice('laptop', { instanceId: idOf('laptop'), roles: ['certifier', 'exchange'] })];
      return world;
    },
    'identity-bare': (now) => put(now, { recovery: 'none' }),
    organisations: (now) => put(now, { authorities: organisations(now), endorsements: [{ issuer: 'Acme CA', notAfter: now + 200 * day }] }),
    'backup-running': (now) => put(now, { backupStopsAt: { done: 412 * 1_048_576, total: 1_300 * 1_048_576 } }),
    'backup-starting': (now) => put(now, { backupStopsAt: { done: 0, total: 0 } }),
    'restore-running': (now) => emptyWorld({ vault: 'absent', identity: { ...newIdentity(now), backupStopsAt: { done: 200 * 1_048_576, total: 300 * 1_048_576 } } }),
  };
}
