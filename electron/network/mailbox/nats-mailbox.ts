import type { Transport } from '../../engine/ports';
import { Depositing } from './depositing';
import { probe as probeWith } from './probing';
import { Reading, type ReadingOptions } from './reading';

/** What needs the NATS library: this file and what it imports is loaded with the first mailbox. */
export const openReading = (options: ReadingOptions): Reading => new Reading(options);
export const newDepositing = (transport: Transport): Depositing => new Depositing(transport);
export const probe: typeof probeWith = probeWith;
