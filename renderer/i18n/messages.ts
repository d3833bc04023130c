import { app } from './en/app';
import { backup } from './en/backup';
import { contacts } from './en/contacts';
import { conversation } from './en/conversation';
import { conversations } from './en/conversations';
import { desktop } from './en/desktop';
import { devices } from './en/devices';
import { errors } from './en/errors';
import { failed } from './en/failed';
import { files } from './en/files';
import { finding } from './en/finding';
import { identity } from './en/identity';
import { keys } from './en/keys';
import { mailbox } from './en/mailbox';
import { nearby } from './en/nearby';
import { network } from './en/network';
import { onboarding } from './en/onboarding';
import { organisations } from './en/organisations';
import { preferences } from './en/preferences';
import { reach } from './en/reach';
import { rules } from './en/rules';
import { search } from './en/search';
import { settings } from './en/settings';
import { shortcuts } from './en/shortcuts';
import { verify } from './en/verify';

export const english = { ...app, ...onboarding, ...errors, ...conversations, ...conversation, ...contacts, ...reach, ...network, ...nearby, ...keys, ...rules, ...failed, ...files, ...settings, ...preferences, ...finding, ...shortcuts, ...identity, ...organisations, ...backup, ...verify, ...devices, ...mailbox, ...search, ...desktop };

export type TextId = keyof typeof english;
