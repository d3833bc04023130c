import type { SafeStorage } from 'electron';

/**
 * The one file that knows which calls exist in which Electron: 45 is what ships, 33 serves as trial runtime.
 */

/** Electron majors older than this no longer get security fixes. */
const oldestSupportedMajor = 43;

/** True on a runtime that is past its end of life, whatever the command line says. */
export function isOutdatedRuntime(electronVersion: string | undefined): boolean {
  const major = Number.parseInt(electronVersion ?? '', 10);
  return !(major >= oldestSupportedMajor);
}

/** safeStorage with promises, whichever calls the runtime has. */
export interface SafeStorageCalls {
  /** True where the calls stop the whole process while the keyring asks for its password. */
  readonly blocking: boolean;
  /** Linux: which store was chosen; undefined where the runtime does not tell. */
  backend(): string | undefined;
  isAvailable(): Promise<boolean>;
  encrypt(text: string): Promise<Uint8Array>;
  decrypt(wrapped: Buffer): Promise<string>;
}

/** Typings of either runtime lack some of these: hence all are optional here. */
interface NewerCalls {
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(text: string): Promise<Buffer>;
  decryptStringAsync?(wrapped: Buffer): Promise<{ readonly result: string }>;
  getSelectedStorageBackend?(): string;
}

export function safeStorageCalls(safeStorage: SafeStorage): SafeStorageCalls {
  const newer: SafeStorage & NewerCalls = safeStorage;
  const backend = (): string | undefined => newer.getSelectedStorageBackend?.();
  if (hasAsyncCalls(newer)) {
    return {
      blocking: false,
      backend,
      isAvailable: () => newer.isAsyncEncryptionAvailable(),
      encrypt: (text) => newer.encryptStringAsync(text),
      decrypt: async (wrapped) => (await newer.decryptStringAsync(wrapped)).result,
    };
  }
  return {
    blocking: true,
    backend,
    isAvailable: async () => safeStorage.isEncryptionAvailable(),
    encrypt: async (text) => safeStorage.encryptString(text),
    decrypt: async (wrapped) => safeStorage.decryptString(wrapped),
  };
}

function hasAsyncCalls(calls: NewerCalls): calls is Required<NewerCalls> {
  return 'isAsyncEncryptionAvailable' in calls && 'encryptStringAsync' in calls && 'decryptStringAsync' in calls;
}
