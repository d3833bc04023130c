import { describe, expect, test } from 'vitest';
import { EventHub } from '../../../electron/services/event-hub';

describe('the event hub', () => {
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const changed = (digit: string) => ({ type: 'contact.changed' as const, contactId: digit.repeat(32) });

  test('drops what came from within a part that was rolled back, though the whole goes on', () => {
    const hub = new EventHub(silent);
    const told: unknown[] = [];
    hub.on((event) => told.push(event));
    hub.during(() => {
      hub.emit(changed('1'));
      expect(() =>
        hub.during(() => {
          hub.emit(changed('2'));
          throw new Error('rolled back');
        }),
      ).toThrow('rolled back');
      hub.emit(changed('3'));
      expect(told).toEqual([]);
    });
    expect(told).toEqual([changed('1'), changed('3')]);
  });

  test('what is to be done after the commit is done in its turn; not at all where that was rolled back', () => {
    const hub = new EventHub(silent);
    const told: unknown[] = [];
    hub.on((event) => told.push(event));
    hub.after(() => told.push('at once'));
    hub.during(() => {
      hub.emit(changed('1'));
      hub.after(() => told.push('then'));
      hub.emit(changed('2'));
      expect(told).toEqual(['at once']);
    });
    expect(() =>
      hub.during(() => {
        hub.after(() => told.push('never'));
        throw new Error('rolled back');
      }),
    ).toThrow('rolled back');
    expect(told).toEqual(['at once', changed('1'), 'then', changed('2')]);
  });

  test('what fails of what is done after the commit keeps nothing from being told', () => {
    const hub = new EventHub(silent);
    const told: unknown[] = [];
    hub.on((event) => told.push(event));
    hub.during(() => {
      hub.after(() => {
        throw new Error('bad work');
      });
      hub.emit(changed('1'));
    });
    expect(told).toEqual([changed('1')]);
  });

  test('a listener that fails keeps none of the others from hearing', () => {
    const hub = new EventHub(silent);
    const told: unknown[] = [];
    hub.on(() => {
      throw new Error('bad listener');
    });
    hub.on((event) => told.push(event));
    hub.emit(changed('1'));
    expect(told).toEqual([changed('1')]);
  });
});
