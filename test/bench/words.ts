const syllables = ['ka', 'le', 'mo', 'ri', 'ta', 'shu', 'ben', 'dor', 'fi', 'gra', 'hol', 'jin', 'pra', 'que', 'sto', 'tri', 'ung', 'ver', 'wes', 'xi', 'yo', 'zan', 'al', 'er', 'in', 'on'];
const common = ['the', 'and', 'to', 'of', 'we', 'that', 'is', 'for', 'you', 'this', 'have', 'with', 'not', 'are', 'can', 'will', 'there', 'about', 'when', 'meeting', 'harbour', 'report', 'tomorrow', 'thanks'];
const vocabulary = 40_000;

/** Words as people use them: a few all the time, most hardly ever. The same for the same seed. */
export function createWords(seed: number) {
  let state = seed;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const made = Array.from({ length: vocabulary }, () => Array.from({ length: 2 + Math.floor(random() * 3) }, () => syllables[Math.floor(random() * syllables.length)]).join(''));
  const word = (): string => {
    if (random() < 0.45) return common[Math.floor(common.length * random() ** 2)] ?? 'the';
    return made[Math.floor(vocabulary ** random())] ?? 'boat';
  };
  return {
    random,
    /** One of the rarer ones, by its place. */
    rare: (at: number): string => made[Math.floor(vocabulary / 3) + at] ?? 'boat',
    frequent: (at: number): string => made[at] ?? 'boat',
    name: (): string => {
      const name = made[Math.floor(random() * vocabulary)] ?? 'ada';
      return name.charAt(0).toUpperCase() + name.slice(1);
    },
    line: (count: number): string => Array.from({ length: count }, word).join(' '),
  };
}
