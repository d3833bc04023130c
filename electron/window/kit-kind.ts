const begin = Buffer.from('%PDF-');
/** A remark after the end of the file, where readers look for none: by it the next kit knows that it may take this one's place. */
export const mark = Buffer.from('%KEYSHIFT RECOVERY KIT\n');

/** How a kit is told from every other PDF. */
export const kitKind = {
  edgeBytes: mark.length,
  isKind: (head: Uint8Array, tail: Uint8Array): boolean => begin.equals(head.subarray(0, begin.length)) && mark.equals(tail),
};
