// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { openAgain } from '../../../../renderer/app/left-open';
import type { Model } from '../../../../renderer/app/model';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { openTalk } from '../open-talk';
import { renderApp, settle } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);

const press = (name: string): void => {
  fireEvent.click(screen.getByRole('button', { name }));
};
const type = (name: string, value: string): void => {
  fireEvent.change(screen.getByLabelText(name, { selector: 'input, textarea' }), { target: { value } });
};
describe('after unlocking', () => {
  const lockAndUnlock = async (model: Model, meanwhile: () => void = () => undefined): Promise<void> => {
    press('Lock');
    await settle();
    // Two ids, and nothing of what they stand for.
    expect(model.ui.getState().selection).toBeUndefined();
    meanwhile();
    type('Passphrase', 'correct horse battery');
    press('Unlock');
    await settle();
  };

  it('the conversation that was open is open again, and one writes on', async () => {
    const { model } = await openTalk(busyWorld(now));
    await lockAndUnlock(model);
    expect(screen.getByRole('main', { name: /Bo Lindqvist/ })).toBeTruthy();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Message')));
  });

  it('whoever read further up is there again, unless something new came', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    // jsdom has no layout: the reader stands at the second message, far from the end.
    const [, second] = screen.getAllByRole('article');
    const place = second?.dataset['message'];
    const sizes = vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(5000);
    const places = vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function (this: Element) {
      const all = [...document.querySelectorAll('article')];
      return new DOMRect(0, this.tagName === 'ARTICLE' ? (all.indexOf(this as HTMLElement) - 1) * 100 : 0, 100, 100);
    });
    onTestFinished(() => [sizes, places].forEach((spy) => spy.mockRestore()));
    const stood: (string | undefined)[] = [];
    const scrolls = vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function (this: Element) {
      stood.push((this as HTMLElement).dataset['message']);
    });
    onTestFinished(() => scrolls.mockRestore());
    const setUnread = (unread: number): void => {
      fake.world.conversations = fake.world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, unread } : one));
    };
    await lockAndUnlock(model, () => setUnread(1));
    expect(screen.getByText('1 new message')).toBeTruthy();
    Object.assign(document.querySelector('.feed-box') ?? {}, { scrollTop: 0 });
    await lockAndUnlock(model, () => setUnread(0));
    await waitFor(() => expect(stood).toEqual([place]));
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
  });

  it.each([
    ['went back to the list of a narrow window', (model: Model) => model.ui.getState().back(), 'list'],
    ['had nothing open', (model: Model) => model.ui.getState().deselect(), 'list'],
  ])('whoever %s finds the list', async (_what, left, front) => {
    const { model } = await openTalk(busyWorld(now));
    act(() => left(model));
    const had = model.ui.getState().selection;
    await lockAndUnlock(model);
    expect(model.ui.getState()).toMatchObject({ front, selection: had });
  });

  it('a lock before it was found again: it is open after the next unlocking, and no answer of before opens it once more', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    const { selection, deselect } = model.ui.getState();
    const slow: { answer?: () => void } = {};
    await lockAndUnlock(model, () => model.conversations.setState({ load: () => new Promise((resolve) => (slow.answer = resolve)) }));
    expect(model.ui.getState().selection).toBeUndefined();
    fake.world.vault = 'locked';
    act(() => fake.emit({ type: 'vault.changed', state: 'locked' }));
    await settle();
    type('Passphrase', 'correct horse battery');
    press('Unlock');
    await settle();
    expect(model.ui.getState().selection).toEqual(selection);
    act(deselect);
    act(() => slow.answer?.());
    await settle();
    expect(model.ui.getState().selection).toBeUndefined();
  });

  it('a lock while its place is asked for: nothing is opened behind it', async () => {
    const { model } = await renderApp(busyWorld(now));
    const slow: { answer?: () => void } = {};
    model.messages.setState({ loadAround: () => new Promise((resolve) => (slow.answer = resolve)) });
    let isOpen = true;
    const opened = openAgain(model, { conversationId: talkWithBo, messageId: 'a'.repeat(32), front: 'conversation' }, () => isOpen);
    isOpen = false;
    slow.answer?.();
    await opened;
    expect(model.ui.getState().selection).toBeUndefined();
  });

  it('a link that waited is shown over it, and has the focus', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    await lockAndUnlock(model, () => {
      fake.world.link = 'keyshift:invite/AAAA';
    });
    for (let frame = 0; frame < 12; frame += 1) await act(() => new Promise<void>((done) => requestAnimationFrame(() => done())));
    const field = screen.getByLabelText<HTMLTextAreaElement>('Invitation link');
    expect([field.value, model.ui.getState().selection?.conversationId]).toEqual(['keyshift:invite/AAAA', talkWithBo]);
    expect(screen.getByRole('dialog').contains(document.activeElement)).toBe(true);
  });

  it('a conversation that is gone by then is not', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    await lockAndUnlock(model, () => void fake.world.conversations.splice(0));
    expect(model.ui.getState().selection).toBeUndefined();
  });
});
