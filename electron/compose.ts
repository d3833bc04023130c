import { hostname } from 'node:os';
import { KeyshiftError } from '../shared/errors';
import { createCrypto } from './engine/crypto/create-crypto';
import { memoryLockFailed } from './engine/crypto/locked-memory';
import type { Address, Clock, Link, Listener, Logger, Random, Transport } from './engine/ports';
import { localAddresses } from './network/addresses';
import { createTcpTransport } from './network/tcp-transport';
import type { App } from './services/app';
import { contactsService } from './services/contacts-service';
import { conversationsService } from './services/conversations-service';
import { envelopesService } from './services/envelopes-service';
import { EventHub } from './services/event-hub';
import { addressText, identityService } from './services/identity-service';
import { keysService } from './services/keys-service';
import { messagesService } from './services/messages-service';
import { OwnAddresses } from './services/own-addresses';
import type { Keyring, PathChooser, PreferencesStore } from './services/ports';
import { diagnosticsService, discoveryService, networkService, settingsService } from './services/status-services';
import { VaultService } from './services/vault-service';
import { envelopeFiles } from './storage/envelope-files';
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
  /** Where a person sits at a screen: only they choose files. */
  readonly chooser?: PathChooser;
  readonly appVersion: string;
  /** e.g. `Electron 45.4.1` or `Node 20.20.2`. */
  readonly runtime: string;
  readonly trial: boolean;
  /** Lower Argon2id cost for tests; refused in packaged builds by the caller. */
  readonly kdf?: 'standard' | 'test';
}

const testCost = { memoryBytes: 8 * 1024 * 1024, passes: 1 };

/**
 * Builds the parts and joins them: storage, network, engine, services. Binds the port before the vault is open.
 * Throws `profile.in-use`, `profile.unreadable`, `port.in-use`.
 */
export async function startApp(ports: AppPorts): Promise<App> {
  const { clock, random, logger, preferences } = ports;
  const lock = lockProfile(ports.profileDirectory);
  try {
    const crypto = await createCrypto({ random });
    const events = new EventHub(logger);
    const transport = createTcpTransport({
      onFault: (error) => logger.error('link.fault', { reason: error instanceof Error ? error.name : 'unknown' }),
    });
    const addresses = new OwnAddresses();
    const ownAddresses = (): readonly Address[] => addresses.current();
    const vault = new VaultService({
      crypto,
      clock,
      random,
      logger,
      events,
      transport,
      ownAddresses,
      preferences,
      keyring: ports.keyring,
      deviceName: hostname().slice(0, 64) || 'this device',
      vaultFile: createVaultFile({
        directory: ports.profileDirectory,
        crypto,
        cost: ports.kdf === 'test' ? testCost : productCost,
      }),
    });
    const bound = await listen(transport, ports, (link) => vault.accept(link));
    addresses.set('local', localAddresses(bound.address));
    const profile = () => vault.profile();
    const listening = [addressText(bound.address)];
    return {
      listening,
      onEvent: (hear) => events.on(hear),
      unlockWithKeyring: () => vault.unlockWithKeyring(),
      handlers: {
        vault: vault.handlers,
        identity: identityService({ profile, crypto, clock, ownAddresses }),
        contacts: contactsService({ profile, crypto, clock, random, events, ownAddresses }),
        conversations: conversationsService({ profile, events, random }),
        messages: messagesService({ profile }),
        keys: keysService({ profile, events, clock }),
        envelopes: envelopesService({ profile, crypto, clock, files: envelopeFiles, chooser: ports.chooser }),
        network: networkService({
          openProfile: () => (vault.state() === 'open' ? vault.profile() : undefined),
          profile,
          listening: () => listening,
        }),
        discovery: discoveryService(),
        settings: settingsService({ preferences }),
        diagnostics: diagnosticsService({
          crypto,
          about: () => ({
            version: ports.appVersion,
            runtime: ports.runtime,
            trial: ports.trial,
            database: 'SQLCipher',
            memoryLocked: !memoryLockFailed(),
          }),
        }),
      },
      stop: async () => {
        try {
          await bound.close();
          await vault.stop();
        } finally {
          lock.release();
        }
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** A given address is binding; a remembered one moves when it is taken. */
async function listen(transport: Transport, ports: AppPorts, onLink: (link: Link) => void): Promise<Listener> {
  const { preferences, logger } = ports;
  const remembered = preferences.get().listen;
  const candidates: Address[] =
    ports.listen !== undefined
      ? [ports.listen]
      : [...(remembered === undefined ? [] : [remembered]), { host: '::', port: 0 }, { host: '0.0.0.0', port: 0 }];
  let failure: unknown;
  for (const candidate of candidates) {
    try {
      const listener = await transport.listen(candidate, onLink);
      if (remembered?.port !== listener.address.port || remembered.host !== candidate.host) {
        remember(ports, { host: candidate.host, port: listener.address.port });
      }
      return listener;
    } catch (error) {
      failure = error;
      logger.warn('listen.failed', { port: candidate.port });
    }
  }
  if (failure instanceof KeyshiftError) throw failure;
  throw new KeyshiftError('port.in-use', 'No port could be opened to listen on.');
}

/** A disk that takes no preferences now is no reason not to start, nor to leave a bound port behind for another. */
function remember({ preferences, logger }: AppPorts, listen: Address): void {
  try {
    preferences.set({ listen });
  } catch {
    logger.warn('listen.not-remembered');
  }
}
