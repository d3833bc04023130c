import { describe, expect, it } from 'vitest';
import { counted, goalsText } from '../../../scripts/bench/goals-text.mjs';
import { atLeast, atMost, goalLines } from '../../../scripts/bench/goals.mjs';
import { measuredText, plotsOf } from '../../../scripts/bench/document.mjs';
import { parts } from '../../../scripts/bench/parts.mjs';
import { spreadOut } from '../../../scripts/bench/plot.mjs';
import { textOf } from '../../../scripts/bench/texts.mjs';

const even = (median: number) => ({ median, lowest: median, highest: median });
const runtime = 'Electron 25.1.1 main process (Node 18.15.0)';
const load = [1, 2];
const size = (contacts: number, conversations: number, messages: number) => ({ contacts, conversations, messages });
const point = (messages: number, processor: number) => ({ runtime, size: size(3, 10, messages), load, rows: [{ work: 'look & find', times: 1, clock: processor * 2, processor }] });
const ratios = (ratio: number) => ({ kind: 'ratios', runtime, work: 'handshake', rounds: 5, load, against: 'TLS 1.3', unit: 'µs', rows: [{ work: 'full', part: 'known', own: even(100), anchor: even(100 * ratio), ratio, goal: { must: 2.5, moonshot: 4 } }, { work: 'unjudged', part: 'x', own: even(1), anchor: even(1), ratio: 1 }] });
const growth = (factor: number) => ({ kind: 'growth', axes: [{ axis: 'messages', points: [point(10, 2), point(100, 2), point(1_000, 2 * factor)] }] });
const starts = (own: number) => ({ kind: 'starts', runtime, load, starts: { least: [100, 100, 100], locked: [own], open: [own, own, own] }, memory: { least: [], open: [] } });
const window = (median: number, p99: number) => ({ kind: 'window', runtime, load, messages: 200, drift: 0, received: { median, p99, lowest: 1, highest: 2 }, own: { median, p99, lowest: 1, highest: 2 } });
const row = (p95: number) => ({ work: 'open', times: 1, p50: 1, p95, most: 9, processor: { p50: 1, p95: 1 } });
const history = (p95: number) => ({ kind: 'history', reports: [10, 1_000].map((messages) => ({ runtime, size: size(1, 1, messages), bytes: 1, unlock: 1, rows: [row(messages === 10 ? 99 : p95)] })) });
const pauses = (p999: number) => ({ kind: 'pauses', runtime, size: size(1, 1, 10), load, rows: [{ work: 'a conversation is removed', messages: 10, watched: 12_000, p50: 1, p99: 2, p999, most: 99, processor: 5 }] });
const frames = (p999: number) => ({ kind: 'pauses-window', runtime, load, rows: ['nothing goes', 'a conversation is removed'].map((work) => ({ work, frames: 700, p50: 16.7, p99: 17, p999, most: 99, long: 0 })) });
const result = (part: string, reports: object[]) => ({ part, at: '2026-01-02T03:04:05.000Z', commit: 'abc', machine: 'a machine', load: [1, 2] as [number, number], reports });

describe('the goals beside what was measured', () => {
  it.each([
    [ratios(2.49), 'MISSED'], [ratios(2.5), 'met'], [ratios(4), 'moonshot'],
    [growth(1.51), 'MISSED'], [growth(1.5), 'met'], [growth(1), 'moonshot'],
    [starts(141), 'MISSED'], [starts(140), 'met'], [starts(115), 'moonshot'],
    [window(40, 121), 'MISSED'], [window(41, 100), 'MISSED'], [window(40, 120), 'met'], [window(20, 120), 'moonshot'],
    [pauses(16.1), 'MISSED'], [pauses(16), 'met'], [pauses(8), 'moonshot'],
    [frames(34.1), 'MISSED'], [frames(34), 'met'], [frames(25), 'moonshot'],
    [history(5.1), 'MISSED'], [history(5), 'met'], [history(1), 'moonshot'],
  ])('are judged at their marks, the largest size being the one that counts (%#)', (report, verdict) => {
    expect(goalLines([report]).map((line) => line.verdict)).toEqual([verdict]);
  });

  it('are no goals where nothing grew or nothing was measured', () => {
    expect(goalLines([{ kind: 'growth', axes: [{ axis: 'messages', points: [point(10, 1)] }] }, { ...starts(100), starts: { least: [1], locked: [1], open: [] } }, { kind: 'package' }])).toEqual([]);
    expect([atLeast(Number.NaN, { must: 1, moonshot: 2 }), atMost(Number.NaN, { must: 1, moonshot: 2 })]).toEqual(['MISSED', 'MISSED']);
  });

  it('are counted, and what was never measured is named', () => {
    const lines = goalLines([ratios(3), ratios(5), ratios(1)]);
    expect(counted(lines)).toBe('3 goals: 1 at the moonshot, 1 met, 1 missed');
    const text = goalsText([result('handshake', [ratios(1)])], ['handshake', 'start']);
    expect(text).toContain('never measured here: start');
    expect(text).toMatch(/full \(known\) +Electron 25\.1\.1 +100 µs +100 µs +TLS 1\.3 +1\.00× +2\.5× +4× +MISSED/);
  });
});

describe('the page of what was measured', () => {
  it('holds every goal, the plots, and what each part printed, with its commit and load', () => {
    const results = [result('handshake', [ratios(1)]), result('growth', [growth(3)])];
    const plots = plotsOf(results.flatMap(({ reports }) => reports));
    const page = measuredText(results, ['handshake', 'growth', 'window'], plots);
    expect(page).toContain('| full (known) | Electron 25.1.1 | 100 µs | 100 µs | TLS 1.3 | 1.00× | 2.5× | 4× | **missed** |');
    expect(page).toContain('![Cost of one operation as messages grow](pictures/performance/messages.svg)');
    expect(page).toContain('Not measured: window.');
    expect(page).toContain('handshake: 2026-01-02 03:04 UTC, at abc, load average 1.0 to 2.0');
    expect(page).toContain(textOf(growth(3)).trim().split('\n')[0]);
  });

  it('a plot says its figures in words too, and lets no name become markup', () => {
    const [plot] = plotsOf([growth(3)]);
    expect(plot?.name).toBe('messages.svg');
    expect(plot?.svg).toContain('look &#38; find: 1.00×, 1.00×, 3.00×.');
    expect(plot?.svg).not.toContain('look & find');
    expect(plotsOf([{ kind: 'growth', axes: [{ axis: 'messages', points: [point(10, 1)] }] }])).toEqual([]);
  });

  it('labels keep their order and their distance, and stay in the picture', () => {
    const wanted = [400, 400, 399, 50, 52, 410, 405];
    const placed = spreadOut(wanted);
    const sorted = [...placed].sort((a, b) => a - b);
    for (const [at, each] of sorted.slice(1).entries()) expect(each - (sorted[at] ?? 0)).toBeGreaterThanOrEqual(17);
    expect(Math.max(...placed)).toBeLessThanOrEqual(448);
    expect(placed[3]).toBeLessThan(placed[4] ?? 0);
  });

  it('every report has words, and each part says what it needs', () => {
    for (const report of [ratios(1), growth(2), starts(100), window(1, 2), history(1), pauses(1), frames(1)]) expect(textOf(report)).toMatch(/^\n.*\n/);
    expect(() => textOf({ kind: 'nothing' })).toThrow(TypeError);
    for (const part of Object.values(parts)) expect(part.measure).toBeTypeOf('function');
  });
});
