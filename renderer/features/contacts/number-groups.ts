/** 60 digits in 12 groups of 5. */
export function groupsOf(digits: string): readonly string[] {
  return digits.match(/\d{5}/g) ?? [];
}
