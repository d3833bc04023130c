// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { nearby as words } from '../../../../renderer/i18n/en/nearby';
import { meetingEnd, type DiscoveryStatus, type Meeting } from '../../../../shared/model/discovery';
import { emptyWorld, idOf, makeContact, type World } from '../../../preview/fake-world';
import { bo, busyWorld } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { openTalk, pressKey, shortcut } from '../open-talk';
import { renderApp, settle, type Running } from '../render-app';

const now = Date.now();
const heron = { nearbyId: idOf('heron'), name: 'quiet-heron-07' } as const;
const dialog = (): HTMLElement => screen.getByRole('dialog', { name: 'People near you' });
const button = (name: string): HTMLElement => screen.getByRole('button', { name });
const bars = (): HTMLElement => screen.getByRole('region', { name: 'Needs attention' });
const running = (change: Partial<DiscoveryStatus> = {}): DiscoveryStatus => ({ running: true, name: 'blue-otter-42', endsAt: Date.now() + 300_000, people: [heron], ...change });
const meeting = (step: Meeting['step'], change: Partial<Meeting> = {}): Meeting => ({ name: heron.name, askedBy: 'them', step, ...change });
const tell = async (task: () => void): Promise<void> => {
  act(task);
  await settle();
};

async function openNearby(world: World = emptyWorld()): Promise<Running> {
  const own = await renderApp(world);
  await shortcut('P', { ctrlKey: true, shiftKey: true });
  return own;
}

describe('finding people near', () => {
  it('is offered where nobody is yet, in the list, for a new conversation, and by keys', async () => {
    const { fake } = await renderApp(emptyWorld());
    expect(screen.getByText('Nobody here yet.').parentElement?.textContent).toBe('Nobody here yet.Two people need one minute.Invite someoneFind people near meOpen an invitation');
    await pressKey(button('Find people near me'));
    expect(dialog()).toBeTruthy();
    await shortcut('Escape');
    await tell(() => {
      fake.world.contacts = [bo];
      fake.emit({ type: 'contact.changed', contactId: bo.contactId });
    });
    await pressKey(within(screen.getByRole('navigation')).getByRole('button', { name: 'Find people near me' }));
    expect(dialog()).toBeTruthy();
    await shortcut('Escape');
    await shortcut('n', { ctrlKey: true });
    await pressKey(within(screen.getByRole('dialog')).getByRole('button', { name: 'Find people near me' }));
    expect(dialog()).toBeTruthy();
  });

  it('nothing runs before the button is pressed, and the dialog says so, how long it takes and what others see', async () => {
    const { fake } = await openNearby();
    expect(dialog().textContent).toMatch(/off until you press the button, and ends by itself after 5 minutes/);
    expect(dialog().textContent).toMatch(/two random words and a number, such as .*They do not see your name/);
    expect(fake.calls).not.toContain('discovery.start');
    expect(document.activeElement).toBe(button('Start looking'));
    expect(await axeFindings()).toEqual([]);
  });

  it('shows the own words large, the time left, and what to do while nobody is there', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now });
    try {
      const { fake } = await openNearby();
      await pressKey(button('Start looking'));
      expect(fake.world.discovery.running).toBe(true);
      expect(dialog().textContent).toContain('blue-otter-42');
      expect(screen.getByRole('timer').textContent).toBe('Ends in 5:00');
      expect(dialog().textContent).toContain('Ask the other person to open');
      expect(button('Invite instead')).toBeTruthy();
      act(() => void vi.advanceTimersByTime(58_000));
      expect(screen.getByRole('timer').textContent).toBe('Ends in 4:02');
      expect(document.activeElement).toBe(screen.getByRole('group', { name: 'Others see you as' }));
    } finally {
      vi.useRealTimers();
    }
  });

  it('a failure to start has its sentence and another way', async () => {
    await openNearby(emptyWorld({ failing: new Map([['discovery.start', 'discovery.not-possible']]) }));
    await pressKey(button('Start looking'));
    expect(screen.getByRole('alert').textContent).toContain('cannot look for people nearby right now');
    await pressKey(button('Invite instead'));
    expect(screen.getByRole('dialog', { name: 'Invite someone' })).toBeTruthy();
  });

  it('ends by itself: the dialog says so, and asks once when the time is up', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running({ endsAt: now - 1_000 }) }));
    expect(fake.calls.filter((call) => call === 'discovery.status').length).toBe(2);
    await tell(() => fake.tellNearby({ running: false, people: [] }));
    expect(dialog().textContent).toContain('The five minutes are over. Nobody nearby can find you any more.');
    expect(button('Start looking')).toBeTruthy();
  });

  it('an end before its time is said as what it is', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running() }));
    await tell(() => fake.tellNearby({ running: false, people: [] }));
    expect(dialog().textContent).toContain('The search ended before its time');
  });

  it('stopping is said as what it is', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running() }));
    await pressKey(button('Stop looking'));
    expect(fake.world.discovery.running).toBe(false);
    expect(dialog().textContent).toContain('You stopped looking.');
  });

  it('why somebody cannot be asked is said, and the list stays', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running() }));
    for (const [code, sentence] of [
      ['discovery.gone', 'Nothing was given away; ask them to start looking again.'],
      ['discovery.busy', 'Finish it, or end it, then try again.'],
      ['discovery.too-many', 'Wait ten minutes, or invite with a link.'],
    ] as const) {
      fake.world.failing.set('discovery.meet', code);
      await pressKey(button('Meet quiet-heron-07'));
      expect(screen.getByRole('alert').textContent).toContain(sentence);
    }
    expect(fake.world.discovery.meeting).toBeUndefined();
  });
});

describe('a meeting', () => {
  it('asked here, by keyboard alone: ask, wait, compare, say the same, wait, met, say hello with the cursor in the composer', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running() }));
    await pressKey(button('Meet quiet-heron-07'));
    expect(screen.getByRole('group', { name: 'Waiting for quiet-heron-07' })).toBe(document.activeElement);
    expect(screen.queryByRole('button', { name: /^Meet / })).toBeNull();
    expect(await axeFindings()).toEqual([]);

    await tell(() => fake.tellNearby({ meeting: meeting('compare', { digits: '012345', askedBy: 'you' }) }));
    const compare = screen.getByRole('group', { name: 'Do both screens show this?' });
    expect(compare).toBe(document.activeElement);
    const digits = screen.getByTestId('meeting-digits');
    expect(digits.querySelector('.only-heard')?.textContent).toBe('0 1 2, 3 4 5. ');
    expect([...digits.querySelectorAll('[aria-hidden] > span')].map((group) => group.textContent)).toEqual(['012', '345']);
    expect(document.getElementById(compare.getAttribute('aria-describedby') ?? '')?.contains(digits)).toBe(true);
    expect(await axeFindings()).toEqual([]);

    await pressKey(button('Same on both screens'));
    expect(fake.world.discovery.meeting?.step).toBe('waiting');
    expect(dialog().textContent).toContain('Now quiet-heron-07 has to say so too.');
    const wren = makeContact('Wren Abbott', { who: 'checked', checked: true });
    await tell(() => {
      fake.world.contacts = [wren];
      fake.emit({ type: 'contact.changed', contactId: wren.contactId });
      fake.tellNearby({ meeting: meeting('met', { contactId: wren.contactId }) });
    });
    expect(screen.getByRole('group', { name: 'You have met Wren Abbott' })).toBeTruthy();
    expect(dialog().textContent).toContain('Checked by you');
    expect(await axeFindings()).toEqual([]);
    await pressKey(button('Say hello'));
    expect(screen.queryByRole('dialog')).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' })));
    expect(screen.queryByText(/You have met/)).toBeNull();
    // Who was looked for is found.
    expect(fake.world.discovery.running).toBe(false);
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
  });

  it('asked by the other side: nothing is accepted by a key pressed at that moment; accept leads on, decline ends it', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running() }));
    act(() => button('Stop looking').focus());
    await tell(() => fake.tellNearby({ meeting: meeting('asked') }));
    expect(document.activeElement).toBe(screen.getByRole('group', { name: 'quiet-heron-07 wants to meet you' }));
    fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Enter' });
    await settle();
    expect(fake.calls).not.toContain('discovery.answer');
    await pressKey(button('Accept'));
    expect(screen.getByTestId('meeting-digits')).toBeTruthy();
    await pressKey(button('Different'));
    expect(dialog().textContent).toContain('The digits were not the same on both screens. Somebody may have stood between you');
    await pressKey(button('Back to the list'));
    expect(button('Meet quiet-heron-07')).toBeTruthy();
    await tell(() => fake.tellNearby({ meeting: meeting('asked') }));
    await pressKey(button('Decline'));
    expect(fake.world.discovery).toMatchObject({ running: true, people: [heron] });
    expect(button('Meet quiet-heron-07')).toBeTruthy();
  });

  it('every end has a sentence of its own and a next step', async () => {
    expect(new Set(meetingEnd.options.map((reason) => words[`nearby.end.${reason}`])).size).toBe(meetingEnd.options.length);
    const { fake } = await openNearby(emptyWorld({ contacts: [bo], discovery: running() }));
    for (const reason of meetingEnd.options) {
      await tell(() => fake.tellNearby({ meeting: meeting('asked') }));
      await tell(() => fake.tellNearby({ meeting: meeting('ended', { reason, ...(reason === 'other-key' || reason === 'blocked' ? { contactId: bo.contactId } : {}) }) }));
      const page = screen.getByRole('group');
      expect(page.textContent, reason).toMatch(/\./);
      expect(within(page).getAllByRole('button').map((one) => one.textContent), reason).toEqual(
        reason === 'other-key' || reason === 'blocked' ? ['Open the conversation'] : reason === 'too-many' ? ['Invite instead'] : reason === 'failed' ? ['Invite instead', 'Back to the list'] : ['Back to the list'],
      );
    }
  });

  it('a question can be taken back; the search goes on', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running() }));
    await pressKey(button('Meet quiet-heron-07'));
    await pressKey(button('Cancel'));
    expect(fake.world.discovery).toMatchObject({ running: true });
    expect(fake.world.discovery.meeting).toBeUndefined();
    expect(button('Meet quiet-heron-07')).toBeTruthy();
  });

  it('when the search ended with it, one press looks again', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running({ meeting: meeting('asking', { askedBy: 'you' }) }) }));
    await tell(() => fake.tellNearby({ running: false, people: [], meeting: meeting('ended', { reason: 'timeout' }) }));
    await pressKey(button('Look again'));
    expect(fake.world.discovery.running).toBe(true);
    expect(screen.getByRole('group', { name: 'Others see you as' })).toBeTruthy();
  });

  it('an answer that comes too late is told', async () => {
    await openNearby(emptyWorld({ discovery: running({ meeting: meeting('compare', { digits: '123456' }) }), failing: new Map([['discovery.confirm', 'discovery.no-meeting']]) }));
    await pressKey(button('Same on both screens'));
    expect(screen.getByText('That meeting is over, and nothing was exchanged. Start again.')).toBeTruthy();
  });

  it('what ended before the window looked is not told again', async () => {
    await openNearby(emptyWorld({ discovery: { running: false, people: [], meeting: meeting('ended', { reason: 'gone' }) } }));
    expect(button('Start looking')).toBeTruthy();
    expect(dialog().textContent).not.toContain('called it off');
  });
});

describe('while the dialog is closed', () => {
  it('a bar says that one can be seen, and ends it', async () => {
    const { fake } = await openNearby(emptyWorld({ discovery: running() }));
    expect(screen.queryByText(/can find you as/)).toBeNull();
    await shortcut('Escape');
    expect(bars().textContent).toContain('People near you can find you as blue-otter-42.');
    expect(await axeFindings()).toEqual([]);
    await pressKey(within(bars()).getByRole('button', { name: 'Stop looking' }));
    expect(fake.world.discovery.running).toBe(false);
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
    expect(document.activeElement).not.toBe(document.body);
  });

  it('that it is over is told', async () => {
    const { fake } = await renderApp(emptyWorld({ discovery: running({ endsAt: Date.now() }) }));
    await tell(() => fake.tellNearby({ running: false, people: [] }));
    expect(screen.getByText('The five minutes are over. Nobody nearby can find you any more.')).toBeTruthy();
  });

  it('an ask shows where the person is: said aloud, the focus stays where one writes, and accepting opens the digits', async () => {
    const { fake } = await openTalk(busyWorld(now, { discovery: running() }));
    const field = screen.getByRole('textbox', { name: 'Message' });
    act(() => field.focus());
    await tell(() => fake.tellNearby({ meeting: meeting('asked') }));
    expect(document.activeElement).toBe(field);
    expect(screen.getAllByText('quiet-heron-07 wants to meet you')).toHaveLength(2);
    await pressKey(within(bars()).getByRole('button', { name: 'Accept' }));
    expect(within(dialog()).getByTestId('meeting-digits')).toBeTruthy();
  });

  it('accepted, the digits take no place of a dialog that was opened meanwhile', async () => {
    const { fake, model } = await openTalk(busyWorld(now, { discovery: running() }));
    await tell(() => fake.tellNearby({ meeting: meeting('asked') }));
    let answer: (() => void) | undefined;
    vi.spyOn(model.client.discovery, 'answer').mockReturnValue(new Promise((resolve) => (answer = () => resolve(null))));
    await pressKey(within(bars()).getByRole('button', { name: 'Accept' }));
    await shortcut(',', { ctrlKey: true });
    answer?.();
    await settle();
    expect(screen.getByRole('dialog', { name: 'Settings' })).toBeTruthy();
  });

  it('an ask that comes while somebody types in the help over it takes no key from them', async () => {
    const { fake, model } = await openNearby(emptyWorld({ discovery: running() }));
    await tell(() => model.ui.getState().showHelp(true));
    const [search, left] = [document.activeElement, vi.fn()];
    expect(search?.matches('input')).toBe(true);
    search?.addEventListener('blur', left);
    await tell(() => fake.tellNearby({ meeting: meeting('asked') }));
    expect([document.activeElement === search, left.mock.calls.length]).toEqual([true, 0]);
  });

  it('an ask shows in whatever other dialog is open, which stays until the person leaves it', async () => {
    const { fake } = await renderApp(busyWorld(now, { discovery: running() }));
    await shortcut(',', { ctrlKey: true });
    await tell(() => fake.tellNearby({ meeting: meeting('asked') }));
    const settings = screen.getByRole('dialog', { name: 'Settings' });
    expect(within(settings).getByRole('alert').textContent).toContain('quiet-heron-07 wants to meet you');
    await pressKey(within(settings).getByRole('button', { name: 'Close this and show' }));
    expect(within(dialog()).getByRole('button', { name: 'Accept' })).toBeTruthy();
  });

  it('a meeting that came off is told with the way to the person', async () => {
    const { fake } = await renderApp(busyWorld(now, { discovery: running({ meeting: meeting('waiting', { digits: '123456' }) }) }));
    expect(bars().textContent).toContain('quiet-heron-07 has yet to compare the digits.');
    await tell(() => fake.tellNearby({ meeting: meeting('met', { contactId: bo.contactId }) }));
    expect(bars().textContent).toContain('You have met Bo Lindqvist');
    await pressKey(within(bars()).getByRole('button', { name: 'Say hello' }));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' })));
    expect(screen.queryByRole('region', { name: 'Needs attention' })).toBeNull();
  });

  it('digits to compare, having met and an end are said aloud; what one did oneself is not', async () => {
    const { fake, model } = await renderApp(busyWorld(now, { discovery: running() }));
    const said = (): string => model.ui.getState().announcement.text;
    await tell(() => fake.tellNearby({ meeting: meeting('asking', { askedBy: 'you' }) }));
    expect(said()).toBe('');
    await tell(() => fake.tellNearby({ meeting: meeting('compare', { digits: '123456' }) }));
    expect(said()).toBe('Six digits wait to be compared with quiet-heron-07.');
    await tell(() => fake.tellNearby({ meeting: meeting('waiting', { digits: '123456' }) }));
    expect(said()).toBe('Six digits wait to be compared with quiet-heron-07.');
    await tell(() => fake.tellNearby({ meeting: meeting('met', { contactId: bo.contactId }) }));
    expect(said()).toBe('You have met Bo Lindqvist');
    await tell(() => fake.tellNearby({ meeting: meeting('ended', { reason: 'gone' }) }));
    expect(said()).toBe('The meeting with quiet-heron-07 came to nothing.');
  });

  it('locking leaves nothing of it', async () => {
    const { fake, model } = await openNearby(emptyWorld({ discovery: running({ meeting: meeting('compare', { digits: '123456' }) }) }));
    await tell(() => {
      fake.world.vault = 'locked';
      fake.world.discovery = { running: false, people: [] };
      fake.emit({ type: 'vault.changed', state: 'locked' });
    });
    expect(screen.queryByRole('dialog')).toBeNull();
    for (const word of ['heron', 'otter', '123456']) expect(document.documentElement.innerHTML).not.toContain(word);
    expect(model.nearby.getState().status).toBeUndefined();
    await tell(() => fake.emit({ type: 'discovery.changed' }));
    expect(model.nearby.getState().status).toBeUndefined();
  });
});
