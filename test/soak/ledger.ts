/** What was said where, in order, and what should have become of it. */
export interface Said {
  text: string;
  readonly title: string;
  readonly by: string;
  /** Taken back for both, or in a conversation whose messages disappear: nobody has it any more. */
  gone: boolean;
  /** By a device that was removed before everybody had it: nobody owes it. */
  excused: boolean;
}

export class Ledger {
  readonly said: Said[] = [];
  readonly counts = new Map<string, number>();

  count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** A text of its own, found nowhere else. */
  newText(by: string): string {
    return `${by}: ${(this.said.length + 1).toString().padStart(6, '0')}wort`;
  }

  add(title: string, by: string, text: string): Said {
    const said = { text, title, by, gone: false, excused: false };
    this.said.push(said);
    return said;
  }

  in(title: string): Said[] {
    return this.said.filter((said) => said.title === title);
  }
}
