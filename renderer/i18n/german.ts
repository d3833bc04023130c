import { app } from './de/app';
import { backup } from './de/backup';
import { contacts } from './de/contacts';
import { conversation } from './de/conversation';
import { conversations } from './de/conversations';
import { desktop } from './de/desktop';
import { devices } from './de/devices';
import { errors } from './de/errors';
import { failed } from './de/failed';
import { files } from './de/files';
import { finding } from './de/finding';
import { identity } from './de/identity';
import { keys } from './de/keys';
import { mailbox } from './de/mailbox';
import { nearby } from './de/nearby';
import { network } from './de/network';
import { onboarding } from './de/onboarding';
import { organisations } from './de/organisations';
import { preferences } from './de/preferences';
import { reach } from './de/reach';
import { rules } from './de/rules';
import { search } from './de/search';
import { settings } from './de/settings';
import { shortcuts } from './de/shortcuts';
import { verify } from './de/verify';
import type { TextId } from './messages';

/** Fetched when it is wanted: whoever reads English does not load it. What has no German yet is shown in English. */
export const german: Readonly<Partial<Record<TextId, string>>> = { ...app, ...backup, ...contacts, ...conversation, ...conversations, ...desktop, ...devices, ...errors, ...failed, ...files, ...identity, ...keys, ...mailbox, ...nearby, ...network, ...onboarding, ...organisations, ...reach, ...search, ...rules, ...settings, ...preferences, ...finding, ...shortcuts, ...verify };
