/** What strangers may cost the listener, and how long things may take (protocol.md §8; S3-32, A54). Times in milliseconds. */
export interface SessionLimits {
  /** Unauthenticated connections at once, in all. */
  readonly halfOpen: number;
  /** Of these, how many only sources known from earlier sessions or cards may use. */
  readonly halfOpenKept: number;
  /** Unauthenticated connections at once from one source. */
  readonly halfOpenPerSource: number;
  /** A connection that has been silent this long gives its place to a newcomer when places are short. */
  readonly silenceMs: number;
  /** The same four for encryption-only channels, which hold places of both kinds: whoever floods with them keeps no session out. */
  readonly channels: Pick<SessionLimits, 'halfOpen' | 'halfOpenKept' | 'halfOpenPerSource' | 'silenceMs'>;
  /** Refused connections that still wait for their answer or for the other side's end. */
  readonly leaving: number;
  readonly sessions: number;
  /** From connection to confirmation. */
  readonly handshakeMs: number;
  /** When the uniform retry frame goes out, counted from M1: hides how much work the refusal took. */
  readonly retryDelayMs: number;
  /** Decapsulations per second for sources never seen in a session, in all and each; `burst` may come at once. */
  readonly decapsulations: BucketSize;
  readonly decapsulationsPerSource: BucketSize;
  /** The same for known sources, beside the above. */
  readonly decapsulationsKept: BucketSize;
  /** A ping goes out after this long without hearing anything. */
  readonly pingMs: number;
  /** The connection is given up after this long without hearing anything. */
  readonly deadMs: number;
  /** The same two, sooner, counted from the sending of what the other side answers, when nothing is heard since. */
  readonly answerMs: number;
  readonly answerDeadMs: number;
  /** Who is not reading says that it lives this often: clearly more often than `answerDeadMs`. */
  readonly notReadingMs: number;
  /** Two sessions of one pair confirmed within this time may be a simultaneous open; later, the newer one wins. */
  readonly simultaneousMs: number;
  /** How long a listener leaves the older of two sessions from the same dialler, who decides. */
  readonly doubledMs: number;
}

export interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

export const defaultLimits: SessionLimits = {
  // Many, because one that only waits costs a socket and at most one frame's bytes: of two thousand newcomers a second nearly
  // every one then gets the second it needs to speak (A54). With 512 it was one of four or five, and a contact at a new address could fail for a minute.
  halfOpen: 2_048,
  halfOpenKept: 64,
  halfOpenPerSource: 8,
  silenceMs: 1_000,
  // As many as the budget for strangers lets begin within the time a channel takes.
  channels: { halfOpen: 128, halfOpenKept: 32, halfOpenPerSource: 4, silenceMs: 3_000 },
  leaving: 128,
  sessions: 1_024,
  handshakeMs: 10_000,
  retryDelayMs: 50,
  decapsulations: { perSecond: 50, burst: 100 },
  decapsulationsPerSource: { perSecond: 5, burst: 20 },
  decapsulationsKept: { perSecond: 50, burst: 100 },
  pingMs: 20_000,
  deadMs: 45_000,
  answerMs: 8_000,
  answerDeadMs: 20_000,
  notReadingMs: 6_000,
  simultaneousMs: 20_000,
  doubledMs: 5_000,
};

/** Sources remembered at once, by any of the limits. */
export const maxSources = 4_096;
