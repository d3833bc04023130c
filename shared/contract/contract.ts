import type * as z from 'zod';
import type { Call } from './call';
import { calls } from './calls';
import { events } from './events';

/** The one value both doors, the bridge, the test doubles and the docs are derived from. */
export const contract = { calls, events } as const;

export type Calls = typeof calls;
export type Group = keyof Calls;
export type CallName = { [G in Group]: `${G}.${Extract<keyof Calls[G], string>}` }[Group];

type In<C> = C extends Call<infer I, infer _O> ? z.infer<I> : never;
type Out<C> = C extends Call<infer _I, infer O> ? z.infer<O> : never;

/** What implements the contract: leaving one function out does not compile. Each takes the parsed input. */
export type Handlers = {
  readonly [G in Group]: { readonly [N in keyof Calls[G]]: (input: In<Calls[G][N]>) => Out<Calls[G][N]> | Promise<Out<Calls[G][N]>> };
};

/** What a window sees: the same functions, always asynchronous; no parameter where the contract has none. */
export type Api = {
  readonly [G in Group]: {
    readonly [N in keyof Calls[G]]: undefined extends In<Calls[G][N]>
      ? (input?: In<Calls[G][N]>) => Promise<Out<Calls[G][N]>>
      : (input: In<Calls[G][N]>) => Promise<Out<Calls[G][N]>>;
  };
};

export type EventType = keyof typeof events;
export type EventOf<T extends EventType> = z.infer<(typeof events)[T]>;
export type AppEvent = { [T in EventType]: EventOf<T> }[EventType];

/** The contract line of a call by its dotted name; undefined for a name the contract does not have. */
export function findCall(name: string): Call | undefined {
  const [group, member, ...rest] = name.split('.');
  if (group === undefined || member === undefined || rest.length > 0) return undefined;
  if (!Object.hasOwn(calls, group)) return undefined;
  const members: Readonly<Record<string, Call>> = calls[group as Group]; // `hasOwn` above is the proof
  return Object.hasOwn(members, member) ? members[member] : undefined;
}

/** Every dotted call name, in the order of the contract. */
export function callNames(): CallName[] {
  return Object.entries(calls).flatMap(([group, members]) =>
    Object.keys(members).map((member) => `${group}.${member}` as CallName), // keys of the same value the type is made of
  );
}
