import type { Handlers, AppEvent } from '../../shared/contract/contract';
import type { HeldContent } from './files/held-content';

/** What both doors are built on: every call of the contract, and the events. Made by `electron/compose.ts`. */
export interface App {
  readonly handlers: Handlers;
  /** `host:port` of every listening socket; bound before the vault exists or is open. */
  readonly listening: readonly string[];
  onEvent(listener: (event: AppEvent) => void): () => void;
  /** Content of a file that is here, in clear, any part of it; to be closed. Errors: those of `files.save`. */
  openFile(transferId: string): Promise<HeldContent>;
  /** Opens the vault with the key the system keyring keeps, if the user chose that; false when it cannot. */
  unlockWithKeyring(): Promise<boolean>;
  /** The machine has another network, or woke from sleep: nothing waits for a timer to notice. */
  networkChanged(reason: 'addresses' | 'wake'): void;
  /** Ends sessions, closes the database, wipes keys, frees the port. */
  stop(): Promise<void>;
}
