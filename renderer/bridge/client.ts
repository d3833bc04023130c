import type { Bridge, Reply } from '../../shared/contract/bridge';
import type { TokenFile } from '../../shared/model/transfer';
import type { Api } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';

/** The contract as the window uses it: a call answers with its value or throws a `KeyshiftError`. */
export type Client = Api & { readonly on: Bridge['on']; readonly takeFiles: (files: readonly object[]) => Promise<readonly TokenFile[]> };

type Answering = (input?: unknown) => Promise<Reply<unknown>>;

/** Wraps the preload's bridge. Walks the bridge itself, so no schema is bundled into the window. */
export function createClient(bridge: Bridge): Client {
  const client: Record<string, unknown> = { on: bridge.on, takeFiles: async (files: readonly object[]) => valueOf(await bridge.takeFiles(files)) };
  for (const [group, members] of Object.entries(bridge)) {
    if (typeof members !== 'object' || members === null) continue;
    client[group] = wrapGroup(members);
  }
  return client as unknown as Client; // same groups and members as the bridge, each unwrapped: the type above says it
}

function wrapGroup(members: object): Record<string, unknown> {
  const group: Record<string, unknown> = {};
  for (const [name, call] of Object.entries(members)) {
    if (typeof call !== 'function') continue;
    group[name] = unwrapping(call as Answering); // every member of a bridge group answers with a Reply
  }
  return group;
}

function unwrapping(call: Answering): (input?: unknown) => Promise<unknown> {
  return async (input) => valueOf(await call(input));
}

function valueOf<T>(reply: Reply<T>): T {
  if (reply.ok) return reply.value;
  throw new KeyshiftError(reply.error.code, reply.error.message, reply.error.facts);
}
