import { describe, expect, it } from 'vitest';
import { applyState, mergePage, replacePage } from '../../../../renderer/features/conversation/merge';
import type { Message } from '../../../../shared/model/message';
import { idOf } from '../../../preview/fake-world';

const conversationId = idOf('talk');
const make = (name: string, state: Message['state'] = 'queued', more: Partial<Message> = {}): Message => ({
  messageId: idOf(name),
  conversationId,
  direction: 'out',
  instanceId: idOf('me'),
  sequence: 1,
  kind: 'text',
  text: name,
  sentAt: 1,
  state,
  keyEpoch: 1,
  ...more,
});
const texts = (messages: readonly Message[]): string[] => messages.map((message) => message.text);

describe('joining the newest page', () => {
  it('what the page says nothing new of stays the same object', () => {
    const shown = [make('a'), make('b'), make('c', 'sent', { waitingFor: 'acknowledgement' })];
    const page = [make('a'), make('b', 'sent'), make('c', 'sent', { waitingFor: 'connection' }), make('d')];
    const { messages } = mergePage(shown, page);
    expect(messages.map((message, index) => message === shown[index])).toEqual([true, false, false, false]);
    expect(messages).toEqual(page);
  });

  it('keeps what is older, replaces what overlaps, appends what is new', () => {
    const shown = [make('a'), make('b'), make('c')];
    const { messages, replaced } = mergePage(shown, [make('b', 'sent'), make('c'), make('d')]);
    expect(texts(messages)).toEqual(['a', 'b', 'c', 'd']);
    expect(messages[1]?.state).toBe('sent');
    expect(replaced).toBe(false);
  });

  it('S4-31: a page asked for anew takes the place of what was shown, but not of what came meanwhile', () => {
    const before = [make('a'), make('b', 'read'), make('gone')];
    const messages = replacePage(before, [...before, make('late')], [make('b'), make('new'), make('a', 'queued', { replyTo: idOf('b') })]);
    expect(texts(messages)).toEqual(['b', 'new', 'a', 'late']);
    expect([messages[0]?.state, messages[2]?.replyTo]).toEqual(['read', idOf('b')]);
  });

  it('keeps what an event brought after the page was made', () => {
    expect(texts(mergePage([make('a'), make('b'), make('late')], [make('a'), make('b')]).messages)).toEqual(['a', 'b', 'late']);
  });

  it('never takes a delivery state back', () => {
    expect(mergePage([make('a', 'delivered')], [make('a', 'queued')]).messages[0]?.state).toBe('delivered');
  });

  it('of what came since, what has no room in the page any more does not stand behind its newer ones', () => {
    const [a, b, c, d] = [make('a'), make('b'), make('c'), make('d')];
    expect(texts(replacePage([a], [a, b, c, d], [c]))).toEqual(['c', 'd']);
    expect(texts(mergePage([a, b, c, d], [make('x'), c], [b, c, d]).messages)).toEqual(['x', 'c', 'd']);
  });

  it('a page that does not touch what is shown replaces it, so that no gap is hidden', () => {
    expect(mergePage([make('a')], [make('x'), make('y')])).toMatchObject({ replaced: true });
    expect(texts(mergePage([], [make('x')]).messages)).toEqual(['x']);
  });
});

describe('a state event', () => {
  it('changes the state and forgets what was awaited', () => {
    const shown = [make('a', 'queued', { waitingFor: 'connection' })];
    const [changed] = applyState(shown, { type: 'message.state', conversationId, messageId: idOf('a'), state: 'sent' });
    expect(changed).toMatchObject({ state: 'sent' });
    expect(changed).not.toHaveProperty('waitingFor');
  });

  it('of a message that is not shown changes nothing', () => {
    const shown = [make('a')];
    expect(applyState(shown, { type: 'message.state', conversationId, messageId: idOf('b'), state: 'sent' })).toBe(shown);
  });
});
