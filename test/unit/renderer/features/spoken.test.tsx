// @vitest-environment jsdom
import { act, fireEvent, screen } from '@testing-library/react';
import { virtual } from '@guidepup/virtual-screen-reader';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { World } from '../../../preview/fake-world';
import { busyWorld, scenes, talkWithCarla } from '../../../preview/scenes';
import { openTalk } from '../open-talk';
import { settle } from '../render-app';

// What a screen reader says that goes from item to item by itself, by the rules of roles and accessible names.
const now = Date.UTC(2026, 4, 6, 12);

function scene(name: string): World {
  const make = scenes[name];
  if (make === undefined) throw new Error(`no scene ${name}`);
  return make(now);
}

afterEach(() => act(async () => virtual.stop()));

/** Reads `container` once, from its beginning to its end. */
async function read(container: Element | null): Promise<readonly string[]> {
  if (!(container instanceof HTMLElement)) throw new Error('nothing to read');
  await act(async () => virtual.start({ container }));
  const first = await virtual.lastSpokenPhrase();
  for (let step = 0; step < 400; step += 1) {
    await act(async () => virtual.next());
    const phrase = await virtual.lastSpokenPhrase();
    if (phrase === first || phrase === `end of ${first}`) return (await virtual.spokenPhraseLog()).slice(0, -1);
  }
  throw new Error('it has no end');
}

const articles = (spoken: readonly string[]): readonly string[] => spoken.filter((phrase) => phrase.startsWith('article, ')).map((phrase) => phrase.slice('article, '.length));
/** What is said between the beginning of the nth article and its end. */
const within = (spoken: readonly string[], nth: number): readonly string[] => {
  const begin = spoken.findIndex((phrase) => phrase.startsWith('article, ') && phrase.includes(`position ${nth},`));
  return spoken.slice(begin + 1, spoken.findIndex((phrase, at) => at > begin && phrase.startsWith('end of article, ')));
};

/** The words a line is called by: what is hidden from screen readers is left out. */
const heard = (line: Element | null): string => [...(line?.querySelectorAll(':scope > :not([aria-hidden])') ?? [])].map(({ textContent }) => textContent ?? '').join('|');

/** What is read after the name. */
const describedBy = (element: Element): string => (element.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '').join(' ').trim();

describe('what a screen reader says', () => {
  it('messages are articles of a feed that say who, when, what, and what belongs to it; then come the things to press', async () => {
    await openTalk(scene('words'));
    const spoken = await read(screen.getByRole('feed'));
    expect(spoken[0]).toBe('feed, Messages, not busy');
    expect(articles(spoken).slice(1, 4)).toEqual([
      'You, 7:06 AM: All eleven, complete. The hinge detail on sheet 4 is lovely. 🎉 by Bo Lindqvist, 🎉 by You, ❤️ by Bo Lindqvist. Locked with key 3., position 2, set size 12',
      'You, 7:07 AM: I would only move the lock plate a little higher. In reply to Bo Lindqvist: Did the second set of drawings reach you? I sent them from the train and the tu… Locked with key 3., position 3, set size 12',
      'Bo Lindqvist, 7:30 AM: This message was deleted., position 4, set size 12',
    ]);
    expect(within(spoken, 2).filter((phrase) => phrase.startsWith('button'))).toEqual([
      'button, 🎉 by Bo Lindqvist, You, pressed',
      'button, ❤️ by Bo Lindqvist, not pressed',
      'button, Reply',
      'button, Message menu, has popup menu',
    ]);
    expect(within(spoken, 3)[0]).toMatch(/^button, Bo Lindqvist: ?Did the second set of drawings reach you?/);
    // Clocks and marks of delivery are read with their message, and speak up by themselves nowhere.
    expect(within(spoken, 2)).toContain('Read');
    expect(spoken.some((phrase) => /\b(?:alert|status|log)\b,/.test(phrase))).toBe(false);
  });

  it('files say their name, size and how it stands with them; each thing to press names its file', async () => {
    await openTalk(scene('files-all'));
    const spoken = await read(screen.getByRole('feed'));
    expect(articles(spoken)[6]).toBe('You, 9:30 AM: File Harbour this evening.jpg, 2.7 MB. Locked with key 5., position 7, set size 17');
    expect(within(spoken, 6)[0]).toBe('button, Show picture Sheet 4, hinge and lock plate.png');
    expect(within(spoken, 10)).toEqual(expect.arrayContaining(['Bo Lindqvist wants to send you this', 'button, Fetch All drawings.zip', 'button, Decline All drawings.zip']));
    expect(within(spoken, 11)).toEqual(
      expect.arrayContaining([
        'progressbar, Receiving Workshop, whole day.mkv, max value 6657199309, min value 0, current value 2.1 GB of 6.2 GB, 11 MB a second',
        'button, Pause Workshop, whole day.mkv',
        'button, Cancel Workshop, whole day.mkv',
      ]),
    );
    expect(within(spoken, 14)).toEqual(expect.arrayContaining(['This did not work. What arrived is not the file that was promised. Nothing of it was kept; ask for it to be sent again.', 'button, Try Photos of the yard.zip again']));
  });

  it('a line of the list is one name: who, when, the last words, and what is marked there, each once and with nothing before a comma', async () => {
    const { model } = await openTalk(scene('words'));
    const lines = [...document.querySelectorAll('.list-item')].map(heard);
    expect(lines[0]).toMatch(/^Bo Lindqvist, .+, You: See you at five\?, Read, Reach: Direct$/);
    expect(lines[1]).toMatch(/^نور الهدى, .+, [^?]+, 2 unread, Reach: On your network$/);
    expect(lines[2]).toMatch(/^Carla Reyes, .+, Harbour report, You: Fair winds!, Waiting to be sent$/);
    for (const line of lines) expect(line).not.toMatch(/\s,|,,|, $/);
    // What is seen is in what is heard (WCAG 2.5.3).
    for (const seen of document.querySelectorAll('.list-item .list-name, .list-item .list-time, .list-item .list-preview')) expect(heard(seen.closest('button'))).toContain(seen.textContent);
    act(() => model.ui.getState().openSettings('look'));
    await settle();
    const group = screen.getByRole('radiogroup', { name: 'Contrast' });
    expect(describedBy(group)).not.toBe('');
    // Said once, for the group: not again with each of its buttons.
    for (const radio of screen.getAllByRole('radio')) expect(describedBy(radio)).toBe('');
  });

  it('the composer says what it is for, and a dialog its title, its words, and the safe way first', async () => {
    await openTalk(scene('words'));
    expect(await read(screen.getByLabelText('Message').closest('.composer'))).toEqual([
      'button, Attach files',
      'button, Disappearing messages: After 7 days, not expanded, has popup menu',
      'textbox, Message, placeholder Write to Bo Lindqvist',
      'button, Insert an emoji, not expanded, has popup dialog',
      'button, Send, disabled',
    ]);
    await act(async () => virtual.stop());
    const last = screen.getAllByRole('article').at(-1);
    act(() => last?.focus());
    fireEvent.keyDown(last ?? document.body, { key: 'Delete' });
    await settle();
    const spoken = await read(screen.getByRole('dialog'));
    expect(spoken[0]).toBe('dialog, Delete this message?');
    expect(spoken.filter((phrase) => phrase.startsWith('button'))).toEqual(['button, Close', 'button, Keep', 'button, Delete for me', 'button, Delete for both']);
    expect(spoken.join(' ')).toContain('See you at five?');
    expect(document.activeElement?.textContent).toBe('Keep');
  });
});

describe('the sound of a new message', () => {
  it('is two tones, once for a burst, and leaves the sound of the system alone again', async () => {
    const begun: number[] = [];
    const asked: string[] = [];
    const node = { connect: (next: unknown) => next };
    class Sounding {
      state: 'running' | 'suspended' = 'suspended';
      currentTime = 0;
      destination = node;
      resume = (): Promise<void> => (asked.push('resume'), (this.state = 'running'), Promise.resolve());
      suspend = (): Promise<void> => (asked.push('suspend'), (this.state = 'suspended'), Promise.resolve());
      createOscillator = () => ({ ...node, frequency: { value: 0 }, start: (at: number) => begun.push(at), stop: () => undefined });
      createGain = () => ({ ...node, gain: { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined } });
    }
    vi.stubGlobal('AudioContext', Sounding);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'], shouldAdvanceTime: true });
    onTestFinished(() => {
      vi.useRealTimers();
      vi.unstubAllGlobals();
    });
    const world = busyWorld(now);
    world.settings = { ...world.settings, sounds: true };
    const { fake } = await openTalk(world);
    for (const text of ['One', 'Two']) act(() => void fake.receive(talkWithCarla, text));
    expect(begun).toHaveLength(2);
    expect(asked).toEqual(['resume']);
    await act(() => vi.advanceTimersByTimeAsync(3_000));
    expect(asked).toEqual(['resume', 'suspend']);
    act(() => void fake.receive(talkWithCarla, 'Three'));
    expect(begun).toHaveLength(4);
    expect(asked).toEqual(['resume', 'suspend', 'resume']);
  });
});
