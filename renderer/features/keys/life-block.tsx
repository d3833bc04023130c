import { memo, type ReactNode } from 'react';
import { fateOf } from './life-words';
import type { LifeBlock } from './lives-layout';
import { ReasonGlyph } from './reason-glyph';
import { heard } from '../../i18n/heard';

/** Pixels at the standard size of text. */
export const rowHeight = 44;
const top = 2;
const shoulder = 24;
const tooth = 40;
const notch = 4.5;
const gap = 1;

export interface LifeBlockShapeProps {
  readonly block: LifeBlock;
  readonly spoken: string;
  readonly chosen: boolean;
  /** Id of the hatching; absent where nothing of the block is hatched. */
  readonly hatch: string | undefined;
  readonly onChoose: (key: string) => void;
  readonly onPoint: (key: string | undefined) => void;
}

/** A generation: its number above, the reason it came below; between two blocks the notch of the shift. */
export const LifeBlockShape = memo(function LifeBlockShape({ block, spoken, chosen, hatch, onChoose, onPoint }: LifeBlockShapeProps): ReactNode {
  const { x, width, generation, key } = block;
  const fate = fateOf(generation);
  const at = labelPlace(x, width, fate === 'use');
  const shape = outline(x + gap, width - 2 * gap);
  return (
    <g
      role="option"
      aria-label={heard(spoken)}
      aria-selected={chosen}
      tabIndex={chosen ? 0 : -1}
      data-life={key}
      className={`life ${fate}${generation.reason === 'compromise' ? ' loss' : ''}`}
      onFocus={() => onChoose(key)}
      onClick={() => onChoose(key)}
      onPointerEnter={() => onPoint(key)}
    >
      <path className="life-shape" d={shape} />
      {hatch === undefined ? null : <path d={shape} fill={`url(#${hatch}-${fate === 'use' ? 'use' : 'past'})`} clipPath={`url(#${hatch}-clip)`} />}
      <text className="life-number" x={at} y={17} textAnchor="middle">
        {generation.epoch}
      </text>
      <ReasonGlyph reason={generation.reason} who={generation.who} x={at - 6} y={25} />
    </g>
  );
});

/** In the middle; of a long block where it began, and of the one in use at its end, which is in sight at first. */
function labelPlace(x: number, width: number, inUse: boolean): number {
  if (width <= 200) return x + width / 2;
  return inUse ? x + width - 28 : x + 28;
}

/** Shoulders with a tooth below: beside each other they leave a notch, as the cuts of a key do. */
function outline(x: number, width: number): string {
  const right = x + width;
  return `M${x} ${top}H${right}V${shoulder}H${right - notch}V${tooth}H${x + notch}V${shoulder}H${x}Z`;
}

/** Around the block that has the focus; after all blocks, so that none covers it. */
export function FocusRing({ block }: { readonly block: LifeBlock | undefined }): ReactNode {
  if (block === undefined) return null;
  return <rect className="life-ring" x={block.x - 2} y={top - 3} width={block.width + 4} height={tooth + 4} rx="2" />;
}

/** The time before anybody had compared who this is is hatched; drawn once, used by every block. */
export function Hatching({ id, to }: { readonly id: string; readonly to: number }): ReactNode {
  if (to <= 0) return null;
  return (
    <svg className="only-heard" aria-hidden="true" focusable="false">
      <defs>
        {(['use', 'past'] as const).map((kind) => (
          <pattern key={kind} id={`${id}-${kind}`} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <path className={`hatch-line ${kind}`} d="M0 0V5" />
          </pattern>
        ))}
        <clipPath id={`${id}-clip`}>
          <rect x="0" y="0" width={to} height={rowHeight} />
        </clipPath>
      </defs>
    </svg>
  );
}
