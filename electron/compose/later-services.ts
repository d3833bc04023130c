import { plainLanguage } from '../../shared/language';
import type { Crypto, PasswordCost } from '../engine/crypto/crypto';
import type { FileCost } from '../engine/key-files/kdf-limits';
import type { Address, Clock, Random } from '../engine/ports';
import type { DiagnosticsReportParts } from '../services/diagnostics-report';
import type { EventHub } from '../services/event-hub';
import type { KitPrinter, PathChooser, PreferencesStore } from '../services/ports';
import type { FileTokens } from '../services/ports/files';
import { readLater, ReadLater } from '../services/read-later';
import type { FilePlaces } from '../services/surroundings';
import type { VaultService } from '../services/vault-service';
import type { VaultFileOnDisk } from '../storage/vault-file';
import type { VerificationParts } from '../services/verification-service';

export interface LaterServicesParts {
  readonly vault: VaultService;
  readonly vaultFile: VaultFileOnDisk;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventHub;
  readonly preferences: PreferencesStore;
  readonly chooser: PathChooser | undefined;
  readonly filePlaces: FilePlaces;
  readonly fileTokens: FileTokens | undefined;
  readonly ownAddresses: () => readonly Address[];
  readonly systemLocale: () => string;
  readonly timesLocale: () => string;
  /** Absent: the recovery kit is text. */
  readonly kitPrinter: KitPrinter | undefined;
  readonly backupCost: PasswordCost;
  readonly keyFileCost: FileCost;
  readonly verification: Pick<VerificationParts, 'setChecked' | 'ownKeys'>;
  readonly report: DiagnosticsReportParts;
}

/**
 * Services nobody needs to see their conversations: files of all kinds, those that are sent as well, papers of organisations, comparing keys, what is decided about people, the keys of a conversation. They are read behind the
 * start (`read-rest.ts`), or with the first call if that comes before.
 */
export function laterServices(parts: LaterServicesParts) {
  const { vault, crypto, clock, random, events, preferences, chooser, ownAddresses } = parts;
  const profile = () => vault.profile();
  const backup = new ReadLater(
    ['create', 'restore', 'goOn', 'cancel'],
    async () => {
      const { backupsOf } = await import('./backing-up');
      return backupsOf({ vault, maker: parts.vaultFile, crypto, clock, events, preferences, chooser, cost: parts.backupCost });
    },
    ({ handlers }) => handlers,
  );
  const exports = new ReadLater(
    ['export', 'cancelExport', 'checkArchive'],
    async () => {
      const { exportsOf } = await import('./exporting');
      return exportsOf({ profile, crypto, clock, events, preferences, chooser, systemLocale: parts.systemLocale, timesLocale: parts.timesLocale });
    },
    ({ handlers }) => handlers,
  );
  const contactKeys = readLater(['keyHistory', 'keyTrouble', 'acceptKey', 'acceptLapsed'], async () => (await import('../services/contact-keys-service')).contactKeysService({ profile, crypto, clock, events }));
  return {
    contactKeys,
    ownName: readLater(['rename'], async () => (await import('../services/own-name-service')).ownNameService({ vault, crypto, clock, events })),
    messageChanges: readLater(['edit', 'delete', 'react', 'typing'], async () => (await import('../services/message-changes-service')).messageChangesService({ profile })),
    search: readLater(['search'], async () => (await import('../services/search-service')).searchService({ profile })),
    contactDevices: readLater(['devices'], async () => (await import('../services/contact-devices-service')).contactDevicesService({ profile, crypto })),
    files: readLater(['send', 'accept', 'pause', 'resume', 'cancel', 'save', 'list', 'forget'], async () =>
      (await import('../services/files-service')).filesService({ profile, crypto, clock, events, places: parts.filePlaces, chooser, tokens: parts.fileTokens, settings: () => preferences.get().settings }),
    ),
    keys: readLater(['status', 'shift', 'shiftPair', 'setPolicy', 'timeline'], async () => (await import('../services/keys-service')).keysService({ profile, events, clock })),
    backup: backup.handlers,
    exports: exports.handlers,
    keyFiles: readLater(['exportPrivate', 'importPrivate', 'saveRecoveryKit', 'forgetRecoveryKey', 'recover'], async () => {
      const [{ identityPapers }, { privateFiles }] = await Promise.all([import('../services/identity-papers'), import('../storage/private-files')]);
      return identityPapers({ vault, crypto, clock, events, files: privateFiles, chooser, printer: parts.kitPrinter, language: () => plainLanguage(preferences.get().settings.language, parts.systemLocale()), cost: parts.keyFileCost });
    }),
    endorsements: readLater(['exportRequest', 'importEndorsement', 'removeEndorsements'], async () => {
      const { endorsementsService } = await import('../services/endorsements-service');
      return endorsementsService({ profile, crypto, clock, inTurn: (work) => vault.inTurn(work) });
    }),
    authorities: readLater(['list', 'import', 'remove', 'importRevocations'], async () => (await import('../services/authorities-service')).authoritiesService({ profile, crypto, clock })),
    envelopes: readLater(['save', 'open'], async () => {
      const [{ envelopesService }, { envelopeFiles }] = await Promise.all([import('../services/envelopes-service'), import('../storage/envelope-files')]);
      return envelopesService({ profile, crypto, clock, files: envelopeFiles, chooser });
    }),
    contactChanges: readLater(['rename', 'setPermissions', 'remove', 'saveInvitationPicture'], async () => {
      const [{ contactChangesService }, { privateFiles }] = await Promise.all([import('../services/contact-changes-service'), import('../storage/private-files')]);
      return contactChangesService({ profile, crypto, events, files: privateFiles, chooser, qrPicture: async (text) => (await import('../platform/qr-picture')).qrPicture(text) });
    }),
    invitationFiles: readLater(['saveInvitation', 'openInvitation'], async () => {
      const [{ invitationFiles }, { privateFiles }] = await Promise.all([import('../services/invitation-files'), import('../storage/private-files')]);
      return invitationFiles({ profile, crypto, clock, random, events, ownAddresses, files: privateFiles, chooser });
    }),
    verification: readLater(['verify', 'safetyCode', 'useCamera'], async () => (await import('../services/verification-service')).verificationService({ profile, crypto, keys: contactKeys, ...parts.verification })),
    report: readLater(['report', 'licences'], async () => (await import('../services/diagnostics-report')).diagnosticsReport(parts.report)),
    /** Gives up what is under way. What could not be read, or cannot yet, has nothing under way. */
    stop: async (): Promise<void> => {
      await Promise.all([backup.begun, exports.begun].map(async (begun) => (await begun?.catch(() => undefined))?.stop()));
    },
  };
}
