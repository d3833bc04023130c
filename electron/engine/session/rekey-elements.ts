import type { KeyLink } from '../certificates/key-link';

/** One step from a key to a later one. */
export type RekeyElement = KeyLink;
