// @vitest-environment jsdom
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { busyWorld, carla, talkWithCarla } from '../../../preview/scenes';
import { renderApp, settle, type Running } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);

async function openPerson(name: RegExp, world = busyWorld(now)): Promise<Running> {
  const running = await renderApp(world);
  fireEvent.click(within(screen.getByRole('navigation')).getByRole('button', { name }));
  await settle();
  return running;
}

const press = async (name: string): Promise<void> => {
  fireEvent.click(screen.getByRole('button', { name }));
  await settle();
};
const toasts = (): string[] => within(screen.getByRole('status', { name: 'Notices' })).queryAllByText(/./).map((each) => each.textContent ?? '');

describe('carrying messages by hand', () => {
  it('the notice about somebody who is away offers a file; what went into it waits for their word', async () => {
    const { fake } = await openPerson(/^Carla/);
    expect(screen.getByText(/is not reachable now\. 2 messages leave/)).toBeTruthy();
    // By then nobody looks after a focus that was left by what was opened.
    await act(() => new Promise((later) => setTimeout(later, 500)));
    act(() => screen.getByRole('button', { name: 'Save as file' }).focus());
    await press('Save as file');
    expect(fake.calls).toContain('envelopes.save');
    expect(toasts()).toEqual(['2 envelopes for Carla Reyes are in the file. Only Carla Reyes can open them.']);
    expect(fake.world.messages.get(talkWithCarla)?.slice(1).map(({ state, waitingFor }) => [state, waitingFor])).toEqual([
      ['sent', 'acknowledgement'],
      ['sent', 'acknowledgement'],
    ]);
    expect(screen.queryByText(/is not reachable now/)).toBeNull();
    // The button went with the notice.
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Message')));
    expect(screen.getAllByTestId('delivery-state').at(-1)?.textContent).toBe('Sent, waiting for Carla Reyes’s device to confirm');
  });

  it('somebody who never answered gets a file as well, where there is a key to seal it for them: added by a card, and not by a link', async () => {
    for (const advice of [['carry-by-file'], ['no-address']] as const) {
      const world = busyWorld(now);
      const tomasz = world.contacts.find(({ name }) => name === 'Tomasz')?.contactId ?? '';
      world.reports.set(tomasz, { advice: [...advice] });
      const { fake } = await openPerson(/^Tomasz/, world);
      expect(screen.getByText(/^Waiting for Tomasz to answer/)).toBeTruthy();
      expect(screen.queryAllByRole('button', { name: 'Save as file' })).toHaveLength(advice[0] === 'carry-by-file' ? 1 : 0);
      if (advice[0] === 'carry-by-file') await press('Save as file');
      expect(fake.calls.includes('envelopes.save')).toBe(advice[0] === 'carry-by-file');
      cleanup();
    }
  });

  it('of more than what is loaded the notice says how many leave at least', async () => {
    const world = busyWorld(now);
    const own = world.messages.get(talkWithCarla)?.at(-1);
    if (own === undefined) throw new Error('nothing waits for Carla');
    world.messages.set(talkWithCarla, Array.from({ length: 120 }, (_, at) => ({ ...own, messageId: `${at}`.padStart(32, '0'), sequence: at + 1, sentAt: now - 120_000 + at })));
    const { model } = await openPerson(/^Carla/, world);
    expect(screen.getByText(/At least 50 messages leave when/)).toBeTruthy();
    for (const _ of [50, 100]) await act(() => model.messages.getState().loadOlder(talkWithCarla));
    expect(screen.getByText(/now\. 120 messages leave when/)).toBeTruthy();
  });

  it('the notice says since when somebody is away, once there was a connection; on another day with the day', async () => {
    const away = { connected: false, since: now - 3 * 60_000 };
    vi.useFakeTimers({ now, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { fake, model } = await openPerson(/^Carla/, busyWorld(now, { reports: new Map([[carla.contactId, away]]) }));
    const clock = new Date(away.since).toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit' });
    expect(screen.getByText(`Carla Reyes has not been reachable since ${clock}. 2 messages leave when you are both online.`)).toBeTruthy();
    fake.world.reports.set(carla.contactId, { connected: false, since: now - 26 * 3_600_000 });
    await act(async () => model.network.getState().loadReach(carla.contactId));
    expect(screen.getByText(/has not been reachable since May 5, .*2 messages leave/)).toBeTruthy();
    // What was told of an earlier absence is not told of this one, until it is asked for anew.
    let answer = (): void => undefined;
    const { reach } = model.client.network;
    const slow = vi.spyOn(model.client.network, 'reach').mockImplementation(async (asked) => {
      await new Promise<void>((done) => (answer = done));
      return reach(asked);
    });
    const change = (how: 'direct' | 'waiting'): Promise<void> => act(async () => model.contacts.setState(({ contacts }) => ({ contacts: contacts.map((each) => (each.contactId === carla.contactId ? { ...each, reach: how } : each)) })));
    await change('direct');
    await change('waiting');
    expect(screen.getByText(/is not reachable now\. 2 messages leave/)).toBeTruthy();
    fake.world.reports.set(carla.contactId, { connected: false, since: now });
    await act(async () => answer());
    await settle();
    expect(screen.getByText(/has not been reachable since .*2 messages leave/).textContent).not.toContain('May 5');
    slow.mockRestore();
    // The report is older than what the contact says: its time is that of the connection.
    fake.world.reports.set(carla.contactId, { connected: true, since: now });
    await act(async () => model.network.getState().loadReach(carla.contactId));
    expect(screen.getByText(/is not reachable now\. 2 messages leave/)).toBeTruthy();
  });

  it('the same under Reach, also when nothing of one’s own waits; then it says so', async () => {
    const { fake, model } = await openPerson(/^Bo Lindqvist/);
    model.ui.getState().showDetails('reach');
    await settle();
    for (const message of fake.world.messages.values()) message.forEach((each) => void (each.direction === 'out' && fake.deliver(each, 'read')));
    await press('More about the connection');
    await press('Save as file');
    expect(toasts()).toEqual(['Everything for this person is delivered already. There is nothing to carry.']);
  });

  it('is not offered to people who have not answered yet', async () => {
    const { model } = await openPerson(/^Tomasz/);
    model.ui.getState().showDetails('reach');
    await settle();
    expect(screen.queryByRole('button', { name: 'Save as file' })).toBeNull();
  });

  it.each([
    [{ opened: 3, repeated: 0, refused: 0 }, '3 envelopes opened.'],
    [{ opened: 1, repeated: 2, refused: 1 }, '1 envelope opened. 2 were here already. 1 is not for you, or not from one of your contacts.'],
    [{ opened: 0, repeated: 0, refused: 0, waiting: 2 }, 'Nothing new in this file. 2 wait until it is settled who sent them.'],
    [{ opened: 0, repeated: 0, refused: 0, waiting: 2, requests: 1 }, 'Nothing new in this file. 1 person asks to be your contact. 2 wait until it is settled who sent them.'],
    [{ opened: 0, repeated: 1, refused: 0 }, 'Nothing new in this file. 1 was here already.'],
    [{ opened: 0, repeated: 0, refused: 5 }, 'Nothing new in this file. 5 are not for you, or not from your contacts.'],
  ])('opening a file with %j says so', async (envelopeFile, words) => {
    const { fake } = await renderApp(busyWorld(now, { envelopeFile }));
    await press('Open an envelope file');
    expect(fake.calls).toContain('envelopes.open');
    expect(toasts()).toEqual([words]);
  });

  it('giving up the dialog says nothing, a damaged file says what it is', async () => {
    const { fake } = await renderApp(busyWorld(now));
    await press('Open an envelope file');
    expect(toasts()).toEqual([]);
    fake.world.failing.set('envelopes.open', 'envelopes.garbled');
    await press('Open an envelope file');
    expect(toasts()).toEqual(['This is not an envelope file, or it was damaged on its way. Nothing was changed; ask for the file again.']);
  });
});
