import { describe, expect, it } from 'vitest';
import { deliveryWords, wayWords } from '../../../../renderer/features/conversation/delivery-words';
import { english } from '../../../../renderer/i18n/messages';
import { messageState, messageWay, waitingFor } from '../../../../shared/model/message';

describe('delivery states', () => {
  it('name what they wait for, each in its own words', () => {
    const words = waitingFor.options.map((reason) => english[deliveryWords({ state: 'queued', waitingFor: reason })]);
    expect(new Set(words).size).toBe(waitingFor.options.length);
    expect(words).toEqual([
      'Leaves when {name} accepts',
      'Leaves when you are both online',
      'Sent, waiting for {name}’s device to confirm',
      'Stored, waiting for {name}’s device to fetch it',
      'Held back until you unblock {name}',
      'Stopped with this conversation; continue it to send this again',
      'Held back until you have compared numbers with {name}',
      'Leaves within an hour: this device was started very often',
      'Not delivered',
    ]);
  });

  it('every state has words without anything awaited, and what has arrived waits for nothing', () => {
    const words = messageState.options.map((state) => english[deliveryWords({ state })]);
    expect(new Set(words).size).toBe(messageState.options.length);
    for (const reason of waitingFor.options) {
      expect(deliveryWords({ state: 'delivered', waitingFor: reason })).toBe('state.delivered');
      expect(deliveryWords({ state: 'read', waitingFor: reason })).toBe('state.read');
    }
  });

  it('stored is never called delivered, wherever it lies', () => {
    expect(english[deliveryWords({ state: 'sent', waitingFor: 'pickup', way: 'mailbox' })]).toBe('Stored, waiting for {name}’s device to fetch it');
    expect(english[deliveryWords({ state: 'sent', waitingFor: 'pickup', way: 'device' })]).toBe('With another device of yours, which passes it on to {name}');
    for (const way of messageWay.options) expect(english[deliveryWords({ state: 'sent', waitingFor: 'pickup', way })]).not.toMatch(/deliver/i);
    expect(new Set(messageWay.options.map(wayWords)).size).toBe(messageWay.options.length);
  });

  it('what goes into a mailbox next does not wait until both are online', () => {
    expect(english[deliveryWords({ state: 'queued', waitingFor: 'connection' }, true)]).toBe('Not in the mailbox of {name} yet');
    for (const reason of waitingFor.options) if (reason !== 'connection') expect(deliveryWords({ state: 'queued', waitingFor: reason }, true)).toBe(deliveryWords({ state: 'queued', waitingFor: reason }));
    expect(deliveryWords({ state: 'delivered', waitingFor: 'connection' }, true)).toBe('state.delivered');
  });

  it('what goes on elsewhere says so', () => {
    expect(deliveryWords({ state: 'sent', movedTo: 'a' })).toBe('state.moved');
  });
});
