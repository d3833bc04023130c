import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import type { UpdateStatus } from '../../shared/model/updates';

function notHere(): never {
  throw new KeyshiftError('desktop.not-here', 'Only the app with a window does that.');
}

/** What the headless peer answers to what only a desktop has. */
export const withoutDesktop: Handlers['desktop'] = {
  openLink: notHere,
  takeLink: () => ({}),
  keepLink: () => null,
  linkWaits: () => false,
  looking: () => null,
  putAside: () => ({}),
  misspelled: () => [],
  chooseFiles: notHere,
  dropFiles: () => null,
  showSaved: notHere,
  moves: notHere,
};

/** Newer versions of the headless peer come with the system's packages, or from npm: whoever runs it as a service has rights it does not have. */
export function withoutUpdates(current: string, possible: UpdateStatus['possible'] = 'headless'): Handlers['updates'] {
  const none = (): never => {
    throw new KeyshiftError('updates.not-here', 'This copy gets no newer versions by itself.');
  };
  return {
    status: () => ({ current, possible, on: false, way: 'by-hand', work: 'none' }),
    setOn: none,
    check: none,
    download: none,
    pause: none,
    cancel: none,
    fromFile: none,
    install: none,
    show: none,
    restart: none,
  };
}

/** The headless peer has the profile it was started with, and knows of no other. */
export function onlyProfile(name: () => string): Handlers['profiles'] {
  return {
    list: () => [{ profileId: 'main', name: name(), current: true }],
    create: notHere,
    open: notHere,
    rename: notHere,
    remove: notHere,
    removed: () => ({}),
  };
}
