import type { Settings } from '../../shared/model/settings';
import type { Crypto } from '../engine/crypto/crypto';
import type { DialogLimits } from '../engine/dialog/dialog-engine';
import type { Address, Clock, Logger, Random, Transport } from '../engine/ports';
import type { PersonSettings } from './devices/person-settings';
import type { EventHub } from './event-hub';
import type { LanSurroundings } from './lan-surroundings';
import type { LinkingDoor } from './devices/linking-door';
import type { NearbyDoor } from './nearby-door';
import type { NetworkFacts } from './network-facts';
import type { LanSightings } from './ports';
import type { ChosenFiles, HeldFiles } from './ports/files';
import type { Mailbox } from './ports/mailbox';

/** Where content of files is, and where the person wants it. */
export interface FilePlaces {
  readonly held: HeldFiles;
  readonly chosen: ChosenFiles;
}

/** What an open profile lives in; all of it is there before the vault is opened and after it is closed. */
export interface Surroundings {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly events: EventHub;
  readonly transport: Transport;
  /** Addresses to write into cards and links, best first. */
  readonly ownAddresses: () => readonly Address[];
  readonly network: NetworkFacts;
  /** How much of what contacts' messages repeat is kept in memory; as the engine has it when left out (S1-49). */
  readonly dialogLimits?: Pick<DialogLimits, 'cacheEntries'>;
  /** Who is seen on the local network, unless `lan` is there to look for itself. */
  readonly sightings: LanSightings;
  readonly lan?: LanSurroundings;
  /** Takes whoever comes to meet while people nearby are looked for; without it nobody may. */
  readonly nearby?: NearbyDoor;
  /** Takes a new device of the own person while there is a link for one. */
  readonly linking?: LinkingDoor;
  /** Without it no mailbox is used. */
  readonly mailbox?: Mailbox;
  /** Without it no file comes or goes. */
  readonly files?: FilePlaces;
  /** Another own device chose these settings, which are the person's. */
  readonly onSettings?: (told: Partial<PersonSettings>) => void;
  readonly settings: () => Pick<Settings, 'keepCheck' | 'rotateIdentityDays' | 'shareSessions' | 'acceptFilesUpTo' | 'readReceipts' | 'typing'>;
}
