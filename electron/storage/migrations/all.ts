import { migration as product } from './0001-product';
import { migration as dialogs } from './0002-dialogs';
import { migration as policies } from './0003-policies';
import { migration as kekShifts } from './0004-kek-shifts';
import { migration as outboxHeaders } from './0005-outbox-headers';
import { migration as restore } from './0006-restore';
import { migration as resumptions } from './0007-resumptions';
import { migration as peerPlaces } from './0008-peer-places';
import { migration as identityKeys } from './0009-identity-keys';
import { migration as peerKeys } from './0010-peer-keys';
import { migration as quarantine } from './0011-quarantine';
import { migration as authorities } from './0012-authorities';
import { migration as devices } from './0013-devices';
import { migration as replica } from './0014-replica';
import { migration as messagePlaces } from './0015-message-places';
import { migration as sharing } from './0016-sharing';
import { migration as awaitedDevices } from './0017-awaited-devices';
import { migration as keySteps } from './0018-key-steps';
import { migration as upkeep } from './0019-upkeep';
import { migration as ways } from './0020-ways';
import { migration as repeats } from './0021-repeats';
import { migration as joinedLogs } from './0022-joined-logs';
import { migration as signedFacts } from './0023-signed-facts';
import { migration as messenger } from './0024-messenger';
import { migration as transfers } from './0025-transfers';
import type { Migration } from './migration';

/** Every step in order. */
export const migrations: readonly Migration[] = [product, dialogs, policies, kekShifts, outboxHeaders, restore, resumptions, peerPlaces, identityKeys, peerKeys, quarantine, authorities, devices, replica, messagePlaces, sharing, awaitedDevices, keySteps, upkeep, ways, repeats, joinedLogs, signedFacts, messenger, transfers];
