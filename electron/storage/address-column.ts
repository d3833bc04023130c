import * as z from 'zod';
import { KeyshiftError } from '../../shared/errors';
import type { Address } from '../engine/ports';

const addresses = z.array(z.strictObject({ host: z.string().min(1), port: z.number().int().min(1).max(65535) }));

const none = '[]';

/** Addresses as one JSON column: read rarely, never searched. */
export function encodeAddresses(list: readonly Address[]): string {
  return JSON.stringify(list.map(({ host, port }) => ({ host, port })));
}

/** Errors: `vault.damaged`. */
export function parseAddresses(column: string): readonly Address[] {
  // Of nearly every contact, and read with every message.
  if (column === none) return [];
  try {
    return addresses.parse(JSON.parse(column));
  } catch {
    throw new KeyshiftError('vault.damaged', 'The database holds an address list that cannot be read.');
  }
}
