import type { ResumeM1 } from './resume-message';

/** Gets sessions from other devices of the own person (protocol.md §10.5). */
export interface HandoverTaker {
  /** Whether it is worth asking: costs a few hashes, within limits for each source. */
  asks(m1: ShownM1, source: string): boolean;
  /** Never rejects; an entry that was got is in the store when it resolves. */
  look(m1: ShownM1): Promise<void>;
}

/** What a contact's device showed: the message, and the whole frame it stands in. */
export interface ShownM1 {
  readonly message: ResumeM1;
  readonly frame: Uint8Array;
}
