/** Words this person calls right. */
export interface OwnWordStore {
  all(): readonly string[];
  count(): number;
  /** One that is there already changes nothing. */
  add(word: string): void;
  /** False: it was not there. */
  remove(word: string): boolean;
}
