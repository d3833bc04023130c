// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import type { ContactRequest } from '../../../../shared/model/contact';
import { emptyWorld } from '../../../preview/fake-world';
import { idOf } from '../../../preview/ids';
import { busyWorld, scenes, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { pressNamed } from '../open-settings';
import { renderApp, settle } from '../render-app';

const now = Date.now();
const requestOf = (): string | null | undefined => document.activeElement?.closest('.request')?.querySelector('.list-name')?.textContent;

function threeRequests(): ContactRequest[] {
  const [request] = scenes['requests']?.(now).requests ?? [];
  if (request === undefined) throw new Error('no request');
  return ['a', 'b', 'c'].map((each) => ({ ...request, requestId: idOf(each), name: `Asks ${each}` }));
}

async function ask(at: number): Promise<void> {
  const button = screen.getAllByRole('button', { name: 'Decline' })[at];
  if (button === undefined) throw new Error('nobody asks');
  // Where the window begins is decided by then: whoever still looks for that would take the focus as soon as the button is gone.
  await waitFor(() => expect(document.activeElement).not.toBe(document.body));
  button.focus();
  await act(() => new Promise<void>((done) => void requestAnimationFrame(() => done())));
  fireEvent.click(button);
  await settle();
}

async function decline(at: number): Promise<void> {
  await ask(at);
  await pressNamed('Decline the request');
}

describe('declining a request', () => {
  it('takes it from the list here where another own device did it', async () => {
    const world = Object.assign(scenes['requests']?.(now) ?? emptyWorld(), { requests: threeRequests() });
    const { fake } = await renderApp(world);
    expect(screen.getAllByRole('button', { name: 'Decline' })).toHaveLength(3);
    const [first, ...rest] = world.requests;
    act(() => {
      fake.world.requests = rest;
      fake.emit({ type: 'contact.requestOver', requestId: first?.requestId ?? '' });
    });
    await settle();
    expect(screen.getAllByRole('button', { name: 'Decline' })).toHaveLength(2);
  });

  it('is asked first, with what it means; left open, it stays as it was', async () => {
    const world = scenes['requests']?.(now) ?? emptyWorld();
    const { fake } = await renderApp(Object.assign(world, { requests: threeRequests() }));
    await ask(1);
    const question = screen.getByRole('dialog', { name: 'Decline the request of Asks b?' });
    expect(question.textContent).toContain('your device answers that you declined');
    expect(document.activeElement?.textContent).toBe('Leave it open');
    expect(await axeFindings()).toEqual([]);
    await pressNamed('Leave it open');
    expect(fake.world.requests).toHaveLength(3);
    await waitFor(() => expect(requestOf()).toBe('Asks b'));
    expect(fake.calls).not.toContain('contacts.answerRequest');
  });

  it('that was answered on another own device meanwhile says so and goes', async () => {
    const world = scenes['requests']?.(now) ?? emptyWorld();
    const { fake } = await renderApp(Object.assign(world, { requests: threeRequests() }));
    await ask(1);
    fake.world.failing.set('contacts.answerRequest', 'request.unknown');
    fake.world.requests.splice(1, 1);
    await pressNamed('Decline the request');
    expect(screen.getByRole('alert').textContent).toContain('request');
    expect(screen.queryByText('Request declined.')).toBeNull();
    await pressNamed('Leave it open');
    await waitFor(() => expect(screen.queryByText('Asks b')).toBeNull());
  });

  it('leaves the focus on the next one, on the one before where there is none behind it, and at last on the conversations', async () => {
    const world = scenes['requests']?.(now) ?? emptyWorld();
    await renderApp(Object.assign(world, { requests: threeRequests() }));
    await decline(1);
    await waitFor(() => expect(requestOf()).toBe('Asks c'));
    // A key pressed twice lets nobody in, and turns nobody else away.
    expect(document.activeElement?.matches('article.request')).toBe(true);
    await decline(1);
    await waitFor(() => expect(requestOf()).toBe('Asks a'));
    await decline(0);
    await waitFor(() => expect(document.activeElement?.closest('[data-row]')).toBeTruthy());
  });

  it('accepted twice it is answered once; refused for a lock, nothing is asked of it that nobody hears', async () => {
    const world = scenes['requests']?.(now) ?? emptyWorld();
    const { fake, model } = await renderApp(Object.assign(world, { requests: threeRequests() }));
    const late: { refuse?: () => void } = {};
    const answer = vi.spyOn(model.client.contacts, 'answerRequest').mockReturnValue(new Promise((_done, refuse) => (late.refuse = () => refuse(new KeyshiftError('vault.locked', '')))));
    for (let times = 0; times < 2; times += 1) {
      fireEvent.click(screen.getAllByRole('button', { name: 'Accept' })[0] ?? expect.unreachable('a button'));
      await settle();
    }
    expect(answer).toHaveBeenCalledTimes(1);
    const list = vi.spyOn(model.client.contacts, 'list').mockRejectedValue(new KeyshiftError('vault.locked', ''));
    const [told, unheard] = [vi.fn(), vi.fn()];
    process.on('unhandledRejection', unheard);
    onTestFinished(() => {
      process.off('unhandledRejection', unheard);
    });
    onTestFinished(model.onFailure(told));
    late.refuse?.();
    await settle();
    expect([list.mock.calls.length, unheard.mock.calls.length, told.mock.calls.length]).toEqual([1, 0, 0]);
    expect(fake.world.requests).toHaveLength(3);
  });

  const acceptFirst = (): HTMLElement => screen.getAllByRole('button', { name: 'Accept' })[0] ?? expect.unreachable('a button');

  it('accepted beside another conversation it leads to the person who came, with the focus where one writes to them', async () => {
    const world = Object.assign(busyWorld(now), { requests: threeRequests() });
    const { model } = await renderApp(world);
    act(() => model.showConversation(talkWithBo));
    await settle();
    acceptFirst().focus();
    fireEvent.click(acceptFirst());
    await settle();
    expect(model.contacts.getState().contacts.find(({ contactId }) => contactId === model.ui.getState().selection?.contactId)?.name).toBe('Asks a');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' })));
  });

  it.each(['Accept', 'Decline'])('that was answered by “%s” is told no more', async (answer) => {
    const world = Object.assign(busyWorld(now), { requests: threeRequests().slice(0, 1) });
    const { fake } = await renderApp(world);
    const [request] = world.requests;
    if (request === undefined) throw new Error('no request');
    act(() => fake.emit({ type: 'contact.request', ...request }));
    const told = (): Element | null => screen.queryByText('Asks a wants to talk to you.');
    expect(told()).toBeTruthy();
    await pressNamed(answer);
    if (answer === 'Decline') await pressNamed('Decline the request');
    await settle();
    expect(told()).toBeNull();
  });

  it('that was answered is told no more also where the language became another one meanwhile, and the one of a namesake is', async () => {
    const [first, second] = threeRequests();
    if (first === undefined || second === undefined) throw new Error('no request');
    const world = Object.assign(busyWorld(now), { requests: [first, second] });
    const { fake, model } = await renderApp(world);
    act(() => fake.emit({ type: 'contact.request', ...first }));
    // Pointed at it stays, however long another language takes.
    fireEvent.pointerEnter(screen.getByText('Asks a wants to talk to you.').closest('.toast') ?? expect.unreachable('a notice'));
    await act(() => model.settings.getState().change({ language: 'de' }));
    await settle();
    await screen.findAllByRole('button', { name: 'Annehmen' });
    await settle();
    act(() => fake.emit({ type: 'contact.request', ...second, name: first.name }));
    const told = (): readonly string[] => model.ui.getState().toasts.map(({ text }) => text);
    expect(told()).toHaveLength(2);
    await act(() => model.contacts.getState().answer(first.requestId, false));
    await settle();
    expect(told()).toEqual([expect.stringMatching(/^Asks a möchte/u)]);
  });

  it.each(['writes in the conversation that is open', 'went to another conversation'])('whoever %s by the time it is answered stays there', async (where) => {
    const world = Object.assign(busyWorld(now), { requests: threeRequests() });
    const { model } = await renderApp(world);
    act(() => model.showConversation(talkWithBo));
    await settle();
    const answered = model.client.contacts.answerRequest;
    let go = (): void => undefined;
    const gate = new Promise<void>((done) => (go = done));
    vi.spyOn(model.client.contacts, 'answerRequest').mockImplementation(async (asked) => (await gate, answered(asked)));
    acceptFirst().focus();
    fireEvent.click(acceptFirst());
    if (where.startsWith('writes')) screen.getByRole('textbox', { name: 'Message' }).focus();
    else act(() => model.showConversation(talkWithCarla));
    go();
    await settle();
    await waitFor(() => expect(screen.getAllByRole('button', { name: 'Accept' })).toHaveLength(2));
    expect(model.ui.getState().selection?.conversationId).toBe(where.startsWith('writes') ? talkWithBo : talkWithCarla);
  });

  it('leaves the focus on the ways to somebody where nobody is in the list yet', async () => {
    await renderApp(emptyWorld({ requests: threeRequests().slice(0, 1) }));
    await decline(0);
    await waitFor(() => expect(document.activeElement?.closest('.list-ways')).toBeTruthy());
  });
});
