import type { Migration } from './migration';

/** Holds the number. */
export const migration: Migration = { version: 7, name: 'kept free', sql: '' };
