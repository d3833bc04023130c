/**
 * Of questions about one thing that are on their way at once: whether an answer may be kept. A later question may have been answered first, and what it says is newer.
 */
export function createNewest(): (about: string) => () => boolean {
  let asked = 0;
  const answered = new Map<string, number>();
  return (about) => {
    const mine = (asked += 1);
    return () => {
      if ((answered.get(about) ?? 0) > mine) return false;
      answered.set(about, mine);
      return true;
    };
  };
}
