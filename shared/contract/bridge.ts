import type { ErrorCode, ErrorFacts } from '../errors';
import type { TokenFile } from '../model/transfer';
import type { Api, AppEvent, Group } from './contract';

/** An error as plain data: errors lose their fields on the way through a context bridge. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly facts: ErrorFacts;
}

export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };

/** What `window.keyshift` is: every call of the contract answering with a `Reply`, and one way to listen. */
export type Bridge = {
  readonly [G in Group]: {
    readonly [N in keyof Api[G]]: Api[G][N] extends (...args: infer A) => Promise<infer R>
      ? (...args: A) => Promise<Reply<R>>
      : never;
  };
} & {
  /** Hears every event until the returned function is called. */
  readonly on: (listener: (event: AppEvent) => void) => () => void;
  /** Names `File` objects that the person dropped or pasted; those that cannot be sent are left out. The page learns no path, and gives none. */
  readonly takeFiles: (files: readonly object[]) => Promise<Reply<readonly TokenFile[]>>;
};
