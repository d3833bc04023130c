export interface DialogLimits {
  /** Header cache entries per peer and level; 0 is legal and changes no result (S1-47). */
  readonly cacheEntries: number;
  /** Private-key operations for new header blocks that one peer can cause at once, and how many come back per second (A17). */
  readonly decapsulations: number;
  readonly decapsulationsPerSecond: number;
  /** How far behind the next expected message one may come early, and how many bytes may wait (A25). At most 1,024. */
  readonly lookAhead: number;
  readonly heldBytes: number;
  /** How many may wait in memory in all dialogs of one peer together. */
  readonly heldBytesOfPeer: number;
}

export const defaultLimits: DialogLimits = {
  cacheEntries: 64,
  decapsulations: 32,
  decapsulationsPerSecond: 1,
  lookAhead: 1024,
  heldBytes: 8 * 1024 * 1024,
  heldBytesOfPeer: 32 * 1024 * 1024,
};

/** MICs of recently accepted messages remembered per peer. */
export const replayFilterEntries = 256;
export const shiftsByHandPerHour = 50;
/** Key exchange keys a person may ask for per pair and hour. */
export const pairShiftsPerHour = 10;
export const hourMs = 3600 * 1000;

/** Shifts of a stream in an hour, of any kind: automatic ones wait from 90, so that the usual limit of 100 is never met; by hand it ends there, too, and what a compromise renews comes on top. */
export const shiftsPerHour = 90;
export const shiftsPerHourByHand = 90;
/** Of another device's renewals in one stream so many are taken in an hour, whatever times they tell: twenty hours of the most an honest one makes. */
export const shiftsTakenPerHour = 2_048;
/** Longer than the hour, before a renewal that would be one too many is used: the first of them may have been on its way for so long. */
export const firstUseSlackMs = 60 * 1000;
/** Between two automatic shifts of a stream. */
export const automaticSpacingMs = 60 * 1000;
/** Between two shifts that follow the other side's. */
export const reactionSpacingMs = 10 * 60 * 1000;
/** How long a reaction may be put off while messages leave; how long, by its own clock, the other side may take. */
export const reactionDroppedMs = 14 * 60 * 1000;
export const answerWaitMs = 15 * 60 * 1000;

/** A dialog ends long before its counters do: epochs have 32 bits, sequences 53 (A26). */
export const maxEpoch = 2 ** 31;
export const maxSequence = 2 ** 52;

/** Session keys of another device's stream in memory: all that can still open something, and so many others. */
export const keptDeadKeys = 64;
/** Of a stream's session keys that can open nothing new so many stay on the disk, as does what is known of so many shifts: more than any rule looks at. Older ones go when so many more have come. */
export const storedDeadKeys = 10_000;
export const trimmedEvery = 256;
/** Dialogs that one person may begin at once, and how many more in a second: each stays in the list until somebody here removes it. */
export const openings = 1_024;
export const openingsPerSecond = 1 / 60;
/** Keys of one stream that can still open something; a message with one more is put off (A30). */
export const maxLiveKeys = 2048;
