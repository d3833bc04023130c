import type { ReactNode } from 'react';
import type { ShiftReason } from '../../../shared/model/keys';

/** Strokes in a 12 × 12 box, drawn with round ends. */
const paths: Readonly<Record<ShiftReason | 'theirs', string>> = {
  // A seed.
  first: 'M6 3.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 0 0 0-5.6Z',
  // A finger that presses.
  hand: 'M4.4 10.4L2.6 7.6M4.4 6.8V2.2a1 1 0 0 1 2 0v3.4l2.6.6a1 1 0 0 1 .8 1.2l-.6 3',
  // A clock.
  time: 'M6 1.4a4.6 4.6 0 1 0 0 9.2a4.6 4.6 0 0 0 0-9.2ZM6 3.6V6l1.7 1',
  // A bubble.
  messages: 'M1.6 2.6h8.8v5.6H5.4L3 10.4V8.2H1.6Z',
  // A pile.
  bytes: 'M1.8 9.8h8.4M2.6 6.4h6.8M3.6 3h4.8',
  // An answer.
  peer: 'M4.2 2.2L1.6 4.8l2.6 2.6M1.8 4.8h5.4a3 3 0 0 1 3 3v2',
  // Round and round: by the other side, for a reason only it knows.
  theirs: 'M10.2 6A4.2 4.2 0 1 1 8.6 2.7M8.8 .9V3H6.7',
  // A switch.
  start: 'M6 1.2v4M3.4 2.6a4.4 4.4 0 1 0 5.2 0',
  // A device.
  devices: 'M2.4 2.4h7.2v5H2.4ZM1 9.8h10',
  // Two that hold each other.
  pair: 'M4.3 3.4a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 0 0 0-5.2ZM7.7 3.4a2.6 2.6 0 1 0 0 5.2a2.6 2.6 0 0 0 0-5.2Z',
  // A warning.
  compromise: 'M6 1.4L11 10.4H1ZM6 4.8v2.4M6 8.7v.1',
};

/** Why a key came. Inside a picture it is placed by `x` and `y`, elsewhere it is as large as the text; the word is beside it. */
export function ReasonGlyph({ reason, who, x, y }: { readonly reason: ShiftReason; readonly who: 'you' | 'peer'; readonly x?: number; readonly y?: number }): ReactNode {
  const path = paths[reason === 'peer' && who === 'peer' ? 'theirs' : reason];
  const place = x === undefined || y === undefined ? {} : { x, y, width: 12, height: 12 };
  return (
    <svg className="reason-glyph" {...place} viewBox="0 0 12 12" aria-hidden="true" focusable="false">
      <path className="halo" d={path} />
      <path d={path} />
    </svg>
  );
}
