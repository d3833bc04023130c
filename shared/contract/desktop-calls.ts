import * as z from 'zod';
import { conversationId, transferId } from '../model/ids';
import { longestOwnWord, ownWord } from '../model/own-word';
import { profile, profileId, profileName, removedProfile } from '../model/profile';
import { fileToken, tokenFile } from '../model/transfer';
import { updateStatus } from '../model/updates';
import { call } from './call';
import { none, done, needsVault } from './needs';

/** Several people, or purposes, in one installation. In the window only. */
export const profiles = {
  list: call(none, z.array(profile)),
  create: call(z.strictObject({ name: profileName }), z.strictObject({ profileId }), ['desktop.not-here', 'profile.name-taken']),
  /** Closes this one, and opens the other. */
  open: call(z.strictObject({ profileId }), done, ['desktop.not-here', 'profile.unknown', 'profile.in-use', 'profile.unreadable']),
  rename: call(z.strictObject({ profileId, name: profileName }), done, ['desktop.not-here', 'profile.unknown', 'profile.name-taken']),
  /** Everything of it, from this machine. `name` is typed by the person: the one the list shows. */
  remove: call(z.strictObject({ profileId, name: z.string().max(64) }), done, ['desktop.not-here', 'profile.unknown', 'profile.in-use', 'profile.name-differs']),
  /** The open profile was deleted, and the page that asked for it begins anew: told to it then, until it is told to `forget` it or another profile is opened. */
  removed: call(z.strictObject({ forget: z.literal(true).optional() }).optional(), z.strictObject({ removed: removedProfile.optional() })),
} as const;

/** Words this person calls right, which no dictionary has. On this device, in this profile, and nowhere else. */
export const dictionary = {
  words: call(none, z.array(ownWord), needsVault),
  add: call(z.strictObject({ word: ownWord }), done, [...needsVault, 'dictionary.full']),
  remove: call(z.strictObject({ word: z.string().max(longestOwnWord) }), done, needsVault),
} as const;

/** What only a desktop has. */
export const desktop = {
  /** Opens a link in the browser; http and https only. The window has asked the person, and shown the host. */
  openLink: call(z.strictObject({ url: z.string().max(2048) }), done, ['desktop.not-here', 'link.unusable']),
  /** A `keyshift:` link this app was started with, or was handed while running; told once. `only`: where it is no link for a device, it goes on waiting. `unread`: the beginning of one that was opened and is of no known kind. */
  takeLink: call(z.strictObject({ only: z.literal('device').optional() }).optional(), z.strictObject({ link: z.string().optional(), unread: z.string().max(25).optional() })),
  /** What was taken waits again: the vault was locked before its person had done with it, or had seen it. */
  keepLink: call(z.strictObject({ link: z.string().max(8192).optional(), unread: z.string().max(25).optional() }), done),
  /** Whether there is such a link, and nothing of it: the lock screen says so. */
  linkWaits: call(none, z.boolean()),
  /** The window shows this conversation, or none: nobody is told of what they look at. */
  looking: call(z.strictObject({ conversationId: conversationId.optional() }), done),
  /** Where the file of settings lies that could not be read when this profile was begun: all of them are as at the first start again. */
  putAside: call(none, z.strictObject({ path: z.string().optional() })),
  /** Those of these words that are misspelled in the chosen language, by the dictionary that comes with the app; none while spelling is off. */
  misspelled: call(z.strictObject({ words: z.array(z.string().max(256)).max(2000) }), z.array(z.string())),
  /** Files chosen in a dialog, as tokens; `asked`: how many were chosen, 0 when the person gave up. What cannot be sent is left out; if that is everything, an error says why. */
  chooseFiles: call(none, z.strictObject({ files: z.array(tokenFile), asked: z.number().int().nonnegative() }), ['desktop.not-here', 'path.unusable', 'file.gone', 'file.empty']),
  /** Lets go of files that were chosen, dropped or pasted and are not sent. */
  dropFiles: call(z.strictObject({ tokens: z.array(fileToken).max(200) }), done),
  /** Shows where a file was saved, in the system's own file manager; it is never opened. Since this start only. */
  showSaved: call(z.strictObject({ transferId }), done, ['desktop.not-here', 'transfer.not-here']),
  /** Whether a picture moves: a file of a message, or one about to be sent. Told by its own bytes; one that cannot be followed counts as moving. */
  moves: call(z.union([z.strictObject({ transferId }), z.strictObject({ token: fileToken })]), z.boolean(), ['desktop.not-here', ...needsVault, 'transfer.unknown', 'transfer.not-here', 'path.unusable', 'file.gone', 'file.changed']),
} as const;

const judged = ['updates.garbled', 'updates.unknown-key', 'updates.bad-signature', 'updates.other-product', 'updates.older', 'updates.expired', 'updates.from-future', 'updates.wrong-system'] as const;
const needsUpdates = ['updates.not-here', 'updates.busy'] as const;

/** Newer versions of the app itself. In the window only; also while the vault is locked. */
export const updates = {
  status: call(none, updateStatus),
  /** Whether it looks by itself. */
  setOn: call(z.strictObject({ on: z.boolean() }), updateStatus, ['updates.not-here']),
  /** Asks the server now, also while it is off. */
  check: call(none, updateStatus, [...needsUpdates, ...judged, 'updates.unreachable', 'updates.odd-answer']),
  /** Fetches the package, or goes on with it; answers when it is here, or was paused. */
  download: call(none, updateStatus, [...needsUpdates, 'updates.nothing', 'updates.unreachable', 'updates.odd-answer', 'updates.altered']),
  pause: call(none, updateStatus, ['updates.not-here']),
  /** Throws away what is here of it. */
  cancel: call(none, updateStatus, ['updates.not-here']),
  /** Takes an update file and its package that the person chooses; asks nobody. */
  fromFile: call(none, updateStatus, [...needsUpdates, ...judged, 'updates.not-newer', 'updates.no-package', 'updates.altered', 'path.required', 'path.unusable', 'path.taken']),
  /** Compares it once more, and puts it in place or makes it ready to be. */
  install: call(none, updateStatus, [...needsUpdates, ...judged, 'updates.nothing', 'updates.altered', 'updates.shelf-open', 'path.unusable', 'path.taken']),
  /** Shows the package in the system's own file manager. */
  show: call(none, done, ['updates.not-here', 'updates.nothing']),
  /** Ends the app and starts what was put in its place. */
  restart: call(none, done, ['updates.not-here', 'updates.nothing']),
} as const;
