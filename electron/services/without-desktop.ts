import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';

function notHere(): never {
  throw new KeyshiftError('desktop.not-here', 'Only the app with a window does that.');
}

/** What the headless peer answers to what only a desktop has. */
export const withoutDesktop: Handlers['desktop'] = {
  openLink: notHere,
  takeLink: () => ({}),
  looking: () => null,
  misspelled: () => [],
  chooseFiles: notHere,
  dropFiles: () => null,
  showSaved: notHere,
};

/** The headless peer has the profile it was started with, and knows of no other. */
export function onlyProfile(name: () => string): Handlers['profiles'] {
  return {
    list: () => [{ profileId: 'main', name: name(), current: true }],
    create: notHere,
    open: notHere,
    rename: notHere,
    remove: notHere,
  };
}
