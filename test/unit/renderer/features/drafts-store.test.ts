import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDraftsStore } from '../../../../renderer/features/conversation/drafts-store';
import { KeyshiftError } from '../../../../shared/errors';

/** Longer than what was written waits until it is stored, in milliseconds. */
const rest = 500;

/** A vault that answers when the test says so. */
function setUp() {
  const asked: { readonly text: string | undefined; readonly answer: (stored: boolean, why?: Error) => Promise<void> }[] = [];
  const store = createDraftsStore((_conversationId, draft) => {
    return new Promise((resolve, reject) => {
      const answer = async (stored: boolean, why = new Error('refused')): Promise<void> => {
        if (stored) resolve(null);
        else reject(why);
        await vi.advanceTimersByTimeAsync(0);
      };
      asked.push({ text: draft?.text, answer });
    });
  });
  return { asked, drafts: store.getState(), shown: () => store.getState().drafts['c']?.text, empty: () => store.setState(store.getInitialState(), true) };
}

describe('a draft that the vault did not take', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is given once more by what ends the window or locks it', async () => {
    const { asked, drafts } = setUp();
    drafts.write('c', 'words');
    vi.advanceTimersByTime(rest);
    await asked[0]?.answer(false);
    drafts.flush();
    expect(asked.map(({ text }) => text)).toEqual(['words', 'words']);
    await asked[1]?.answer(true);
    drafts.flush();
    expect(asked).toHaveLength(2);
  });

  it('is given again and again where a full disk refused it, and not where anything else did: that would be told each time', async () => {
    const { asked, drafts } = setUp();
    drafts.write('c', 'words');
    vi.advanceTimersByTime(rest);
    await asked[0]?.answer(false, new KeyshiftError('disk.full', 'The disk is full.'));
    vi.advanceTimersByTime(5_000);
    expect(asked).toHaveLength(2);
    await asked[1]?.answer(false);
    vi.advanceTimersByTime(60_000);
    expect(asked).toHaveLength(2);
    drafts.flush();
    expect(asked).toHaveLength(3);
  });

  it('is given at its first letter, by and by while somebody writes, and once when they rest: a lock that asks nobody takes no more than was typed in a moment', () => {
    const { asked, drafts } = setUp();
    for (let at = 0; at < 1_500; at += 150) {
      drafts.write('c', `${at}`);
      vi.advanceTimersByTime(150);
    }
    vi.advanceTimersByTime(10_000);
    drafts.write('c', 'pasted, and the lid closed');
    drafts.forget();
    vi.advanceTimersByTime(10_000);
    expect(asked.map(({ text }) => text)).toEqual(['0', '300', '750', '1050', '1350', 'pasted, and the lid closed']);
  });

  it('refused only after the lock it empties nothing that is stored', async () => {
    const { asked, drafts, shown, empty } = setUp();
    drafts.write('c', 'newer words');
    vi.advanceTimersByTime(rest);
    drafts.forget();
    empty();
    await asked[0]?.answer(false);
    drafts.told('c', { text: 'stored words' });
    expect([shown(), asked.length]).toEqual(['stored words', 1]);
  });

  it('an older one refused after a newer one was stored changes nothing', async () => {
    const { asked, drafts, shown } = setUp();
    drafts.write('c', 'older');
    vi.advanceTimersByTime(rest);
    drafts.write('c', 'newer');
    vi.advanceTimersByTime(rest);
    await asked[1]?.answer(true);
    await asked[0]?.answer(false);
    drafts.told('c', { text: 'from the vault' });
    expect([shown(), asked.length]).toEqual(['from the vault', 2]);
  });
});
