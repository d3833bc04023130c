import { useCallback, useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { KeyTimeline } from '../../../shared/model/keys';
import { heard } from '../../i18n/heard';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { FocusRing, Hatching, LifeBlockShape, rowHeight } from './life-block';
import { lifeWords } from './life-words';
import { layOutLives, nearest, type LifeBlock, type LifeRow } from './lives-layout';
import { LivesLegend } from './lives-legend';

/**
 * The lives of the keys, one lane a direction. Arrows move through it; what is pointed at or focused is told below,
 * where it covers nothing. The table beside it says the same.
 */
export function LivesPicture({ timeline, label, name, times }: { readonly timeline: KeyTimeline; readonly label: string; readonly name: string; readonly times: Times }): ReactNode {
  const text = useText();
  const hatch = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const tale = useRef<HTMLParagraphElement>(null);
  const [chosen, setChosen] = useState<string>();
  const [pointed, setPointed] = useState<string>();
  const { generations, checkedSince, exposure } = timeline;
  // As of the answer: the picture stays still while the clock runs, and is laid out anew when a key comes.
  const picture = useMemo(() => layOutLives(generations, checkedSince, exposure.at), [generations, checkedSince, exposure.at]);
  const blocks = useMemo(() => new Map(picture.rows.flatMap((row) => row.blocks.map((block) => [block.key, { block, row }] as const))), [picture]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null) element.scrollLeft = element.scrollWidth;
  }, [picture.width]);

  const fallback = picture.rows[0]?.blocks.at(-1)?.key;
  const stop = chosen !== undefined && blocks.has(chosen) ? chosen : fallback;
  const told = blocks.get(pointed ?? '') ?? blocks.get(stop ?? '');
  const onChoose = useCallback((key: string) => setChosen(key), []);
  const onPoint = useCallback((key: string | undefined) => setPointed(key), []);

  const move = (event: KeyboardEvent): void => {
    const at = stop === undefined ? undefined : blocks.get(stop);
    if (at === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const target = targetOf(event.key, at.row, at.block, picture.rows);
    if (target === undefined) return;
    event.preventDefault();
    setChosen(target.key);
    setPointed(undefined);
    scroller.current?.querySelector<SVGElement>(`[data-life="${target.key}"]`)?.focus();
  };

  const labels = rowLabels(picture.rows, (who) => text(who === 'you' ? 'keys.yours' : 'keys.theirs', { name }), (n) => text('keys.device', { n }));
  return (
    <figure className="lives">
      <Hatching id={hatch} to={picture.uncheckedTo} />
      <div className="lives-scroll" ref={scroller} dir="ltr">
        <div role="listbox" aria-label={heard(label)} aria-orientation="horizontal" className="lives-rows" onKeyDown={move} onFocus={() => tale.current?.scrollIntoView({ block: 'nearest' })} onPointerLeave={() => onPoint(undefined)}>
          {picture.rows.map((row, index) => (
            <div key={`${row.who}-${row.instanceId}`} role="group" aria-label={labels[index]} className="lives-row">
              <span className="lane-label" aria-hidden="true">
                {labels[index]}
              </span>
              <svg className="lives-svg" role="none" width={`${picture.width / 16}rem`} height={`${rowHeight / 16}rem`} viewBox={`0 0 ${picture.width} ${rowHeight}`} focusable="false">
                {row.blocks.map((block) => (
                  <LifeBlockShape
                    key={block.key}
                    block={block}
                    spoken={[text('keys.generation', { epoch: block.generation.epoch }), ...lifeWords(block.generation, text, times)].join(', ')}
                    chosen={block.key === stop}
                    hatch={block.x < picture.uncheckedTo ? hatch : undefined}
                    onChoose={onChoose}
                    onPoint={onPoint}
                  />
                ))}
                <FocusRing block={row.blocks.find((block) => block.key === stop)} />
              </svg>
            </div>
          ))}
        </div>
        <svg className="lives-axis" aria-hidden="true" focusable="false" width={`${picture.width / 16}rem`} height="1.1rem" viewBox={`0 0 ${picture.width} 17.6`}>
          {picture.ticks.map((tick) => (
            <text key={tick.at} x={tick.x} y="12.5" className={tick.startsDay ? 'day-tick' : undefined}>
              {tick.startsDay ? times.dayMonth(tick.at) : times.clock(tick.at)}
            </text>
          ))}
        </svg>
      </div>
      {told === undefined ? null : (
        <p ref={tale} className="life-told" data-testid="life-told">
          <strong>{text('lives.told', { epoch: told.block.generation.epoch, direction: text(told.row.who === 'you' ? 'keys.yours' : 'keys.theirs', { name }) })}</strong>
          <span>{lifeWords(told.block.generation, text, times).join(' · ')}</span>
        </p>
      )}
      <LivesLegend generations={generations} checkedSince={checkedSince} hatched={picture.uncheckedTo > 0} name={name} times={times} />
    </figure>
  );
}

function targetOf(key: string, row: LifeRow, block: LifeBlock, rows: readonly LifeRow[]): LifeBlock | undefined {
  const at = row.blocks.indexOf(block);
  const lane = rows.indexOf(row);
  if (key === 'ArrowLeft') return row.blocks[at - 1];
  if (key === 'ArrowRight') return row.blocks[at + 1];
  if (key === 'Home') return row.blocks[0];
  if (key === 'End') return row.blocks.at(-1);
  if (key === 'ArrowUp') return nearest(rows[lane - 1], block);
  if (key === 'ArrowDown') return nearest(rows[lane + 1], block);
  return undefined;
}

/** The direction; with several devices in it also which device. */
function rowLabels(rows: readonly LifeRow[], direction: (who: 'you' | 'peer') => string, device: (n: number) => string): readonly string[] {
  return rows.map((row) => {
    const alike = rows.filter((one) => one.who === row.who);
    return alike.length === 1 ? direction(row.who) : `${direction(row.who)}, ${device(alike.indexOf(row) + 1)}`;
  });
}
