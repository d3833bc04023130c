import type { Bridge, Reply } from '../../shared/contract/bridge';
import { contract, type AppEvent, type Handlers } from '../../shared/contract/contract';
import { findCall } from '../../shared/contract/contract';
import type { TokenFile } from '../../shared/model/transfer';
import { KeyshiftError } from '../../shared/errors';

type AnyHandler = (input: unknown) => unknown;

/** A bridge over any handlers, which parses what goes in and what comes out as the real doors do: it cannot drift from the contract. */
export function createBridge(handlers: Handlers, takeFiles: (files: readonly File[]) => readonly TokenFile[]): { readonly bridge: Bridge; readonly emit: (event: AppEvent) => void; readonly calls: string[] } {
  const listeners = new Set<(event: AppEvent) => void>();
  const calls: string[] = [];
  const bridge: Record<string, unknown> = {
    takeFiles: async (files: readonly File[]) => ({ ok: true, value: takeFiles(files) }),
    on: (listener: (event: AppEvent) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  for (const [group, members] of Object.entries(contract.calls)) {
    bridge[group] = Object.fromEntries(
      Object.keys(members).map((name) => {
        const handler = (handlers as unknown as Record<string, Record<string, AnyHandler>>)[group]?.[name]; // same keys: `Handlers` is total
        if (handler === undefined) throw new Error(`no handler for ${group}.${name}`);
        return [name, guarded(`${group}.${name}`, handler, calls)];
      }),
    );
  }
  return {
    bridge: bridge as unknown as Bridge, // built from the contract's own keys
    calls,
    emit: (event) => {
      const parsed = contract.events[event.type].parse(event);
      for (const listener of listeners) listener(parsed);
    },
  };
}

function guarded(name: string, handler: AnyHandler, calls: string[]): (input?: unknown) => Promise<Reply<unknown>> {
  const line = findCall(name);
  if (line === undefined) throw new Error(`not in the contract: ${name}`);
  return async (input) => {
    calls.push(name);
    try {
      const parsed = line.input.parse(input);
      // As over IPC: what comes back is a copy and comes later.
      const value = structuredClone(line.output.parse(await handler(parsed)));
      return { ok: true, value };
    } catch (thrown) {
      const failure = thrown instanceof KeyshiftError ? thrown : new KeyshiftError('internal', `fake bridge: ${String(thrown)}`);
      if (failure.code === 'internal') console.error(`${name}: ${String(thrown)}`);
      return { ok: false, error: { code: failure.code, message: failure.message, facts: failure.facts } };
    }
  };
}
