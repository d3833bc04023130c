import type { KeyList } from './manifest';
import { parseKeyList } from './manifest';
import pinned from './pinned.json';

/** Where this app asks, and whose signatures count. */
export interface Pinned {
  readonly origin: string;
  readonly list: KeyList;
  /** PEM; where there is one, only certificates of this authority count for the server, not those of the ones the runtime knows. */
  readonly authority?: string;
}

/** What `npm run updates -- pin` wrote; undefined while nobody did. */
export const pinnedInApp = readPinned(pinned);

/** `origin`: a folder on an https server. Undefined for anything that is not whole. */
export function readPinned(value: unknown): Pinned | undefined {
  if (typeof value !== 'object' || value === null || !('origin' in value) || !('list' in value)) return undefined;
  const { origin, list } = value;
  if (typeof origin !== 'string' || !/^https:\/\/[a-z0-9.:[\]-]+\/(?:[A-Za-z0-9._-]+\/)*$/.test(origin)) return undefined;
  const read = parseKeyList(JSON.stringify(list));
  const authority = 'authority' in value ? value.authority : undefined;
  if (read === undefined || (authority !== undefined && typeof authority !== 'string')) return undefined;
  return { origin, list: read, ...(authority !== undefined && { authority }) };
}
