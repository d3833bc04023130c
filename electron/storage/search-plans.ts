/** How far each way of searching is gone before the next one is tried. They change what an answer costs, never what it is. */
export interface SearchPlans {
  /** How many of the newest messages are remembered: two megabytes, and 16 µs each to read. The first of them say how common something is. */
  readonly remembered: number;
  readonly sample: number;
  /** Places that changed among them, and are looked at while somebody waits. */
  readonly news: number;
  /** A beginning with at most so many words is asked for as these words at once: they are found newest first, however common. */
  readonly fewEndings: number;
  /** With at most so many it is asked for as these words, 10 µs each, after messages were looked through for it; else the index joins all it has. */
  readonly mostEndings: number;
  /** The newest of one conversation are looked through first, some twenty to a page; how many are hits says how to go on. */
  readonly first: number;
  /** Where that promises all that is wanted among so many, they are looked through as well. */
  readonly near: number;
  /** A conversation of at most so many messages is looked through as a whole, 1 µs each: they lie side by side. */
  readonly whole: number;
  /** Of longer ones so many, for what seems to be common, and for beginnings of many words. */
  readonly common: number;
  readonly any: number;
  /** Texts that are taken apart to words before something else is tried. */
  readonly lines: number;
  /** Messages that are looked through where each is on a page of its own: behind those in memory, and of what the index finds for the other words. */
  readonly everywhere: number;
  readonly known: number;
  /** A beginning that stands in such a share of the newest messages is looked for in what the other words find, before the index is asked for it. */
  readonly often: number;
}

export const usualPlans: SearchPlans = {
  remembered: 3_000,
  sample: 200,
  news: 100,
  fewEndings: 60,
  mostEndings: 1_000,
  first: 128,
  near: 512,
  whole: 1_500,
  common: 1_000,
  any: 3_000,
  lines: 600,
  everywhere: 200,
  known: 250,
  often: 0.5,
};
