export interface LargeSize {
  readonly contacts: number;
  readonly conversations: number;
  readonly messages: number;
}

export interface LargeRow {
  readonly work: string;
  readonly times: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly most: number;
  /** Milliseconds of processor, which other work on the machine moves less. */
  readonly processor: { readonly p50: number; readonly p95: number };
}

export interface LargeReport {
  readonly runtime: string;
  readonly size: LargeSize;
  readonly bytes: number;
  /** From the passphrase to an open profile, and to the list of conversations, milliseconds. */
  readonly unlock: number;
  readonly rows: readonly LargeRow[];
}
