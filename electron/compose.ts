import { hostname } from 'node:os';
import { join } from 'node:path';
import { aboutOf, runtimeLocale } from './compose/about';
import type { EarlyVault } from './compose/early-vault';
import { laterServices } from './compose/later-services';
import { startListening } from './compose/listening';
import { nearbyLater } from './compose/nearby-later';
import type { Handlers } from '../shared/contract/contract';
import { createCrypto } from './engine/crypto/create-crypto';
import { type FileCost, macIterations, pbkdf2Iterations } from './engine/key-files/kdf-limits';
import type { Address, Clock, Logger, Random } from './engine/ports';
import { type InterfaceAddress, lastingInterfaces, localAddresses, localNetworks, readInterfaces } from './network/addresses';
import { ChosenTransport } from './network/chosen-transport';
import { createLanDiscovery } from './network/mdns/create-lan-discovery';
import { createMailbox } from './network/mailbox/create-mailbox';
import { createNetworkWatch } from './network/network-watch';
import { createPortMapper } from './network/port-mapper';
import { readLicences } from './platform/licences';
import { removeLinkedLeftovers } from './platform/preferences-leftovers';
import type { App } from './services/app';
import { contactsService } from './services/contacts-service';
import { identityKeysService } from './services/identity-keys-service';
import { conversationChangesService } from './services/conversation-changes-service';
import { conversationsService } from './services/conversations-service';
import { dictionaryService } from './services/dictionary-service';
import { devicesService } from './services/devices/devices-service';
import { LinkingService } from './services/devices/linking-service';
import { EventHub } from './services/event-hub';
import { identityService } from './services/identity-service';
import { mailboxService } from './services/mailbox-service';
import { messagesService } from './services/messages-service';
import { NetworkFacts } from './services/network-facts';
import { NetworkNews } from './services/network-news';
import { networkService } from './services/network-service';
import { NetworkSettings } from './services/network-settings';
import { OwnAddresses } from './services/own-addresses';
import { PortMapping } from './services/port-mapping';
import type { FileTokens } from './services/ports/files';
import { type Keyring, type KitPrinter, type LanDiscovery, noSightings, type PathChooser, type PreferencesStore } from './services/ports';
import { settingsService } from './services/settings-service';
import { diagnosticsService } from './services/status-services';
import type { Surroundings } from './services/surroundings';
import { VaultService } from './services/vault-service';
import { WatchedPreferences } from './services/watched-preferences';
import { onlyProfile, withoutDesktop, withoutUpdates } from './services/without-desktop';
import { chosenFiles } from './storage/chosen-files';
import { heldFiles } from './storage/held-files';
import { removeLeftovers } from './storage/leftovers';
import { lockProfile } from './storage/profile-lock';
import { createVaultFile, productCost } from './storage/vault-file';

/** What differs between the window and the headless peer. */
export interface AppPorts {
  readonly profileDirectory: string;
  /** Where to listen; absent: the remembered address, else any free port on every interface. */
  readonly listen?: Address;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly preferences: PreferencesStore;
  readonly keyring?: Keyring;
  /** In the place of mDNS. */
  readonly lan?: LanDiscovery;
  /** Where a person sits at a screen: only they choose files. */
  readonly chooser?: PathChooser;
  /** What the window names dropped, pasted and chosen files by. */
  readonly fileTokens?: FileTokens;
  /** Makes the recovery kit a PDF; without it the kit is text. */
  readonly kitPrinter?: KitPrinter;
  readonly dialogLimits?: Surroundings['dialogLimits'];
  /** This machine's addresses; the system's answer when left out. */
  readonly interfaces?: () => readonly InterfaceAddress[];
  /** Several people in one installation, and what only a desktop has: where there is a window. */
  readonly profiles?: Handlers['profiles'];
  readonly desktop?: Handlers['desktop'];
  /** Called when the vault was locked: this process is the profile's own, so that what memory of it still holds can be let go. Absent: nothing. */
  readonly onLocked?: () => void;
  /** The language of the system, e.g. `de-AT`; the runtime's answer when left out. */
  readonly systemLocale?: () => string;
  /** The language tag after whose habit the system writes times; the runtime's answer when left out. */
  readonly timesLocale?: () => string;
  readonly appVersion: string;
  /** e.g. `Electron 45.4.1` or `Node 20.20.2`. */
  readonly runtime: string;
  readonly trial: boolean;
  /** The profile's vault, where it was opened before: `unlockWithKeyring` puts it into use. Whoever opened it closes it when this fails. */
  readonly early?: Pick<EarlyVault, 'lock' | 'crypto' | 'vaultFile' | 'vault'>;
  /** Lower Argon2id cost for tests; refused in packaged builds by the caller. */
  readonly kdf?: 'standard' | 'test';
}

/** Files are read with bounds: this is the least. */
const testFileCost: FileCost = { argon: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, pbkdf2: 2048, mac: 2048 };
const testCost = { memoryBytes: 8 * 1024 * 1024, passes: 1 };
/** The least a backup takes. */
const testBackupCost = { memoryBytes: 64 * 1024 * 1024, passes: 2 };

/**
 * Builds the parts and joins them: storage, network, engine, services. Binds the port before the vault is open.
 * Throws `profile.in-use`, `profile.unreadable`, `port.in-use`.
 */
export async function startApp(ports: AppPorts): Promise<App> {
  const { clock, random, logger } = ports;
  const preferences = new WatchedPreferences(ports.preferences);
  const lock = ports.early?.lock ?? lockProfile(ports.profileDirectory);
  try {
    removeLeftovers(ports.profileDirectory);
    removeLinkedLeftovers(ports.profileDirectory);
    const crypto = ports.early?.crypto ?? (await createCrypto({ random }));
    const events = new EventHub(logger);
    const fault = (event: string) => (error: unknown) => logger.error(event, { reason: error instanceof Error ? error.name : 'unknown' });
    const transport = new ChosenTransport({ random, onFault: fault('link.fault') });
    const mailbox = createMailbox({ transport, random, onFault: fault('mailbox.fault') });
    const addresses = new OwnAddresses();
    const ownAddresses = (): readonly Address[] => addresses.current();
    const network = new NetworkFacts(clock);
    const news = new NetworkNews(clock, () => events.emit({ type: 'network.changed' }));
    const lan =
      ports.lan ??
      createLanDiscovery({
        clock,
        random,
        listening: () => bound.address,
        onFault: fault('lan.fault'),
      });
    const nearby = nearbyLater({
      crypto,
      clock,
      random,
      logger,
      events,
      transport,
      profile: () => vault.profile(),
      ownAddresses,
      // Behind a proxy this device shows nobody where it is.
      lan: () => (preferences.get().settings.proxy === '' ? lan : undefined),
      port: () => bound.address.port,
    });
    preferences.onChange(() => nearby.recheck());
    const filePlaces = { held: heldFiles(ports.profileDirectory), chosen: chosenFiles };
    const vaultFile = ports.early?.vaultFile ?? createVaultFile({ directory: ports.profileDirectory, crypto, cost: ports.kdf === 'test' ? testCost : productCost });
    const deviceName = hostname().slice(0, 64) || 'this device';
    const linking: LinkingService = new LinkingService({ crypto, clock, random, logger, events, transport, vault: () => vault, vaultFile, preferences, deviceName, ownAddresses });
    const vault: VaultService = new VaultService({
      crypto,
      clock,
      random,
      logger,
      events,
      transport,
      ownAddresses,
      network,
      ...(ports.dialogLimits && { dialogLimits: ports.dialogLimits }),
      sightings: noSightings,
      mailbox,
      files: filePlaces,
      lan: {
        discovery: lan,
        port: () => bound.address.port,
        enabled: () => {
          const { findOnNetwork, proxy } = preferences.get().settings;
          return findOnNetwork && proxy === '';
        },
        onChange: (handler) => preferences.onChange(handler),
        onStatus: (status) => network.set('lan', status),
      },
      nearby: nearby.door,
      linking,
      settings: () => preferences.get().settings,
      onSettings: (told) => preferences.set({ settings: { ...preferences.get().settings, ...told } }),
      preferences,
      keyring: ports.keyring,
      deviceName,
      vaultFile,
      opened: ports.early?.vault,
    });
    const mapping = new PortMapping({ mapper: createPortMapper(fault('mapping.fault')), addresses, network, logger });
    const networkSettings = new NetworkSettings({ preferences, addresses, network, proxy: transport, mapping, isOpen: () => vault.state() === 'open', onOtherWay: () => vault.networkChanged() });
    // Before anything can be dialled or told.
    networkSettings.apply();
    preferences.onChange(() => networkSettings.apply());
    preferences.onChange(() => vault.settingsChanged());
    transport.onState(() => networkSettings.proxyChanged());
    // What only a locked vault may leave behind in memory is let go at once.
    events.on((event) => void (event.type === 'vault.changed' && event.state === 'locked' && ports.onLocked?.()));
    events.on((event) => {
      if (event.type === 'vault.changed') networkSettings.apply();
    });
    const { listener: bound, moved } = await startListening({ transport, wanted: ports.listen, preferences, logger }, (link) => vault.accept(link));
    const read = lastingInterfaces(ports.interfaces ?? readInterfaces, fault('interfaces.fault'));
    const lookAround = (): void => {
      const interfaces = read();
      network.setNetworks(localNetworks(interfaces));
      addresses.set('local', localAddresses(bound.address, interfaces));
    };
    network.listensAt(bound.address, moved);
    lookAround();
    networkSettings.apply();
    network.onChange(() => news.changed());
    addresses.onChange(() => {
      vault.addressesChanged();
      news.changed();
    });
    const networkChanged = (): void => {
      lookAround();
      mapping.networkChanged();
      vault.networkChanged();
      news.changed();
    };
    const unwatch = createNetworkWatch({ clock, read }).onChange(networkChanged);
    const profile = () => vault.profile();
    const networkCalls = networkService({ openProfile: () => (vault.state() === 'open' ? vault.profile() : undefined), profile, network, ownAddresses, preferences });
    const about = () => aboutOf(ports);
    const contacts = contactsService({ profile, crypto, clock, random, events, ownAddresses });
    const ownKeys = identityKeysService({ vault, crypto, clock, events });
    const later = laterServices({
      vault, vaultFile, crypto, clock, random, events, preferences, ownAddresses,
      chooser: ports.chooser,
      filePlaces,
      fileTokens: ports.fileTokens,
      systemLocale: ports.systemLocale ?? runtimeLocale,
      timesLocale: ports.timesLocale ?? runtimeLocale,
      kitPrinter: ports.kitPrinter,
      backupCost: ports.kdf === 'test' ? testBackupCost : productCost,
      keyFileCost: ports.kdf === 'test' ? testFileCost : { argon: productCost, pbkdf2: pbkdf2Iterations, mac: macIterations },
      verification: { setChecked: contacts.setChecked, ownKeys: ownKeys.keyHistory },
      report: {
        about,
        system: `${process.platform} ${process.arch}`,
        meter: () => crypto.meter.read(),
        settings: () => preferences.get().settings,
        network: () => networkCalls.status(undefined),
        openProfile: () => (vault.state() === 'open' ? vault.profile() : undefined),
        licences: async () => [...(await readLicences(join(__dirname, 'licences.json')))],
      },
    });
    return {
      listening: network.listening,
      onEvent: (hear) => events.on(hear),
      openFile: (transferId) => vault.profile().files.open(transferId),
      unlockWithKeyring: vault.unlockWithKeyring,
      handlers: {
        vault: vault.handlers,
        identity: { ...identityService({ profile, crypto, clock, ownAddresses, settings: () => preferences.get().settings }), ...later.ownName, ...ownKeys, ...later.keyFiles, ...later.endorsements },
        contacts: {
          ...contacts,
          ...later.invitationFiles,
          ...later.contactChanges,
          ...later.contactKeys, ...later.contactDevices,
          ...later.verification,
        },
        authorities: later.authorities,
        backup: later.backup,
        conversations: { ...conversationsService({ profile, events, random }), ...conversationChangesService({ profile, events, clock }), ...later.exports },
        messages: { ...messagesService({ profile }), ...later.messageChanges, ...later.search },
        files: later.files,
        keys: later.keys,
        envelopes: later.envelopes,
        devices: devicesService({ profile, crypto, ownAddresses, vault, clock, events, linking: linking.handlers }),
        mailbox: mailboxService({ profile }),
        network: networkCalls,
        discovery: nearby.handlers,
        settings: settingsService({ preferences, openProfile: () => (vault.state() === 'open' ? vault.profile() : undefined) }),
        diagnostics: {
          ...diagnosticsService({ crypto, about }),
          ...later.report,
        },
        profiles: ports.profiles ?? onlyProfile(() => (vault.state() === 'open' ? vault.profile().local.identity.name : '')),
        dictionary: dictionaryService({ profile, events }),
        desktop: ports.desktop ?? withoutDesktop,
        updates: withoutUpdates(ports.appVersion),
      },
      networkChanged,
      stop: async () => {
        unwatch();
        news.close();
        // Each for itself: what one of them cannot end leaves no vault open, and no port at the router.
        const ends = [later.stop, async () => linking.close(), () => bound.close(), () => vault.stop(), () => mailbox.close(), () => mapping.stop()];
        const failures: unknown[] = [];
        for (const end of ends) {
          try {
            await end();
          } catch (error) {
            failures.push(error);
          }
        }
        lock.release();
        if (failures.length > 0) throw failures[0];
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
