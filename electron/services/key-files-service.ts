import { KeyshiftError } from '../../shared/errors';
import { isTooWeakForFile } from '../../shared/passphrase-strength';
import type { Handlers } from '../../shared/contract/contract';
import type { ChosenFile } from '../../shared/model/chosen-file';
import type { Crypto } from '../engine/crypto/crypto';
import { adoptIdentityKey } from '../engine/key-files/adopt-key';
import { encodeContainer } from '../engine/key-files/container';
import type { FileCost } from '../engine/key-files/kdf-limits';
import { type KeyFile, maxKeyFileBytes } from '../engine/key-files/key-file';
import { keyFileOfRecord } from '../engine/key-files/key-file-of-record';
import { openKeyFile } from '../engine/key-files/open-key-file';
import { encodePem } from '../engine/key-files/pem-file';
import { encodePkcs12 } from '../engine/key-files/pkcs12-writer';
import { garbled } from '../engine/key-files/refusals';
import type { Clock, LocalRecord } from '../engine/ports';
import { choosePath } from './choose-path';
import type { EventHub } from './event-hub';
import { noteSave } from './files/unfinished-saves';
import { keyFileKinds } from './key-file-kinds';
import type { OpenProfile } from './open-profile';
import { ownKeyNews } from './own-keys';
import type { KitPrinter, PathChooser, PrivateFiles, RecoverySheet } from './ports';
import { upkeepNotes } from './ports/upkeep';
import { recoverySheet, sheetName } from './recovery-sheet';
import { loadRecord } from './retiring';
import type { VaultService } from './vault-service';
import { wipeRecord } from './wipe-record';

export interface KeyFilesParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
  readonly files: PrivateFiles;
  /** Asks the person at the screen; absent where nobody sits. */
  readonly chooser: PathChooser | undefined;
  readonly printer: KitPrinter;
  /** Of words on paper and in names of files. */
  readonly language: () => RecoverySheet['language'];
  readonly cost: FileCost;
  readonly changeRecord: VaultService['changeRecord'];
}

type Format = 'pkcs12' | 'pem' | 'backup';
const chosenFiles: Readonly<Record<Format, ChosenFile>> = { pkcs12: 'pkcs12', pem: 'pem', backup: 'key-backup' };
const keyFileName = { en: (name: string) => `${name} identity key`, de: (name: string) => `${name} Identitätsschlüssel` } as const;

/** The identity key as a file, in and out, and the recovery kit. */
export function keyFilesService(parts: KeyFilesParts): Pick<Handlers['identity'], 'exportPrivate' | 'importPrivate' | 'saveRecoveryKit' | 'forgetRecoveryKey'> {
  // One after the other: opening a file may take a gigabyte of memory, and the printer takes one page at a time.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
  return {
    exportPrivate: async ({ format, passphrase, path }) => {
      parts.profile();
      if (isTooWeakForFile(passphrase)) {
        throw new KeyshiftError('passphrase.weak', 'That passphrase is too easy to guess for a file that can be copied. Use five unrelated words or more.');
      }
      ownKeyFile(parts);
      const { name } = parts.profile().local;
      const chosen = await choosePath(parts.chooser, path, (chooser) => chooser.save(chosenFiles[format], keyFileName[parts.language()](name)));
      parts.files.check(chosen, keyFileKinds[format]);
      return inTurn(async () => ({ path: parts.files.write(chosen, keyFileKinds[format], await encode(parts, format, ownKeyFile(parts), passphrase), (part) => noteSave(() => parts.profile().stores.transfers, { part })) }));
    },
    importPrivate: async ({ path, passphrase }) => {
      parts.profile();
      const chosen = await choosePath(parts.chooser, path, (chooser) => chooser.open('key-file'));
      return inTurn(() => importFile(parts, chosen, passphrase));
    },
    saveRecoveryKit: async (input) => {
      withSeed(parts, () => undefined);
      const { name } = parts.profile().local;
      const chosen = await choosePath(parts.chooser, input?.path, (chooser) => chooser.save('recovery-kit', sheetName(name, parts.language())));
      const { files, printer, crypto, clock } = parts;
      files.check(chosen, printer.kind);
      return inTurn(async () => {
        const sheet = withSeed(parts, (seed) => recoverySheet(crypto, parts.profile().local, seed, clock.now(), parts.language()));
        const printed = await printer.print(sheet);
        try {
          return { path: files.write(chosen, printer.kind, printed, (part) => noteSave(() => parts.profile().stores.transfers, { part })) };
        } finally {
          crypto.wipe(printed);
        }
      });
    },
    forgetRecoveryKey: async () => {
      await parts.changeRecord(
        ({ recovery, ...rest }) => {
          if (recovery?.seed === undefined) throw noRecoveryKey();
          return Promise.resolve({ ...rest, recovery: { publicKey: recovery.publicKey } });
        },
        () => parts.profile().stores.upkeep.put(upkeepNotes.onPaper, new Uint8Array(0)),
      );
      return null;
    },
  };
}

/** Errors: vault.absent, vault.locked, key.not-here. */
function ownKeyFile({ profile, crypto }: KeyFilesParts): KeyFile {
  const record = loadRecord(profile().stores.local);
  try {
    const file = keyFileOfRecord(crypto, record);
    if (file === undefined) throw new KeyshiftError('key.not-here', 'This device does not hold your identity key. Another device of yours does.');
    return file;
  } finally {
    wipeRecord(crypto, record);
  }
}

function encode({ crypto, cost }: KeyFilesParts, format: Format, file: KeyFile, passphrase: string): Promise<Uint8Array> {
  switch (format) {
    case 'pkcs12':
      return encodePkcs12({ crypto, turn }, file, passphrase, cost);
    case 'pem':
      return encodePem({ crypto, turn }, file, passphrase, cost.pbkdf2);
    case 'backup':
      return encodeContainer(crypto, file, passphrase, cost.argon);
  }
}

async function importFile({ profile, crypto, clock, events, files, changeRecord }: KeyFilesParts, path: string, passphrase: string): Promise<{ peerId: string; epoch: number }> {
  profile();
  const bytes = files.read(path, maxKeyFileBytes);
  if (bytes === 'too-long') throw garbled('It is larger than any key file');
  const file = await openKeyFile({ crypto, turn }, bytes, passphrase);
  const { peerId, epoch } = file.certificate;
  const epochBefore = profile().local.identity.epoch;
  const isNamed = (record: LocalRecord): boolean => record.identityKeys.some((key) => key.epoch === epoch && key.recovery !== undefined);
  await changeRecord(
    (record) => adoptIdentityKey(crypto, record, file, clock.now()),
    (next) => {
      if (epoch !== epochBefore) events.emit(ownKeyNews(crypto, next, isNamed(next) ? 'recovery' : 'old-key'));
    },
  );
  return { peerId, epoch };
}

/** Hands out the recovery key for the length of `work`. Errors: recovery.none. */
function withSeed<T>({ profile, crypto }: KeyFilesParts, work: (seed: Uint8Array) => T): T {
  const record = loadRecord(profile().stores.local);
  try {
    if (record.recovery?.seed === undefined) throw noRecoveryKey();
    return work(record.recovery.seed);
  } finally {
    wipeRecord(crypto, record);
  }
}

function noRecoveryKey(): KeyshiftError {
  return new KeyshiftError('recovery.none', 'There is no recovery key on this device: it was printed and forgotten, or this identity never had one.');
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
