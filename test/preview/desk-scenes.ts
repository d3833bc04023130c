import { fingerprintOf } from './fake-people';
import { peerIdOf } from './ids';
import { longName } from './talk-scenes';
import type { World } from './world';

const day = 86_400_000;

const report = `Keyshift 0.1.0, Electron 45.4.1, Linux x64
database  SQLCipher 4.18.0, schema 30, 14 conversations, 2 214 messages
memory    secrets kept out of the swap file
network   listening, 2 connections (1 direct, 1 same network), port mapped by the router
mailbox   off
devices   1
keys      14 conversations, 0 with a problem
last errors
  connection.refused x 3
`;

const licences = [
  { name: 'react', version: '19.3.1', licence: 'MIT', text: 'MIT License\n\nCopyright (c) Meta Platforms, Inc. and affiliates.\n\nPermission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction.' },
  { name: 'react-aria-components', version: '1.22.1', licence: 'Apache-2.0', text: 'Apache License, Version 2.0' },
  { name: 'sodium-native', version: '5.1.0', licence: 'MIT', text: '' },
  { name: '@signalapp/sqlcipher', version: '4.1.0', licence: 'AGPL-3.0-only', text: 'GNU AFFERO GENERAL PUBLIC LICENSE' },
];

/** The app on a computer: several profiles, what it says of itself, an archive that was chosen to be checked. */
export function deskScenes(busy: (now: number, change?: Partial<World>) => World): Readonly<Record<string, (now: number) => World>> {
  const profiles: World['profiles'] = [
    { profileId: 'main', name: 'Ada', current: true },
    { profileId: '00000000000000a1', name: 'Harbour guild', current: false },
    { profileId: '00000000000000a2', name: longName, current: false },
  ];
  const people = [
    { name: 'Ada Marlow', peerId: peerIdOf('Ada Marlow'), fingerprint: fingerprintOf('Ada') },
    { name: 'Carla Reyes', peerId: peerIdOf('Carla Reyes'), fingerprint: fingerprintOf('Carla') },
  ];
  const withArchive = (archive: World['archive']) => (now: number): World => {
    const world = busy(now);
    world.identity.chosenFile = '/home/ada/Harbour report.keyshift-archive';
    world.archive = { conversation: { title: 'Harbour report', people }, exportedAt: now - 400 * day, messages: 214, headers: 6, faults: [], ...archive };
    return world;
  };
  return {
    'open-to-others': (now) => {
      const world = busy(now);
      return { ...world, about: { ...world.about, openToOthers: true } };
    },
    'put-aside': (now) => busy(now, { settingsPutAside: '/home/ada/.config/Keyshift/preferences.broken.json' }),
    desk: (now) => busy(now, { profiles, report, licences }),
    'desk-locked': (now) => busy(now, { profiles, vault: 'locked' }),
    'desk-link-waits': (now) => busy(now, { profiles, vault: 'locked', link: 'keyshift:invite/AAAA' }),
    'desk-removed': (now) => busy(now, { profiles, vault: 'locked', removedProfile: { name: 'Summer school', complete: true } }),
    'desk-removed-last': (now) => busy(now, { profiles: profiles.slice(0, 1), vault: 'absent', removedProfile: { name: 'Ada', complete: true } }),
    'desk-removed-partly': (now) => busy(now, { profiles, vault: 'locked', removedProfile: { name: longName, complete: false } }),
    'archive-good': withArchive({}),
    'archive-faulty': withArchive({ headers: 5, faults: ['signature', 'messages'], faultKinds: [{ fault: 'signature', count: 1 }, { fault: 'messages', count: 2 }] }),
    'archive-bare': withArchive({ headers: 0 }),
  };
}
