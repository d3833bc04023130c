// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../shared/model/message';
import { routeEvent } from '../../../../renderer/app/event-router';
import { makeTransfer } from '../../../preview/fake-files';
import { idOf, type World } from '../../../preview/fake-world';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { openTalk } from '../open-talk';
import { settle, type Running } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);
const articles = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('article')];
const dialog = (): HTMLElement => screen.getByRole('dialog', { name: 'Forward this message' });
const newest = (world: World, talk: string): Message | undefined => world.messages.get(talk)?.at(-1);

/** By its key, on the newest message. */
async function forwardNewest(world: World): Promise<Running> {
  const running = await openTalk(world);
  const last = articles().at(-1);
  act(() => last?.focus());
  fireEvent.keyDown(last ?? document.body, { key: 'f' });
  await settle();
  return running;
}

async function pick(name: string): Promise<void> {
  const field = within(dialog()).getByRole('combobox', { name: 'Find a person' });
  fireEvent.change(field, { target: { value: name } });
  fireEvent.keyDown(field, { key: 'Enter' });
  await settle();
}

const press = async (name: string): Promise<void> => {
  // One that closes stands in the head of each dialog as well.
  fireEvent.click(within(dialog()).getAllByRole('button', { name }).at(-1) ?? dialog());
  await settle();
};

/** The newest message of Bo's brings this file. */
function withFile(world: World, held: boolean): World {
  const messages = world.messages.get(talkWithBo) ?? [];
  const last = messages.at(-1);
  if (last === undefined) throw new Error('nothing was said');
  const transfer = makeTransfer({ transferId: idOf('plan'), conversationId: talkWithBo, messageId: last.messageId, name: 'plan.pdf', held });
  const { transferId, name, size, mediaType } = transfer;
  world.messages.set(talkWithBo, [...messages.slice(0, -1), { ...last, kind: 'file', text: 'from the office', file: { transferId, name, size, mediaType } }]);
  world.transfers = [transfer];
  return world;
}

describe('forwarding a message', () => {
  it('by keyboard: to whom, then what, which can be changed; it is a new message that says nothing of the other, and the focus comes back', async () => {
    const { fake } = await forwardNewest(busyWorld(now));
    expect(await axeFindings()).toEqual([]);
    await pick('Carla');
    expect(document.activeElement).toBe(within(dialog()).getByRole('button', { name: /^Send to Carla/ }));
    expect(dialog().textContent).toContain('Harbour report');
    expect(dialog().textContent).toContain('Nothing in it says who wrote it first, or when.');
    expect(await axeFindings()).toEqual([]);
    const words = within(dialog()).getByRole<HTMLTextAreaElement>('textbox', { name: 'Your message' });
    expect(words.value).toBe('See you at five?');
    fireEvent.change(words, { target: { value: 'See you at five? asks Bo' } });
    const before = newest(fake.world, talkWithBo);
    fireEvent.submit(words);
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    const sent = newest(fake.world, talkWithCarla);
    expect(sent).toMatchObject({ kind: 'text', text: 'See you at five? asks Bo', direction: 'out' });
    expect(JSON.stringify(sent)).not.toContain(before?.messageId);
    expect(newest(fake.world, talkWithBo)).toEqual(before);
    expect(screen.getByText(/^Sent to Carla/)).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(articles().at(-1)));
  });

  it('a file goes from here, without being chosen again; one whose content is not here says what to do first', async () => {
    const { fake } = await forwardNewest(withFile(busyWorld(now), true));
    await pick('Carla');
    const words = within(dialog()).getByRole<HTMLTextAreaElement>('textbox', { name: /beside the file/ });
    expect(words.value).toBe('from the office');
    expect(within(dialog()).getByText('plan.pdf')).toBeTruthy();
    fireEvent.change(words, { target: { value: ' ' } });
    fireEvent.submit(words);
    await settle();
    expect(newest(fake.world, talkWithCarla)).toMatchObject({ kind: 'file', text: '', file: { name: 'plan.pdf' } });
    expect(newest(fake.world, talkWithCarla)?.file?.transferId).not.toBe(idOf('plan'));
  });

  it('a file that is not here is fetched first', async () => {
    const { fake } = await forwardNewest(withFile(busyWorld(now), false));
    expect(within(dialog()).getByText(/Fetch it first/)).toBeTruthy();
    await press('Close');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(fake.calls).not.toContain('files.send');
  });

  it('whom nothing can be said to is not offered; what went wrong is said and nothing written is lost; Back asks again', async () => {
    const world = busyWorld(now);
    world.contacts = world.contacts.map((one) => (one.name.startsWith('Carla') ? one : { ...one, reach: 'blocked' }));
    const { fake } = await forwardNewest(world);
    const options = within(dialog()).getAllByRole('option');
    expect(options.map((one) => one.textContent).every((each) => each.includes('Carla'))).toBe(true);
    await pick('Carla');
    fake.world.failing.set('messages.send', 'disk.full');
    const words = (): HTMLTextAreaElement => within(dialog()).getByRole<HTMLTextAreaElement>('textbox', { name: 'Your message' });
    fireEvent.change(words(), { target: { value: 'written with care' } });
    fireEvent.submit(words());
    await settle();
    expect(within(dialog()).getByRole('alert').textContent).toContain('The disk is full');
    expect(words().value).toBe('written with care');
    await press('Back');
    expect(within(dialog()).getByRole('combobox', { name: 'Find a person' })).toBeTruthy();
  });

  it('what is taken back meanwhile is not sent on: the dialog goes', async () => {
    const { fake, model } = await forwardNewest(busyWorld(now));
    await pick('Carla');
    const message = newest(fake.world, talkWithBo);
    if (message === undefined) throw new Error('nothing was said');
    act(() => routeEvent(model, { type: 'message.changed', conversationId: talkWithBo, message: { ...message, kind: 'deleted', text: '' } }));
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(fake.calls).not.toContain('messages.send');
  });
});
