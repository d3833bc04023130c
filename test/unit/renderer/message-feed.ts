import { fireEvent, screen, within } from '@testing-library/react';
import type { Message } from '../../../shared/model/message';
import { idOf, ownInstance } from '../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../preview/scenes';
import { openTalk } from './open-talk';
import type { Running } from './render-app';

/** When these conversations stand as they do. */
export const noon = Date.UTC(2026, 4, 6, 12);

export const openBo = (world = busyWorld(noon)): Promise<Running> => openTalk(world);

export const field = (): HTMLTextAreaElement => screen.getByRole('textbox', { name: 'Message' });
export const articles = (): HTMLElement[] => within(screen.getByRole('feed', { name: 'Messages' })).getAllByRole('article');
export const key = (target: Element, name: string, more: object = {}): boolean => fireEvent.keyDown(target, { key: name, ...more });

export function many(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    messageId: idOf(`many ${index}`),
    conversationId: talkWithBo,
    direction: index % 2 === 0 ? 'in' : 'out',
    instanceId: ownInstance,
    sequence: index + 1,
    kind: 'text',
    text: `message number ${index}`,
    sentAt: noon - (count - index) * 1000,
    state: 'delivered',
    keyEpoch: 1,
  }));
}
