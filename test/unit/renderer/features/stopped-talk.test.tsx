// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { failureReasons } from '../../../../renderer/features/conversation/failure-reasons';
import { failed } from '../../../../renderer/i18n/en/failed';
import { scenes } from '../../../preview/scenes';
import type { World } from '../../../preview/fake-world';
import { axeFindings } from '../axe';
import { pressNamed } from '../open-settings';
import { openTalk, pressKey, shortcut } from '../open-talk';
import { settle } from '../render-app';

const now = Date.now();
const broken = /^Broken Talk/;
function stopped(failure?: string): World {
  const world = scenes['hard']?.(now);
  if (world === undefined) throw new Error('no scene');
  world.conversations = world.conversations.map(({ failure: _scene, ...one }) =>
    one.state === 'failed' ? { ...one, ...(failure === undefined ? {} : { failure }) } : one,
  );
  return world;
}
const bar = (): HTMLElement => screen.getByRole('region', { name: 'This conversation was stopped' });

/** Until nobody who knows better took the focus. */
const frames = async (): Promise<void> => {
  for (let left = 12; left > 0; left -= 1) await act(() => new Promise<void>((drawn) => requestAnimationFrame(() => drawn())));
};

describe('a conversation in which nothing was said, nor can be', () => {
  it.each([[/^Old Invitation/, 'This contact has ended.'], [broken, 'This conversation was stopped']])('%s: does not say that its key can be renewed', async (name, why) => {
    const world = stopped('key-rollback');
    const talk = world.conversations.find(({ state }) => state === 'failed')?.conversationId ?? '';
    world.messages.set(talk, []);
    await openTalk(world, name);
    expect(document.body.textContent).toContain(why);
    expect(screen.getByText('Nothing was said here.')).toBeTruthy();
    expect(screen.queryByText(/renew it at any moment/)).toBeNull();
  });
});

describe('by keyboard in a conversation where nobody writes', () => {
  it('the focus is in it, and stays there where the field goes while one writes', async () => {
    const { fake, model } = await openTalk(stopped('key-rollback'), /^Bo Lindqvist/);
    const { contactId } = model.ui.getState().selection ?? {};
    act(() => screen.getByLabelText('Message').focus());
    const visited = new Set<string>();
    for (const digit of '123456789') {
      await shortcut(digit, { ctrlKey: true });
      await frames();
      const pane = document.activeElement?.closest('[data-pane="conversation"]');
      expect(pane, `conversation ${digit}`).not.toBeNull();
      visited.add(pane?.getAttribute('aria-label') ?? '');
    }
    expect([...visited].filter((label) => /Broken Talk|Old Invitation|Blocked Person/.test(label))).toHaveLength(3);
    const bo = fake.world.contacts.find((one) => one.contactId === contactId);
    act(() => model.showConversation(fake.world.conversations.find((one) => one.contactId === contactId)?.conversationId ?? ''));
    await frames();
    expect(document.activeElement).toBe(screen.getByLabelText('Message'));
    fake.world.contacts = fake.world.contacts.map((one) => (one === bo ? { ...one, reach: 'blocked' } : one));
    act(() => fake.emit({ type: 'contact.changed', contactId: contactId ?? '' }));
    await settle();
    await frames();
    expect(screen.queryByLabelText('Message')).toBeNull();
    expect(document.activeElement?.closest('[role="feed"]')).not.toBeNull();
  });
});

it('whoever reads further up as nobody writes here any more stays there, with the focus on what they read', async () => {
  const { fake, model } = await openTalk(stopped(), /^Bo Lindqvist/);
  const { contactId = '' } = model.ui.getState().selection ?? {};
  const box = document.querySelector<HTMLElement>('.feed-box') ?? document.body;
  Object.defineProperties(box, { scrollHeight: { value: 2_000 }, clientHeight: { value: 400 } });
  // The first is told of the new size, the second that somebody scrolled.
  fireEvent.scroll(box);
  box.scrollTop = 500;
  fireEvent.scroll(box);
  act(() => (document.activeElement as HTMLElement).blur());
  const focus = vi.spyOn(HTMLElement.prototype, 'focus');
  onTestFinished(() => focus.mockRestore());
  fake.world.contacts = fake.world.contacts.map((one) => (one.contactId === contactId ? { ...one, reach: 'blocked' } : one));
  act(() => fake.emit({ type: 'contact.changed', contactId }));
  await settle();
  await frames();
  expect(screen.queryByLabelText('Message')).toBeNull();
  // Without a layout, the first that is drawn begins in sight.
  expect(document.activeElement).toBe(box.querySelector('article'));
  expect(focus.mock.calls.at(-1)).toEqual([{ preventScroll: true }]);
  expect(box.scrollTop).toBe(500);
});

describe('by keyboard out of the details', () => {
  it('by their button, where nobody writes: to the messages', async () => {
    await openTalk(stopped('key-rollback'), broken);
    await shortcut('i', { ctrlKey: true });
    await pressKey(within(screen.getByRole('complementary')).getByRole('button', { name: 'Close' }));
    await frames();
    expect(screen.queryByRole('tab')).toBeNull();
    expect(document.activeElement?.closest('[role="feed"]')).not.toBeNull();
  });

  it('to what lies beneath them as a whole: they close, and stay where a part of it is seen', async () => {
    await openTalk(stopped());
    await shortcut('i', { ctrlKey: true });
    const lies = (element: Element, left: number, right: number): void => void vi.spyOn(element, 'getBoundingClientRect').mockReturnValue(new DOMRect(left, 0, right - left, 40));
    const field = screen.getByLabelText('Message');
    const menu = screen.getByRole('button', { name: 'Conversation menu' });
    lies(screen.getByRole('complementary'), 560, 900);
    lies(field, 320, 880);
    lies(menu, 820, 856);
    act(() => field.focus());
    expect(screen.queryAllByRole('tab')).not.toEqual([]);
    act(() => menu.focus());
    expect(screen.queryAllByRole('tab')).toEqual([]);
    expect(document.activeElement).toBe(menu);
  });

  it('with the person, who is removed: to the list', async () => {
    const { fake } = await openTalk(stopped('key-rollback'));
    await shortcut('v', { ctrlKey: true, shiftKey: true });
    await pressNamed('Remove…');
    await pressKey(screen.getByRole('button', { name: 'Remove Bo Lindqvist' }));
    await frames();
    expect(fake.world.contacts.map(({ name }) => name)).not.toContain('Bo Lindqvist');
    expect(document.activeElement?.closest('[data-pane="list"] .list-item')).not.toBeNull();
  });
});

it('a menu keeps the keys that lead to another conversation: it would speak of a message that is no longer there', async () => {
  const { model } = await openTalk(stopped());
  const { conversationId } = model.ui.getState().selection ?? {};
  act(() => screen.getAllByRole('article').at(-1)?.focus());
  await shortcut('F10', { shiftKey: true });
  expect(screen.getByRole('menu')).toBeTruthy();
  await shortcut('2', { ctrlKey: true });
  await shortcut('ArrowDown', { altKey: true });
  expect(model.ui.getState().selection?.conversationId).toBe(conversationId);
  expect(screen.getByRole('menu')).toBeTruthy();
});

describe('S2-10: a stopped conversation', () => {
  it.each(failureReasons)('%s: says why in words of its own, what is safe, and the rule', async (reason) => {
    await openTalk(stopped(reason), broken);
    const words = bar().textContent ?? '';
    expect(words).toContain(failed[`failed.${reason}`].replaceAll('{name}', 'Broken Talk'));
    expect(words).toContain('What you both wrote and read before stays here.');
    expect(words).toContain(`Rule: ${reason}`);
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
    expect(screen.getByTestId('key-badge').getAttribute('aria-label')).toBe('Keys: Needs you');
  });

  it('no two reasons share their words', () => {
    expect(new Set(failureReasons.map((reason) => failed[`failed.${reason}`])).size).toBe(failureReasons.length);
  });

  it.each([[undefined], ['some-later-rule']])('%s: a reason that is not known has the general words', async (reason) => {
    await openTalk(stopped(reason), broken);
    expect(bar().textContent).toContain('Something in it did not add up.');
  });

  it('goes on in a new one by keyboard; both lead to each other; asked again it is the same one', async () => {
    const { fake } = await openTalk(stopped('key-rollback'), broken);
    expect(await axeFindings()).toEqual([]);
    const before = fake.world.conversations.length;
    await pressKey(within(bar()).getByRole('button', { name: 'Continue in a new conversation' }));
    expect(fake.world.conversations).toHaveLength(before + 1);
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
    expect(within(screen.getByRole('feed')).getByText('Lovely. Which paper did you take in the end?')).toBeTruthy();
    await pressKey(screen.getByRole('button', { name: 'Show the earlier one' }));
    expect(bar()).toBeTruthy();
    expect(screen.getByTestId('delivery-state').textContent).toBe('Sent again in the conversation that goes on');
    await pressKey(within(bar()).getByRole('button', { name: 'Go to the new conversation' }));
    expect(screen.getByText(/^This goes on where an earlier conversation was stopped/)).toBeTruthy();
    expect(fake.world.conversations).toHaveLength(before + 1);
  });

  it('what was being written when it was stopped is still seen, with a button that copies it', async () => {
    const world = stopped('key-rollback');
    world.conversations = world.conversations.map((one) => (one.state === 'failed' ? { ...one, draft: { text: 'To the sea' } } : one));
    await openTalk(world, broken);
    expect(screen.getByRole('note').textContent).toBe('You wrote this, and it was not sent: To the seaThrow it awayCopy it');
    expect(await axeFindings()).toEqual([]);
  });

  it('what was being written can be thrown away, which can be taken back; the focus stays', async () => {
    const world = stopped('key-rollback');
    world.conversations = world.conversations.map((one) => (one.state === 'failed' ? { ...one, draft: { text: 'To the sea' } } : one));
    const { fake, model } = await openTalk(world, broken);
    const stored = (): string | undefined => fake.world.conversations.find(({ state }) => state === 'failed')?.draft?.text;
    const rest = async (): Promise<void> => {
      act(() => model.drafts.getState().flush());
      await settle();
    };
    await pressKey(screen.getByRole('button', { name: 'Throw it away' }));
    await rest();
    expect(stored()).toBeUndefined();
    expect(screen.getByRole('note').textContent).toBe('What you wrote is thrown away.Take it back');
    expect(document.activeElement?.textContent).toBe('Take it back');
    await pressKey(screen.getByRole('button', { name: 'Take it back' }));
    await rest();
    expect(stored()).toBe('To the sea');
    await pressKey(screen.getByRole('button', { name: 'Throw it away' }));
    await pressKey(within(screen.getByRole('navigation')).getByRole('button', { name: /^Bo Lindqvist/ }));
    await pressKey(within(screen.getByRole('navigation')).getByRole('button', { name: broken }));
    expect(screen.queryByRole('note')).toBeNull();
  });

  it('says why it cannot go on, and nothing is opened', async () => {
    const { fake } = await openTalk(stopped('key-conflict'), broken);
    const before = fake.world.conversations.length;
    fake.world.failing.set('conversations.continue', 'contact.blocked');
    await pressKey(within(bar()).getByRole('button', { name: 'Continue in a new conversation' }));
    expect(screen.getByText('You have blocked this person. Unblock them to write.')).toBeTruthy();
    expect(bar()).toBeTruthy();
    expect(fake.world.conversations).toHaveLength(before);
  });

  it('stands in the list as stopped', async () => {
    await openTalk(stopped('key-reused'), broken);
    expect(within(screen.getByRole('navigation')).getByRole('button', { name: /^Broken Talk.*Stopped/ })).toBeTruthy();
  });
});

describe('S3-15: somebody whose certificate ended long ago', () => {
  const lapsedBar = (): HTMLElement => screen.getByRole('region', { name: 'Certificate out of date' });
  /** Bo, met like that, and what happens when the user lets it count. */
  function lapsed(): World {
    const world = scenes['busy']?.(now);
    if (world === undefined) throw new Error('no scene');
    world.contacts = world.contacts.map((one) => (one.name === 'Bo Lindqvist' ? { ...one, lapsed: { since: now - 121 * 86_400_000 } } : one));
    return world;
  }

  it('says so above the composer, in words a reader finds; what is written is kept; allowed by keyboard it is gone, and said', async () => {
    const { fake } = await openTalk(lapsed());
    expect(await axeFindings()).toEqual([]);
    const bar = lapsedBar();
    expect(within(bar).getByRole('alert').textContent).toMatch(/^The certificate of Bo Lindqvist ended on /);
    expect(bar.textContent).toContain('for 90 days, for this key alone');
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
    await pressKey(within(bar).getByRole('button', { name: 'Allow for 90 days' }));
    expect(fake.calls.filter((call) => call === 'contacts.acceptLapsed')).toHaveLength(1);
    expect(fake.world.contacts.filter(({ lapsed: one }) => one?.until !== undefined).map(({ name }) => name)).toEqual(['Bo Lindqvist']);
    expect(screen.queryByRole('region', { name: 'Certificate out of date' })).toBeNull();
  });

  it('leads to comparing keys; refused, it stays and says why', async () => {
    const { fake } = await openTalk(lapsed());
    fake.world.failing.set('contacts.acceptLapsed', 'key.not-lapsed');
    await pressKey(within(lapsedBar()).getByRole('button', { name: 'Allow for 90 days' }));
    expect(screen.getByText('There is nothing to decide about this person’s certificate any more. Go on as usual.')).toBeTruthy();
    await pressKey(within(lapsedBar()).getByRole('button', { name: 'Compare numbers' }));
    expect(screen.getByRole('dialog')).toBeTruthy();
    expect(await axeFindings()).toEqual([]);
  });
});
