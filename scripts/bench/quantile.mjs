/** The nearest rank. @param {readonly number[]} values @param {number} part 0 to 1 @returns {number} */
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}
