import { decodeQRBatch } from 'qr/decode.js';

/** Longest side of what is looked at in one go, in pixels. */
export const longestSide = 1024;
/** A picture may hold so many codes that are none of ours before it is given up. */
const othersRead = 8;
/** How many guesses at finder patterns are followed, and for how long (milliseconds) beyond the first. */
const effort = { effort: 12, timeLimit: 250 };

/** RGBA, 8 bits each, as a canvas gives it. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** What a safety code begins with: others in the same picture are passed over. */
export const safetyCode = /^KEYSHIFT-SAFETY:/;
/** What the link for a new device begins with, in either case. */
export const deviceLink = /^keyshift:/i;

/** What an invitation begins with, short or long. */
export const invitationLink = /^keyshift:invite(?:-long)?\//;

/** Ends the search: the library goes on to the next code by itself. */
class Enough extends Error {}

/**
 * The text of the code in a picture that begins like `ours`, or undefined. Works in slices of some milliseconds and lets the window live in between, whatever
 * the picture shows: sides up to `longestSide` only. Throws `RangeError` for a larger one.
 */
export async function readCode(pixels: Pixels, ours = safetyCode): Promise<string | undefined> {
  const { width, height } = pixels;
  if (width > longestSide || height > longestSide) throw new RangeError('a picture too large to be looked at in one go');
  let found: string | undefined;
  let read = 0;
  await decodeQRBatch([pixels], {
    ...effort,
    maxSize: { width, height },
    pointsOnDetect: (_points, result) => {
      if (typeof result !== 'string') return;
      read += 1;
      if (ours.test(result)) found = result;
      if (found !== undefined || read >= othersRead) throw new Enough();
    },
  });
  return found;
}
