import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { World } from './world';

interface Tools {
  readonly refuse: (code: ErrorCode) => never;
  readonly emit: (event: AppEvent) => void;
}

export function profileHandlers(world: World, { refuse, emit }: Tools): Handlers['profiles'] {
  const changed = (): null => {
    emit({ type: 'profiles.changed' });
    return null;
  };
  const find = (profileId: string) => world.profiles.find((one) => one.profileId === profileId) ?? refuse('profile.unknown');
  return {
    list: () => world.profiles,
    create: ({ name }) => {
      const profileId = `${world.profiles.length}`.padStart(16, '0');
      world.profiles = [...world.profiles, { profileId, name, current: false }];
      changed();
      return { profileId };
    },
    open: ({ profileId }) => {
      find(profileId);
      world.profiles = world.profiles.map((one) => ({ ...one, current: one.profileId === profileId }));
      return changed();
    },
    rename: ({ profileId, name }) => {
      find(profileId);
      world.profiles = world.profiles.map((one) => (one.profileId === profileId ? { ...one, name } : one));
      return changed();
    },
    remove: ({ profileId, name }) => {
      if (find(profileId).name !== name) refuse('profile.name-differs');
      world.profiles = world.profiles.filter((one) => one.profileId !== profileId);
      return changed();
    },
    removed: (input) => {
      const { removedProfile: removed } = world;
      if (input?.forget === true) world.removedProfile = undefined;
      return removed === undefined ? {} : { removed };
    },
  };
}

export function desktopHandlers(world: World, { emit }: Pick<Tools, 'emit'>): Handlers['desktop'] {
  return {
    openLink: ({ url }) => {
      world.opened = [...world.opened, url];
      return null;
    },
    takeLink: (input) => {
      const { link } = world;
      if (input?.only === 'device' && link?.startsWith('keyshift:link/') !== true) return {};
      world.link = undefined;
      const { unreadLink } = world;
      world.unreadLink = undefined;
      return { ...(link !== undefined && { link }), ...(unreadLink !== undefined && { unread: unreadLink }) };
    },
    keepLink: ({ link, unread }) => {
      world.link ??= link;
      world.unreadLink ??= unread;
      emit({ type: 'desktop.link' });
      return null;
    },
    linkWaits: () => world.link !== undefined || world.unreadLink !== undefined,
    looking: () => null,
    putAside: () => (world.settingsPutAside === undefined ? {} : { path: world.settingsPutAside }),
    misspelled: () => [],
    chooseFiles: () => ({ files: world.chosen, asked: world.chosen.length + world.chosenBeside }),
    dropFiles: ({ tokens }) => {
      world.chosen = world.chosen.filter(({ token }) => !tokens.includes(token));
      return null;
    },
    showSaved: () => null,
    moves: (picture) => 'transferId' in picture && world.moving.includes(picture.transferId),
  };
}

export function dictionaryHandlers(): Handlers['dictionary'] {
  let words = ['Hafenbericht', 'Keyshift'];
  return {
    words: () => words,
    add: ({ word }) => {
      words = [...words, word];
      return null;
    },
    remove: ({ word }) => {
      words = words.filter((one) => one !== word);
      return null;
    },
  };
}

/** A version to fetch, which is there at once. */
export function updateHandlers(world: World): Handlers['updates'] {
  const become = (change: Partial<World['updates']>): World['updates'] => (world.updates = { ...world.updates, ...change });
  const offer = { version: '0.2.0', issuedAt: 1_795_000_000_000, notes: { en: 'Messages open sooner.\nThe list of people can be sorted.', de: 'Nachrichten öffnen schneller.\nDie Liste der Leute lässt sich sortieren.' }, size: 98_304_000, here: 0, ready: false };
  const path = '/home/ada/.config/keyshift/updates/keyshift_0.2.0_amd64.deb';
  return {
    status: () => world.updates,
    setOn: ({ on }) => become({ on }),
    check: () => become({ checkedAt: world.now(), offer }),
    download: () => become({ offer: { ...offer, here: offer.size, ready: true } }),
    pause: () => world.updates,
    cancel: () => become({ offer }),
    fromFile: () => become({ offer: { ...offer, here: offer.size, ready: true } }),
    install: () => become({ installed: { version: '0.2.0', path, command: `echo '${'3b'.repeat(32)}  ${path}' | sha256sum --check --strict --quiet && sudo apt-get install '${path}'` } }),
    show: () => null,
    restart: () => null,
  };
}
