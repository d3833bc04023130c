// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { candidate, digitsOf } from '../../../preview/fake-people';
import type { World } from '../../../preview/fake-world';
import { bo, busyWorld, carla, scenes } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { openTalk, pressKey, shortcut } from '../open-talk';
import { settle, type Running } from '../render-app';
import type { Verification } from '../../../../shared/model/verification';

const now = Date.UTC(2026, 4, 6, 12);
const scene = (name: string): World => {
  const made = scenes[name];
  if (made === undefined) throw new Error(`no scene ${name}`);
  return made(now);
};

async function openCompare(world: World): Promise<Running> {
  const running = await openTalk(world);
  await shortcut('v', { ctrlKey: true, shiftKey: true });
  await pressKey(screen.getByRole('button', { name: 'Compare…' }));
  return running;
}

/** By test id: looking through the whole window by role is what takes time here. */
const dialog = (): HTMLElement => screen.getByTestId('verify');
const outcome = (): HTMLElement => within(dialog()).getByTestId('outcome');

async function compare(text: string): Promise<void> {
  fireEvent.change(within(dialog()).getByRole('textbox', { name: 'The number Bo Lindqvist sees' }), { target: { value: text } });
  await settle();
  // A real Enter submits the form; jsdom leaves that to a click.
  fireEvent.click(within(dialog()).getByRole('button', { name: 'Compare' }));
  await settle();
}

const unchecked = (): World => {
  const world = busyWorld(now);
  world.contacts = world.contacts.map((one) => (one.contactId === bo.contactId ? { ...one, who: 'unchecked', checked: false } : one));
  return world;
};

describe('comparing with a person', () => {
  it('by number and keyboard alone: a match marks as checked, says so, and has the focus', async () => {
    const { fake } = await openCompare(unchecked());
    expect(screen.getByRole('dialog', { name: 'Compare with Bo Lindqvist' })).toBeTruthy();
    expect(within(dialog()).getByRole('img', { name: /Your safety code for Bo/ })).toBeTruthy();
    await compare(digitsOf(bo.name).replace(/(\d{5})/g, '$1\n'));
    expect(outcome().dataset['outcome']).toBe('match');
    expect(outcome().textContent).toContain('It matches');
    expect(document.activeElement).toBe(outcome());
    expect(fake.world.contacts.find((one) => one.contactId === bo.contactId)).toMatchObject({ checked: true, who: 'checked' });
    await pressKey(within(outcome()).getByRole('button', { name: 'Done' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByTestId('fact-checked').textContent).toContain('Checked by you');
  });

  it('another contact’s number is named, a wrong one is not, and what is none is told at once', async () => {
    const { fake } = await openCompare(unchecked());
    await compare(digitsOf(carla.name));
    expect(outcome().textContent).toContain('This belongs to Carla Reyes, not Bo Lindqvist');
    await compare('1'.repeat(60));
    expect(outcome().textContent).toContain('It does not match');
    await compare('12345');
    expect(within(dialog()).queryByTestId('outcome')).toBeNull();
    expect(within(dialog()).getByRole('alert').textContent).toContain('No safety number was found in that');
    expect(fake.world.contacts.find((one) => one.contactId === bo.contactId)?.checked).toBe(false);
  });

  const verdicts: readonly (readonly [Verification, string])[] = [
    [{ outcome: 'match' }, 'It matches'],
    [{ outcome: 'no-match' }, 'It does not match'],
    [{ outcome: 'no-match', reason: 'their-key' }, 'It does not match'],
    [{ outcome: 'no-match', reason: 'your-key' }, 'It does not match'],
    [{ outcome: 'other-person', reason: 'contact', otherName: 'C\u202Earla' }, 'This belongs to C[U+202E]arla'],
    [{ outcome: 'other-person', reason: 'own-code' }, 'This is not a code of Bo Lindqvist for you'],
    [{ outcome: 'other-person', reason: 'for-another' }, 'This is not a code of Bo Lindqvist for you'],
    [{ outcome: 'other-person', reason: 'stranger' }, 'This is not a code of Bo Lindqvist for you'],
    [{ outcome: 'not-in-step', reason: 'your-older-key' }, 'Not in step yet'],
    [{ outcome: 'not-in-step', reason: 'their-older-key' }, 'Not in step yet'],
  ];
  it('every outcome has a title and an explanation of its own', async () => {
    const { fake } = await openCompare(unchecked());
    const told = new Set<string>();
    for (const [verdict, title] of verdicts) {
      fake.world.people.verdict = verdict;
      await compare('1');
      expect(outcome().querySelector('h3')?.textContent).toContain(title);
      told.add(outcome().querySelector('p')?.textContent ?? '');
    }
    expect(told.size).toBe(verdicts.length);
  });

  it('a pasted number or code is compared wherever the focus is; what is pasted into the field goes there', async () => {
    const { fake } = await openCompare(unchecked());
    const paste = async (target: HTMLElement, text: string): Promise<void> => {
      fireEvent.paste(target, { clipboardData: { files: [], getData: () => text } });
      await settle();
    };
    await paste(within(dialog()).getByRole('button', { name: 'Use the camera' }), digitsOf(bo.name));
    expect(outcome().dataset['outcome']).toBe('match');
    fake.world.people.verdict = { outcome: 'not-in-step', reason: 'your-older-key' };
    const field = within(dialog()).getByRole('textbox');
    const calls = fake.calls.length;
    await paste(field, digitsOf(bo.name));
    expect(fake.calls.slice(calls)).toEqual([]);
    await paste(field, ' KEYSHIFT-SAFETY:1:ABC');
    expect(outcome().dataset['outcome']).toBe('not-in-step');
  });

  it('takes nothing that is pasted or dropped while something lies over it', async () => {
    const { fake, model } = await openCompare(unchecked());
    const button = within(dialog()).getByRole('button', { name: 'Use the camera' });
    act(() => model.ui.getState().showHelp(true));
    await settle();
    await screen.findByRole('dialog', { name: 'Help' });
    const calls = fake.calls.length;
    // Wherever it comes to: the help has the focus, and the page hears of it all the same.
    for (const target of [document.activeElement ?? document.body, document.body, button]) {
      fireEvent.paste(target, { clipboardData: { files: [], getData: () => digitsOf(bo.name) } });
      fireEvent.drop(target, { dataTransfer: { types: ['Files'], files: [new File(['x'], 'code.png', { type: 'image/png' })] } });
      await settle();
    }
    expect(fake.calls.slice(calls)).toEqual([]);
    expect(within(dialog()).queryByTestId('outcome')).toBeNull();
    expect(within(dialog()).queryByRole('alert', { hidden: true })).toBeNull();
    act(() => model.ui.getState().showHelp(false));
    await settle();
    fireEvent.paste(button, { clipboardData: { files: [], getData: () => digitsOf(bo.name) } });
    await settle();
    expect(outcome().dataset['outcome']).toBe('match');
  });

  it('read aloud: a counter of groups, digits one by one, and both answers', async () => {
    const { fake } = await openCompare(unchecked());
    await pressKey(within(dialog()).getByRole('button', { name: 'Read the number to each other' }));
    const digits = digitsOf(bo.name);
    for (let group = 0; group < 12; group += 1) {
      expect(within(dialog()).getByText(`Group ${group + 1} of 12`)).toBeTruthy();
      const spoken = digits.slice(group * 5, group * 5 + 5).split('').join(' ');
      expect(dialog().querySelector('.aloud-digits')?.getAttribute('aria-label')).toBe(spoken);
      await pressKey(within(dialog()).getByRole('button', { name: group < 11 ? 'Same, next group' : 'All 12 groups are the same' }));
    }
    expect(outcome().dataset['outcome']).toBe('match');
    expect(fake.world.contacts.find((one) => one.contactId === bo.contactId)?.checked).toBe(true);
    await pressKey(within(dialog()).getByRole('button', { name: 'It differs' }));
    expect(outcome().dataset['outcome']).toBe('no-match');
  });

  it('a camera that is not allowed is said in words, and the other ways stay', async () => {
    const { fake } = await openCompare(unchecked());
    await pressKey(within(dialog()).getByRole('button', { name: 'Use the camera' }));
    expect(fake.calls).toContain('contacts.useCamera');
    expect(within(dialog()).getByRole('alert').textContent).toContain('The camera was not allowed');
    expect(within(dialog()).getByRole('button', { name: 'Choose a picture…' })).toBeTruthy();
  });

  it('the camera is off while the help lies over it, and looks again behind it', async () => {
    const tracks: { live: boolean }[] = [];
    const getUserMedia = async (): Promise<unknown> => {
      const track = { live: true, stop: () => void (track.live = false), addEventListener: () => undefined };
      tracks.push(track);
      return { getTracks: () => [track] };
    };
    Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true });
    const play = vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue();
    onTestFinished(() => {
      play.mockRestore();
      Reflect.deleteProperty(navigator, 'mediaDevices');
    });
    const world = unchecked();
    world.people.camera = true;
    const { model } = await openCompare(world);
    await pressKey(within(dialog()).getByRole('button', { name: 'Use the camera' }));
    await vi.waitFor(() => expect(tracks.map(({ live }) => live)).toEqual([true]));
    act(() => model.ui.getState().showHelp(true));
    await settle();
    expect(tracks.map(({ live }) => live)).toEqual([false]);
    act(() => model.ui.getState().showHelp(false));
    await vi.waitFor(() => expect(tracks.map(({ live }) => live)).toEqual([false, true]));
    act(() => model.ui.getState().closeDialog());
    await settle();
    expect(tracks.map(({ live }) => live)).toEqual([false, false]);
  });
});

describe('a key nothing vouches for', () => {
  it('S5-16 A84: says why nothing leaves, what waits, and where to compare', async () => {
    await openTalk(scene('key-unknown'));
    const bar = screen.getByTestId('paused-bar');
    expect(bar.textContent).toContain('Sending is paused');
    expect(within(bar).getByRole('alert').textContent).toBe('Bo Lindqvist’s identity key changed and the old key did not confirm it. This happens after a fresh install, and also when someone pretends to be Bo Lindqvist.');
    expect(screen.getByText(/One message waits here/)).toBeTruthy();
    expect(screen.getAllByTestId('delivery-state').at(-1)?.textContent).toBe('Held back until you have compared numbers with Bo Lindqvist');
    expect(screen.getByRole('button', { name: 'Who: Unknown key, sending paused' })).toBeTruthy();
    expect(await axeFindings()).toEqual([]);
    await pressKey(within(bar).getByRole('button', { name: 'Block Bo Lindqvist' }));
    expect(screen.queryByTestId('paused-bar')).toBeNull();
    expect(screen.getByText(/You have blocked Bo/)).toBeTruthy();
  });

  it('A84: meanwhile nobody is told that both see the same number, nothing can be marked as checked, and no file is offered to be carried', async () => {
    const { model } = await openTalk(scene('key-unknown'));
    act(() => model.ui.getState().showDetails('who'));
    await settle();
    expect(screen.getByText(/^It belongs to the key known so far\. The screen of Bo Lindqvist may show another number/)).toBeTruthy();
    expect(screen.queryByText(/Both of you see the same 60 digits/)).toBeNull();
    expect(screen.getByTestId('safety-number')).toBeTruthy();
    for (const name of ['Mark as checked', 'Remove the mark']) expect(screen.queryByRole('button', { name })).toBeNull();
    act(() => model.ui.getState().showDetails('reach'));
    await settle();
    expect(screen.queryByRole('button', { name: 'Save as file' })).toBeNull();
    expect(await axeFindings()).toEqual([]);
  });

  it('S5-16: what is written meanwhile is kept and says what it waits for', async () => {
    const { fake } = await openTalk(scene('key-unknown'));
    fireEvent.change(screen.getByRole('textbox', { name: 'Message' }), { target: { value: 'Are you there?' } });
    fireEvent.keyDown(screen.getByRole('textbox', { name: 'Message' }), { key: 'Enter' });
    await settle();
    expect(screen.getByText(/2 messages wait here/)).toBeTruthy();
    expect([...fake.world.messages.values()].flat().at(-1)?.waitingFor ?? 'key').toBe('key');
  });

  it('A73: a fork shows both keys with number and fingerprint; one is taken after a second question, the safe answer first', async () => {
    const world = scene('key-fork');
    const { fake } = await openTalk(world);
    await pressKey(screen.getByRole('button', { name: 'Compare numbers' }));
    const cards = within(dialog()).getAllByTestId('candidate');
    expect(cards.map((card) => card.querySelector('h4')?.textContent)).toEqual(['New key 1', 'New key 2', 'The key known so far']);
    const keys = [candidate('Bo here'), candidate('Bo there')];
    keys.forEach(({ digits, fingerprint }, index) => {
      expect(cards[index]?.textContent?.replaceAll(' ', '')).toContain(digits);
      expect(cards[index]?.textContent?.replaceAll(' ', '')).toContain(fingerprint);
    });
    expect(await axeFindings()).toEqual([]);
    const second = cards[1] ?? dialog();
    const take = within(second).getByRole('button', { name: 'Bo Lindqvist shows this number' });
    // There is one for each key: which one is said with it.
    expect(document.getElementById(take.getAttribute('aria-describedby') ?? '')?.textContent).toBe('New key 2');
    await pressKey(take);
    expect(document.activeElement?.textContent).toBe('Keep sending paused');
    expect(fake.calls).not.toContain('contacts.acceptKey');
    await pressKey(within(second).getByRole('button', { name: 'Take this key' }));
    expect(fake.world.contacts.find((one) => one.contactId === bo.contactId)).toMatchObject({ who: 'checked', keyEpoch: 5 });
    expect(fake.world.people.histories.get(bo.contactId)?.[0]).toMatchObject({ fingerprint: keys[1]?.fingerprint, origin: 'person' });
  });

  it('A73: the number read from the other screen finds the key by itself', async () => {
    const { fake } = await openTalk(scene('key-fork'));
    await pressKey(screen.getByRole('button', { name: 'Compare numbers' }));
    await compare(candidate('Bo here').digits);
    expect(outcome().textContent).toContain('The new key is the one of Bo Lindqvist');
    expect(fake.world.people.troubles.size).toBe(0);
    expect(within(dialog()).queryAllByTestId('candidate')).toEqual([]);
  });

  it('A73: a contact that freezes while one is elsewhere is told loudly', async () => {
    const { fake } = await openTalk(busyWorld(now), /^Carla/);
    fake.world.contacts = fake.world.contacts.map((one) => (one.contactId === bo.contactId ? { ...one, who: 'frozen' } : one));
    fake.emit({ type: 'contact.changed', contactId: bo.contactId });
    await settle();
    expect(screen.getByRole('status', { name: 'Notices' }).textContent).toContain('Sending to Bo Lindqvist is paused');
    expect(within(screen.getByRole('navigation')).getByRole('button', { name: /^Bo Lindqvist/ }).textContent).toContain('Sending is paused: compare numbers');
  });
});

describe('identity keys of a person', () => {
  it('S5-01: each move is one calm line where it happened, with the way to the history', async () => {
    await openTalk(scene('moved'));
    expect(screen.getAllByTestId('identity-line').map((line) => line.querySelector('span')?.textContent)).toEqual([
      'Bo Lindqvist took their identity back with the recovery key. Still checked.',
      'Bo Lindqvist moved to a new identity key, confirmed by the old one. Still checked.',
    ]);
    await pressKey(within(screen.getAllByTestId('identity-line')[1] ?? document.body).getByRole('button', { name: 'See history' }));
    await new Promise((done) => requestAnimationFrame(done));
    expect(document.activeElement?.id).toBe('key-history-heading');
    const keys = screen.getAllByTestId('known-key');
    expect(keys.map((key) => key.querySelector('strong')?.textContent)).toEqual([
      'Key number 6, in use', 'Key number 5', 'Key number 4', 'Key number 3', 'Key number 2', 'Key number 1',
    ]);
    expect(keys[1]?.textContent).toContain('confirmed by the recovery key');
    expect(keys[3]?.textContent).toContain('taken by you after comparing numbers');
    expect(await axeFindings()).toEqual([]);
  });

  it('numbers that were never met stand between the keys, with why a recovery leaves them out', async () => {
    const world = scene('moved');
    const [bo] = [...world.people.histories.keys()];
    if (bo === undefined) throw new Error('no history');
    const [inUse, recovered, , , second, first] = world.people.histories.get(bo) ?? [];
    if (inUse === undefined || recovered === undefined || second === undefined || first === undefined) throw new Error('too few keys');
    world.people.histories.set(bo, [{ ...inUse, epoch: 27 }, { ...recovered, epoch: 25 }, second, first]);
    await openTalk(world);
    await pressKey(within(screen.getAllByTestId('identity-line')[1] ?? document.body).getByRole('button', { name: 'See history' }));
    const keys = screen.getAllByTestId('known-key').map((key) => key.textContent);
    expect(keys[0]).toContain('Number 26 was not met here.');
    expect(keys[1]).toContain('Numbers 3 to 24 were not met here: whoever recovers leaves out numbers that other keys may have by then.');
    expect(keys[2]).not.toContain('not met here');
  });

  it('checked and vouched for are two facts; the key is a third', async () => {
    await openTalk(scene('moved'));
    await shortcut('v', { ctrlKey: true, shiftKey: true });
    expect(screen.getByTestId('fact-checked').querySelector('strong')?.textContent).toBe('Checked by you');
    expect(screen.getByTestId('fact-vouched').querySelector('strong')?.textContent).toBe('Vouched for by Acme CA');
    expect(screen.getByTestId('fact-key').textContent).toContain('Identity key number 6');
  });

  it('an organisation that took its word back is named, and its word is not said to count', async () => {
    await openTalk(scene('taken-back'));
    await shortcut('v', { ctrlKey: true, shiftKey: true });
    const fact = screen.getByTestId('fact-vouched');
    expect([fact.querySelector('strong')?.textContent, fact.textContent?.includes('Said by the organisation')]).toEqual(['Acme CA took back its word', false]);
  });

  it('of organisations nothing is said where none vouches, and the id of the key is folded', async () => {
    await openTalk(scene('key-changed'));
    await shortcut('v', { ctrlKey: true, shiftKey: true });
    expect([screen.getByTestId('fact-key').closest('ul')?.children.length, screen.queryByRole('button', { name: 'Copy peer id' })]).toEqual([2, null]);
    await pressKey(screen.getByRole('button', { name: 'Peer id' }));
    expect(screen.getByRole('button', { name: 'Copy peer id' })).toBeTruthy();
  });

  it('a change that wants a fresh check does not stop anything', async () => {
    await openTalk(scene('key-changed'));
    expect(screen.queryByTestId('paused-bar')).toBeNull();
    expect(screen.getByRole('button', { name: 'Who: Key changed' })).toBeTruthy();
    expect(screen.getByTestId('identity-line').textContent).toContain('confirmed by the old one.');
  });

  it('is told as it happens, and the line appears', async () => {
    const world = busyWorld(now);
    const { fake, model } = await openTalk(world);
    expect(screen.queryByTestId('identity-line')).toBeNull();
    const fingerprint = 'd'.repeat(64);
    fake.world.people.histories.set(bo.contactId, [
      { epoch: 2, fingerprint, since: now, origin: 'old-key', checked: true, current: true },
      { epoch: 1, fingerprint: 'c'.repeat(64), since: 1, origin: 'first', checked: true, current: false },
    ]);
    fake.emit({ type: 'key.rotated', contactId: bo.contactId, epoch: 2, fingerprint, origin: 'old-key' });
    await settle();
    expect(screen.getByTestId('identity-line').textContent).toContain('Still checked');
    expect(model.ui.getState().announcement.text).toBe('Bo Lindqvist moved to a new identity key, confirmed by the old one. Still checked.');
  });

  it('while the number of the keys that are in use now is asked for, the former one is neither shown nor copied', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    await shortcut('v', { ctrlKey: true, shiftKey: true });
    const copied = vi.fn(() => Promise.resolve());
    Object.assign(navigator, { clipboard: { writeText: copied } });
    const former = screen.getByTestId('safety-number').textContent ?? '';
    expect(former).toMatch(/\d{5}/);
    let answer = (_made: { digits: string }): void => undefined;
    vi.spyOn(model.client.contacts, 'safetyNumber').mockReturnValue(new Promise((done) => (answer = done)));
    act(() => screen.getByRole('button', { name: 'Copy number' }).focus());
    act(() => model.contacts.setState(({ contacts }) => ({ contacts: contacts.map((one) => (one.contactId === bo.contactId ? { ...one, keyEpoch: one.keyEpoch + 1 } : one)) })));
    expect(fake.calls).toContain('contacts.safetyNumber');
    expect(document.body.textContent).not.toContain(former.trim());
    await pressKey(screen.getByRole('button', { name: 'Copy number' }));
    expect(copied).not.toHaveBeenCalled();
    answer({ digits: '1'.repeat(60) });
    await settle();
    expect(screen.getByTestId('safety-number').textContent).toContain('11111 11111');
    expect(document.activeElement?.textContent).toBe('Copy number');
  });

  it('many moves of one day are one line', async () => {
    const world = busyWorld(now);
    world.people.histories.set(
      bo.contactId,
      Array.from({ length: 50 }, (_, index) => ({ epoch: 51 - index, fingerprint: (51 - index).toString(16).padStart(64, '0'), since: now - index, origin: 'old-key' as const, checked: true, current: index === 0 })),
    );
    await openTalk(world);
    expect(screen.getAllByTestId('identity-line').map((line) => line.querySelector('span')?.textContent)).toEqual([
      'Bo Lindqvist moved to new identity keys 50 times, each confirmed by the one before. Still checked.',
    ]);
  });
});
