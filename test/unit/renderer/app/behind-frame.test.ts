import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { behindFrame } from '../../../../renderer/app/behind-frame';

describe('behind a frame', () => {
  let frames: (() => void)[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    frames = [];
    vi.stubGlobal('requestAnimationFrame', (run: () => void) => frames.push(run));
    vi.stubGlobal('cancelAnimationFrame', () => undefined);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('runs what waits, of each name the last, once the frame was drawn and not before it', () => {
    const done: string[] = [];
    const behind = behindFrame();
    behind('one', () => done.push('one, before'));
    behind('two', () => done.push('two'));
    behind('one', () => done.push('one'));
    expect(frames).toHaveLength(1);
    frames[0]?.();
    expect(done).toEqual([]);
    vi.advanceTimersByTime(0);
    expect(done).toEqual(['one', 'two']);
    vi.advanceTimersByTime(1_000);
    expect(done).toEqual(['one', 'two']);
  });

  it('what throws keeps nothing else from its turn, and is told of', () => {
    const [done, thrown]: [string[], unknown[]] = [[], []];
    const behind = behindFrame((fault) => thrown.push(fault));
    behind('one', () => {
      throw new Error('one');
    });
    behind('two', () => done.push('two'));
    vi.advanceTimersByTime(100);
    expect(done).toEqual(['two']);
    expect(thrown).toEqual([new Error('one')]);
  });

  it('waits for no frame of a window that draws none, and begins anew afterwards', () => {
    const done: string[] = [];
    const behind = behindFrame();
    behind('one', () => done.push('one'));
    vi.advanceTimersByTime(100);
    expect(done).toEqual(['one']);
    behind('one', () => done.push('again'));
    expect(frames).toHaveLength(2);
    frames[1]?.();
    vi.advanceTimersByTime(0);
    expect(done).toEqual(['one', 'again']);
  });
});
