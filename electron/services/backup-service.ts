import { KeyshiftError } from '../../shared/errors';
import { isTooWeakForFile } from '../../shared/passphrase-strength';
import type { EventOf, Handlers } from '../../shared/contract/contract';
import { defaultSettings, settings as settingsSchema, type Settings } from '../../shared/model/settings';
import { BackupChunks, backupHeadBytes, backupKey, encodeBackupHead, garbled, newerBackup, parseBackupHead } from '../engine/backup/container';
import type { BackupManifest } from '../engine/backup/items';
import { parseInstanceCredential } from '../engine/certificates/credential';
import { parseRecoveryCode } from '../engine/identity/recovery-code';
import type { Crypto, PasswordCost } from '../engine/crypto/crypto';
import type { Clock } from '../engine/ports';
import { WireError } from '../engine/wire/wire-error';
import { readInto } from './backup-reading';
import { type Run, type RunProgress, Runs } from './runs';
import { writeSnapshot } from './backup-writing';
import { choosePath } from './choose-path';
import { dayOf } from './day-of';
import type { EventHub } from './event-hub';
import { notedSave } from './files/unfinished-saves';
import type { OpenVault, PathChooser, PreferencesStore } from './ports';
import type { BackupFiles, BackupSource, BackupTarget, VaultInTheMaking, VaultMaker } from './ports/backup';
import { loadRecord } from './retiring';
import type { VaultService } from './vault-service';
import { wipeRecord } from './wipe-record';

const saltBytes = 16;

export interface BackupServiceParts {
  readonly vault: Pick<VaultService, 'profile' | 'requireAbsence' | 'restore'>;
  readonly maker: VaultMaker;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
  readonly files: BackupFiles;
  readonly preferences: PreferencesStore;
  readonly chooser: PathChooser | undefined;
  /** Of Argon2id, for new backups. */
  readonly cost: PasswordCost;
}

export interface BackupService {
  readonly handlers: Pick<Handlers['backup'], 'create' | 'restore' | 'goOn' | 'cancel'>;
  /** Gives up what is under way. */
  stop(): Promise<void>;
}

/** The whole profile in one file, and back (protocol.md §14). */
export function backupService(parts: BackupServiceParts): BackupService {
  const runs = new Runs(parts.clock, {
    busy: ['backup.busy', 'A backup is being made or restored already.'],
    cancelled: ['backup.cancelled', 'Given up. Nothing was left behind.'],
  });
  const tell = (progress: RunProgress): void => parts.events.emit({ type: 'backup.progress', ...progress });
  return {
    handlers: {
      create: ({ path, passphrase }) =>
        runs.only(tell, async (run) => {
          parts.vault.profile(); // without an open vault nobody is asked for a file
          if (isTooWeakForFile(passphrase.normalize('NFC'))) throw new KeyshiftError('passphrase.weak', 'This passphrase is too easy to guess for a file that can be copied.');
          const chosen = await choosePath(parts.chooser, path, (chooser) => chooser.save('backup', `Keyshift ${dayOf(parts.clock.now())}`));
          return create(parts, run, chosen, passphrase);
        }),
      restore: ({ path, passphrase, code, ask = false }) =>
        runs.only(tell, async (run) => {
          parts.vault.requireAbsence();
          if (code !== undefined) parts.crypto.wipe(parseRecoveryCode(parts.crypto, code)); // before a file is read for nothing
          const chosen = await choosePath(parts.chooser, path, (chooser) => chooser.open('backup'));
          const source = await parts.files.open(chosen);
          try {
            return await restore({ ...parts, ask, giveUpAsking: () => runs.giveUpAsking() }, run, source, passphrase, code);
          } finally {
            await source.close();
          }
        }),
      goOn: async () => {
        runs.goOn();
        return null;
      },
      cancel: async () => {
        runs.cancel();
        return null;
      },
    },
    stop: () => runs.stop(),
  };
}

async function create(parts: BackupServiceParts, run: Run, path: string, passphrase: string): Promise<{ path: string; bytes: number }> {
  const { vault, crypto, clock, files, preferences, cost } = parts;
  const head = { cost, salt: crypto.random(saltBytes) };
  const saved = notedSave(() => vault.profile().stores.transfers);
  let target: BackupTarget | undefined;
  try {
    target = await files.begin(path, saved.note);
    await target.write(encodeBackupHead(head));
    const key = await backupKey(crypto, passphrase, head);
    try {
      const profile = vault.profile();
      const snapshot = profile.vault.snapshot();
      try {
        const manifest: BackupManifest = {
          peerId: profile.local.peerId,
          madeAt: Math.max(0, Math.trunc(clock.now())),
          schema: snapshot.schema,
          settings: JSON.stringify(preferences.get().settings),
        };
        const chunks = new BackupChunks(crypto, key, encodeBackupHead(head));
        const bytes = backupHeadBytes + (await writeSnapshot({ crypto, chunks, target, run }, manifest, snapshot));
        return { path: await target.finish(), bytes };
      } finally {
        snapshot.close();
      }
    } finally {
      key.wipe();
    }
  } catch (error) {
    await target?.discard();
    throw error;
  } finally {
    saved.end();
  }
}

interface RestoringParts extends BackupServiceParts {
  /** The person hears what was found before it exists. */
  readonly ask: boolean;
  /** Nobody will answer any more. */
  readonly giveUpAsking: () => void;
}

async function restore(parts: RestoringParts, run: Run, source: BackupSource, passphrase: string, code: string | undefined): Promise<{ peerId: string; madeAt: number }> {
  const { crypto, vault } = parts;
  const headBytes = await source.read(backupHeadBytes);
  const head = parseBackupHead(headBytes, source.size);
  await run.step(0, source.size);
  const key = await backupKey(crypto, passphrase, head);
  try {
    const chunks = new BackupChunks(crypto, key, headBytes);
    let madeAt = 0;
    const found = (facts: Found): void => {
      madeAt = facts.madeAt;
      // All was read, and nobody knows how long an answer takes.
      key.wipe();
      if (parts.ask) parts.events.emit({ type: 'backup.found', ...facts });
    };
    await vault.restore((revive) => bring({ ...parts, revive, found }, run, source, chunks, passphrase), { code, giveUpAsking: parts.giveUpAsking });
    return { peerId: vault.profile().local.peerId, madeAt };
  } finally {
    key.wipe();
  }
}

type Found = Omit<EventOf<'backup.found'>, 'type'>;

interface BringingParts extends RestoringParts {
  readonly found: (facts: Found) => void;
  /** Makes what was restored a device of its own. */
  readonly revive: (vault: OpenVault) => Promise<void>;
}

/** Makes the vault beside its place, puts it in order, and only then lets it exist. */
async function bring(parts: BringingParts, run: Run, source: BackupSource, chunks: BackupChunks, passphrase: string): Promise<OpenVault> {
  const { crypto, maker, preferences, vault } = parts;
  let making: VaultInTheMaking | undefined;
  const before = preferences.get().settings;
  let changed = false;
  try {
    const begun = async ({ schema }: BackupManifest): Promise<VaultInTheMaking> => (making = await maker.begin(passphrase, schema));
    const manifest = await readInto({ crypto, chunks, source, run }, begun);
    if (making === undefined) throw garbled();
    const settings = settingsOf(manifest);
    const facts = await inOrder(parts, making, manifest);
    await run.step(source.size, source.size);
    parts.found(facts);
    if (parts.ask) await run.agreed();
    // Before the profile exists: it must not be reached past a proxy, not even after a crash right now.
    preferences.set({ settings });
    changed = true;
    return await making.finish();
  } catch (error) {
    making?.discard();
    if (changed && isAbsent(vault)) preferences.set({ settings: before });
    throw meant(error);
  }
}

/** What it was before it became a device of its own. Errors: backup.garbled for another person than the manifest names. */
async function inOrder({ crypto, revive }: BringingParts, making: VaultInTheMaking, manifest: BackupManifest): Promise<Found> {
  const open = making.open();
  try {
    const record = loadRecord(open.stores.local);
    wipeRecord(crypto, record);
    if (record.peerId !== manifest.peerId) throw garbled();
    const newestAt = Math.max(0, ...open.stores.conversations.list().map(({ lastMessageAt = 0 }) => lastMessageAt));
    const { deviceName } = parseInstanceCredential(crypto, record.instance.credential);
    await revive(open);
    return { name: record.name, deviceName, madeAt: manifest.madeAt, ...(newestAt > 0 && { newestAt }) };
  } finally {
    open.close();
  }
}

/** A fault at the very last step may leave the vault where it belongs: it is taken up when it is next unlocked. */
function isAbsent(vault: BackupServiceParts['vault']): boolean {
  try {
    vault.requireAbsence();
    return true;
  } catch {
    return false;
  }
}

/** What an older version did not know keeps its first value. Errors: backup.garbled. */
function settingsOf({ settings }: BackupManifest): Settings {
  try {
    const given: unknown = JSON.parse(settings);
    return settingsSchema.parse({ ...defaultSettings, ...(typeof given === 'object' ? given : {}) });
  } catch {
    throw garbled();
  }
}

/** What went wrong with a vault in the making, said of the backup it comes from. */
function meant(error: unknown): unknown {
  if (!(error instanceof KeyshiftError)) return error instanceof WireError || isOfOpenssl(error) ? garbled() : error;
  if (error.code === 'vault.newer') return newerBackup();
  return error.code === 'vault.damaged' || error.code === 'key.unacceptable' ? garbled() : error;
}

/** Bytes that should have been a key. */
function isOfOpenssl(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_OSSL_');
}
