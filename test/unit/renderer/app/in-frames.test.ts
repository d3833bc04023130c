import { expect, it } from 'vitest';
import type { AppEvent } from '../../../../shared/contract/contract';
import type { Behind } from '../../../../renderer/app/behind-frame';
import { inFrames } from '../../../../renderer/app/in-frames';

/** Events are told by their type, and messages by their number. */
function setUp(isSpoiled: (name: string) => boolean = () => false) {
  const shown: string[] = [];
  const frames: (() => void)[] = [];
  const behind: Behind = (_name, run) => void frames.push(run);
  const name = (event: AppEvent): string => (event.type === 'message.received' ? event.message.text : event.type);
  const thrown: unknown[] = [];
  const route = (event: AppEvent): void => {
    if (isSpoiled(name(event))) throw new Error(name(event));
    shown.push(name(event));
  };
  const { take, catchUp } = inFrames(route, behind, (fault) => thrown.push(fault));
  return {
    shown,
    thrown,
    frames,
    come: (text: string) => take({ type: 'message.received', conversationId: 'a', message: { text } } as AppEvent),
    tell: (type: AppEvent['type']) => take({ type } as AppEvent),
    draw: () => frames.shift()?.(),
    catchUp,
  };
}

it('one message is shown at once; those that come before it is drawn are shown together with the next frame, in their order with what else is told', () => {
  const { shown, come, tell, draw, frames } = setUp();
  tell('network.changed');
  come('1');
  tell('settings.changed');
  expect(shown).toEqual(['network.changed', '1', 'settings.changed']);
  come('2');
  tell('messages.removed');
  come('3');
  expect(shown).toHaveLength(3);
  draw();
  expect(shown.slice(3)).toEqual(['2', 'messages.removed', '3']);
  // What comes while those are drawn waits for the next; after a frame without any nothing waits.
  come('4');
  expect(shown).toHaveLength(6);
  draw();
  expect(shown.at(-1)).toBe('4');
  draw();
  expect(frames).toEqual([]);
  come('5');
  expect(shown.at(-1)).toBe('5');
});

it('a lock waits for no frame', () => {
  const { shown, come, tell, draw } = setUp();
  come('1');
  come('2');
  tell('vault.changed');
  expect(shown).toEqual(['1', '2', 'vault.changed']);
  draw();
  expect(shown).toHaveLength(3);
});

it('what waits is shown before an answer that knows of it, and once', () => {
  const { shown, come, draw, catchUp } = setUp();
  come('1');
  come('2');
  catchUp();
  expect(shown).toEqual(['1', '2']);
  // It is not drawn yet.
  come('3');
  expect(shown).toHaveLength(2);
  draw();
  expect(shown).toEqual(['1', '2', '3']);
});

it('one whose handling throws takes none of those along that waited with it, and is told of', () => {
  const { shown, thrown, come, draw } = setUp((name) => name === '2');
  for (const text of ['1', '2', '3']) come(text);
  draw();
  expect(shown).toEqual(['1', '3']);
  expect(thrown).toEqual([new Error('2')]);
});
