export interface DialogLimits {
  /** Header cache entries per peer and level; 0 is legal and changes no result (S1-47). */
  readonly cacheEntries: number;
  /** Private-key operations for new header blocks that one peer can cause at once, and how many come back per second (A17). */
  readonly decapsulations: number;
  readonly decapsulationsPerSecond: number;
  /** How far behind the next expected message one may come early, and how many bytes may wait (A25). At most 1,024. */
  readonly lookAhead: number;
  readonly heldBytes: number;
}

export const defaultLimits: DialogLimits = {
  cacheEntries: 64,
  decapsulations: 32,
  decapsulationsPerSecond: 1,
  lookAhead: 1024,
  heldBytes: 8 * 1024 * 1024,
};

/** MICs of recently accepted messages remembered per peer. */
export const replayFilterEntries = 256;
export const shiftsByHandPerHour = 50;
export const hourMs = 3600 * 1000;
