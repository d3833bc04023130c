/** What every fault gets: a folder of its own, chance by a seed, and how much is wanted (1: the short form). */
export interface Chaos {
  readonly folder: string;
  readonly random: () => number;
  readonly amount: number;
}

export interface Fault {
  readonly name: string;
  /** Why it cannot be made here, as the end of a sentence. */
  readonly why?: () => string | undefined;
  /** Gives what was tried. Throws what was lost. */
  run(chaos: Chaos): Promise<string>;
}

export const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
