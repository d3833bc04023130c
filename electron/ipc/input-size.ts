/** What one call may carry: far more than the longest text that is accepted, far less than what would be felt. */
export interface SizeLimit {
  /** Characters of all strings and names, together with 8 for each value. */
  readonly units: number;
  readonly depth: number;
}

export const callSizeLimit: SizeLimit = { units: 1_200_000, depth: 8 };

/**
 * True for plain data (what JSON can say, and undefined) within the limit. Structured clone also brings typed arrays, maps,
 * dates, errors and cycles: no call takes any of them, so they end here, before a schema looks at them.
 * Stops counting as soon as the limit is passed.
 */
export function isPlainWithin(value: unknown, limit: SizeLimit): boolean {
  let left = limit.units;
  const visit = (part: unknown, depth: number): boolean => {
    left -= 8;
    if (left < 0 || depth > limit.depth) return false;
    switch (typeof part) {
      case 'string':
        left -= part.length;
        return left >= 0;
      case 'number':
        return Number.isFinite(part);
      case 'boolean':
      case 'undefined':
        return true;
      case 'object':
        return part === null || (Array.isArray(part) ? visitArray(part, depth) : visitObject(part, depth));
      default:
        return false;
    }
  };
  const visitArray = (parts: readonly unknown[], depth: number): boolean => {
    if (parts.length * 8 > left) return false;
    for (const part of parts) if (!visit(part, depth + 1)) return false;
    return true;
  };
  const visitObject = (part: object, depth: number): boolean => {
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype !== Object.prototype && prototype !== null) return false;
    for (const [name, member] of Object.entries(part)) {
      left -= name.length;
      if (!visit(member, depth + 1)) return false;
    }
    return true;
  };
  return visit(value, 0);
}
