// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { KeyStatus, ShiftPolicy } from '../../../../shared/model/keys';
import { policyPresets } from '../../../../shared/model/shift-policies';
import { busyKeys, busyWorld, scenes, talkWithBo } from '../../../preview/scenes';
import type { World } from '../../../preview/fake-world';
import { idOf } from '../../../preview/ids';
import { axeFindings } from '../axe';
import { openKeys, openTalk, pressKey, shortcut } from '../open-talk';
import { settle } from '../render-app';

const now = Date.now();
const hour = 3_600_000;
const day = 24 * hour;

function withKeys(change: Partial<KeyStatus>): World {
  const world = busyWorld(now);
  world.keys.set(talkWithBo, { ...busyKeys(now), ...change });
  return world;
}
function scene(name: string): World {
  const make = scenes[name];
  if (make === undefined) throw new Error('no scene');
  return make(now);
}
const button = (name: string | RegExp): HTMLElement => screen.getByRole('button', { name });
const sentence = (): string => screen.getByTestId('keys-sentence').textContent ?? '';
const options = (): HTMLElement[] => within(screen.getByRole('listbox', { name: /^Keys of this conversation/ })).getAllByRole('option');
const told = (): string => screen.getByTestId('life-told').textContent ?? '';

describe('S2-21: the sentence on top and the badge', () => {
  const policy = (change: Partial<ShiftPolicy>): ShiftPolicy => ({ ...policyPresets.standard, afterMilliseconds: 0, afterMessages: 0, afterBytes: 0, onPeerShift: false, ...change });
  it.each([
    [{ afterMilliseconds: hour }, 'every hour'],
    [{ afterMilliseconds: 2 * day }, 'every 2 days'],
    [{ afterMilliseconds: 90 * 60_000 }, 'every 90 minutes'],
    [{ afterMessages: 10 }, 'every 10 messages'],
    [{ afterMessages: 1 }, 'with every message'],
    [{ afterBytes: 16 * 1024 * 1024 }, 'every 16 MB'],
    [{ onPeerShift: true }, 'when Bo Lindqvist does'],
    [{}, 'when you ask for it'],
  ])('%j: you renew %s', async (change, words) => {
    await openKeys(withKeys({ policy: policy(change) }));
    expect(sentence()).toMatch(new RegExp(`^You renew ${words}; Bo Lindqvist renewed 3 hrs? ago\\.$`));
  });

  it.each([
    [{ sending: null, receiving: [] }, /^The first message makes the first key\./],
    [{ sending: null }, /^The key of Bo Lindqvist is .* old\. Your first message makes yours\.$/],
    [{ receiving: busyKeys(now).receiving.map((key) => ({ ...key, epoch: 1 })) }, /^You renew every hour; the first key of Bo Lindqvist is .* old\.$/],
    [{ receiving: [] }, /^You renew every hour; your key is .* old\./],
  ])('%j has words of its own', async (change, words) => {
    await openKeys(withKeys(change));
    expect(sentence()).toMatch(words);
  });

  it.each([
    ['Fresh, 20', {}],
    ['Renewal due, 20', { sending: { ...busyKeys(now).sending, shiftsBy: now - 1 } }],
    // Made by a clock that was set back since: how old it is nobody knows.
    ['Renewal due$', { sending: { ...busyKeys(now).sending, since: now + 86_400_000, shiftsBy: now - 1 } }],
    ['Needs you', { transcript: { equal: false, upTo: 981, shown: 980 } }],
  ])('the badge says %s', async (words, change) => {
    await openTalk(withKeys(change as Partial<KeyStatus>));
    expect(screen.getByTestId('key-badge').getAttribute('aria-label')).toMatch(new RegExp(`^Keys: ${words}`, 'u'));
  });

  it('the badge says Renewing while the answer is out', async () => {
    const { fake } = await openKeys(busyWorld(now));
    let answer = (): void => undefined;
    const waiting = new Promise<void>((done) => {
      answer = done;
    });
    fake.world.delays.set('keys.shift', waiting);
    await pressKey(button('Renew now'));
    expect(screen.getByTestId('key-badge').textContent).toContain('Renewing');
    answer();
    await settle();
    expect(screen.getByTestId('key-badge').textContent).toContain('Fresh');
  });
});

describe('S2-21: the lives of the keys', () => {
  it('one lane a direction, one block a generation, each saying everything', async () => {
    await openKeys(busyWorld(now));
    const lanes = within(screen.getByRole('listbox')).getAllByRole('group');
    expect(lanes.map((lane) => lane.getAttribute('aria-label'))).toEqual(['You to Bo Lindqvist', 'Bo Lindqvist to you']);
    expect(lanes.map((lane) => within(lane).getAllByRole('option').length)).toEqual([7, 5]);
    expect(within(lanes[0] ?? document.body).getAllByRole('option')[0]?.getAttribute('aria-label')).toMatch(/^Generation 1, .+\s–\s.+, first key, 17 messages, key forgotten$/);
    expect(within(lanes[1] ?? document.body).getAllByRole('option').at(-1)?.getAttribute('aria-label')).toMatch(/^Generation 5, since .+, by age, 25 messages, in use$/);
  });

  it('one stop in the tab order; arrows, Home and End move through a lane and between the lanes, and what has the focus is told', async () => {
    await openKeys(busyWorld(now));
    const stops = options().filter((option) => option.tabIndex === 0);
    expect(stops).toHaveLength(1);
    const [start] = stops;
    if (start === undefined) throw new Error('no stop');
    act(() => start.focus());
    expect(told()).toMatch(/^Generation 7, You to Bo Lindqvist/);
    const press = (key: string): void => void fireEvent.keyDown(document.activeElement ?? document.body, { key });
    press('ArrowLeft');
    expect(told()).toMatch(/^Generation 6, You to Bo Lindqvist.*at start/);
    expect(document.activeElement?.getAttribute('aria-selected')).toBe('true');
    press('ArrowDown');
    expect(told()).toMatch(/^Generation [45], Bo Lindqvist to you/);
    press('Home');
    expect(told()).toMatch(/^Generation 1, Bo Lindqvist to you.*key forgotten$/);
    press('ArrowLeft');
    expect(told()).toMatch(/^Generation 1, Bo/);
    press('End');
    expect(told()).toMatch(/^Generation 5, Bo/);
    press('ArrowUp');
    expect(told()).toMatch(/^Generation [67], You/);
    expect(options().filter((option) => option.tabIndex === 0)).toEqual([document.activeElement]);
  });

  it('what the pointer is on is told while it is there', async () => {
    await openKeys(busyWorld(now));
    const [first] = options();
    if (first === undefined) throw new Error('no block');
    fireEvent.pointerEnter(first);
    expect(told()).toMatch(/^Generation 1, You/);
    fireEvent.pointerLeave(screen.getByRole('listbox'));
    expect(told()).toMatch(/^Generation 7, You/);
  });

  it('the table beside it has the same data: a row a generation, with when, why, how many and whether it is forgotten', async () => {
    const { fake } = await openKeys(busyWorld(now));
    expect(screen.queryByRole('table', { name: /^Keys over time/ })).toBeNull();
    await pressKey(button('As a table'));
    const table = screen.getByRole('table', { name: /^Keys over time/ });
    const rows = within(table).getAllByRole('row').slice(1);
    const generations = fake.world.timelines.get(talkWithBo)?.generations ?? [];
    expect(rows).toHaveLength(generations.length);
    expect(within(table).getAllByRole('columnheader').map((head) => head.textContent)).toEqual(['Key', 'From', 'Until', 'Reason', 'Messages', 'On this device']);
    expect(rows[0]?.textContent).toMatch(/^Yours, 7.*now.*by hand.*59in use$/);
    const bySaid = (row: HTMLElement): string => within(row).getByRole('rowheader').textContent ?? '';
    expect(rows.map(bySaid).filter((words) => words.startsWith('Yours'))).toEqual(['Yours, 7', 'Yours, 6', 'Yours, 5', 'Yours, 4', 'Yours, 3', 'Yours, 2', 'Yours, 1']);
    expect(rows.filter((row) => row.textContent?.endsWith('key forgotten'))).toHaveLength(generations.filter((one) => one.forgotten).length);
    await pressKey(button('As a table'));
    expect(screen.queryByRole('table', { name: /^Keys over time/ })).toBeNull();
  });

  it('of a conversation that both began at once the lives of the other part stand beside it, as a picture and as a table of their own', async () => {
    await openKeys(scene('keys-both'));
    expect(screen.getAllByRole('listbox')).toHaveLength(2);
    // Whoever hears the two has to know which one it is.
    const written = screen.getByRole('listbox', { name: /^Keys of this conversation over time/ });
    const other = screen.getByRole('listbox', { name: /^Keys of the other part over time/ });
    expect(within(written).getAllByRole('option').length).toBeGreaterThan(1);
    expect(within(other).getAllByRole('option')).toHaveLength(1);
    expect(screen.getByRole('region', { name: 'Keys of the other part over time' }).contains(other)).toBe(true);
    await pressKey(button('As a table'));
    await pressKey(button('The other part as a table'));
    expect(within(screen.getByRole('table', { name: 'Keys of the other part over time, newest first' })).getAllByRole('rowheader').map((head) => head.textContent)).toEqual(['Yours, 1']);
    expect(await axeFindings()).toEqual([]);
  });

  it('says since when the person is compared, or that they are not', async () => {
    const { fake } = await openKeys(busyWorld(now));
    expect(screen.getByText(/^before you compared numbers with Bo Lindqvist on/)).toBeTruthy();
    const timeline = fake.world.timelines.get(talkWithBo);
    if (timeline === undefined) throw new Error('no lives');
    const { checkedSince: _was, ...unchecked } = timeline;
    fake.world.timelines.set(talkWithBo, unchecked);
    act(() => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
    await settle();
    expect(screen.getByText('you have not compared numbers with Bo Lindqvist yet')).toBeTruthy();
  });

  it('200 generations a side are all there and reached by keyboard', async () => {
    await openKeys(scene('renewals'));
    expect(options()).toHaveLength(400);
    const stop = options().find((option) => option.tabIndex === 0);
    if (stop === undefined) throw new Error('no stop');
    act(() => stop.focus());
    fireEvent.keyDown(stop, { key: 'Home' });
    expect(told()).toMatch(/^Generation 1001, You/);
  });

  it('a new key comes into the open picture, and a locked vault leaves none of it', async () => {
    const { model } = await openKeys(busyWorld(now));
    await shortcut('r', { ctrlKey: true, shiftKey: true });
    expect(screen.getByText('Your key for Bo Lindqvist is renewed: generation 8.')).toBeTruthy();
    expect(options().map((option) => option.getAttribute('aria-label') ?? '').some((words) => words.startsWith('Generation 8, since'))).toBe(true);
    await shortcut('l', { ctrlKey: true });
    expect(model.keys.getState().timelines).toEqual({});
    expect(model.keys.getState().statuses).toEqual({});
  });
});

describe('S2-21: renewing', () => {
  it('A32: too often says when it may be done again', async () => {
    const world = busyWorld(now);
    world.renewableAt = now + 5 * 60_000;
    await openKeys(world);
    await pressKey(button('Renew now'));
    const when = new Intl.DateTimeFormat(navigator.language, { hour: 'numeric', minute: 'numeric' }).format(world.renewableAt);
    expect(screen.getByText(new RegExp(`You can renew again at ${when}\\.$`))).toBeTruthy();
    expect(world.keys.get(talkWithBo)?.sending?.epoch).toBe(7);
  });

  it('the key between two: the routine form asks nothing', async () => {
    const { fake } = await openKeys(busyWorld(now));
    await pressKey(button('Renew this key'));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.getByText('The key between you and Bo Lindqvist is renewed.')).toBeTruthy();
    expect(fake.world.keys.get(talkWithBo)?.kek?.epoch).toBe(2);
    expect(fake.world.keys.get(talkWithBo)?.sending?.epoch).toBe(7);
  });

  it('the key between two: where the other side made it, it stays, and that is said', async () => {
    const world = busyWorld(now);
    world.pairKeyIsTheirs = true;
    await openKeys(world);
    await pressKey(button('Renew this key'));
    expect(screen.getByText(/^This device has a new key for Bo Lindqvist\. This conversation keeps the one/)).toBeTruthy();
  });

  it('after a loss: asks, the safe answer has the focus and changes nothing', async () => {
    const { fake } = await openKeys(busyWorld(now));
    await pressKey(button('A key may be stolen…'));
    const dialog = screen.getByRole('dialog', { name: 'Renew everything with Bo Lindqvist?' });
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Keep the keys' }));
    expect(await axeFindings()).toEqual([]);
    await pressKey(within(dialog).getByRole('button', { name: 'Keep the keys' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(fake.calls).not.toContain('keys.shiftPair');
    expect(fake.world.keys.get(talkWithBo)?.kek?.epoch).toBe(1);
  });

  it('after a loss: the other answer replaces every key and says so', async () => {
    const { fake } = await openKeys(busyWorld(now));
    await pressKey(button('A key may be stolen…'));
    await pressKey(within(screen.getByRole('dialog')).getByRole('button', { name: 'Renew everything with Bo Lindqvist' }));
    expect(screen.getByText(/Everything with Bo Lindqvist is replaced\. Earlier keys are not accepted any more\./)).toBeTruthy();
    expect(fake.world.keys.get(talkWithBo)?.sending?.epoch).toBe(8);
    expect(screen.getByText(/Your key for Bo Lindqvist was replaced\. Earlier keys are not accepted/)).toBeTruthy();
  });

  it('a refusal is told and nothing is renewed', async () => {
    const { fake } = await openKeys(busyWorld(now));
    fake.world.failing.set('keys.shiftPair', 'contact.blocked');
    await pressKey(button('Renew this key'));
    expect(screen.getByText(/You have blocked this person/)).toBeTruthy();
    expect(fake.world.keys.get(talkWithBo)?.kek?.epoch).toBe(1);
    // The question stays: whoever knows of a theft is not left believing that it was answered.
    await pressKey(button('A key may be stolen…'));
    await pressKey(within(screen.getByRole('dialog')).getByRole('button', { name: 'Renew everything with Bo Lindqvist' }));
    expect(within(screen.getByRole('dialog')).getByRole('alert').textContent).toContain('You have blocked this person');
    expect(fake.world.keys.get(talkWithBo)?.kek?.epoch).toBe(1);
  });
});

describe('A20: what a taken device gives away', () => {
  const lives = (exposure: object): World => {
    const world = busyWorld(now);
    const timeline = world.timelines.get(talkWithBo);
    if (timeline === undefined) throw new Error('no lives');
    world.timelines.set(talkWithBo, { ...timeline, exposure: { ...timeline.exposure, ...exposure } });
    return world;
  };
  const card = (): string => screen.getByRole('region', { name: 'If this device were taken' }).textContent ?? '';

  it('says what is stored, what was recorded, and when the key for it is destroyed', async () => {
    await openKeys(busyWorld(now));
    expect(card()).toMatch(/the 1,204 messages stored here could be read by whoever opens it\./);
    expect(card()).toMatch(/Traffic recorded since .+ could be opened too: 41 messages\. The oldest key for it is destroyed on .+\./);
  });

  it.each([
    [{ stored: 0 }, /no message of this conversation is stored here/],
    [{ stored: 1 }, /the one message stored here could be read/],
    [{ recordedSince: null, recorded: 0, oldestKeyDestroyedAt: null }, /Traffic that was recorded on its way could not be opened/],
    [{ recorded: 1 }, /could be opened too: one message\./],
    [{ oldestKeyDestroyedAt: null }, /not destroyed by themselves yet/],
  ])('%j', async (exposure, words) => {
    await openKeys(lives(exposure));
    expect(card()).toMatch(words);
    if (!('recordedSince' in exposure)) return;
    expect(card()).not.toMatch(/is destroyed on/);
  });
});

describe('the same history', () => {
  it('is said with its count', async () => {
    await openKeys(busyWorld(now));
    expect(screen.getByText('Bo Lindqvist holds the 1,204 messages you sent, exactly as you wrote them.')).toBeTruthy();
  });

  it('a difference says up to where it is and leads to the message', async () => {
    await openKeys(withKeys({ transcript: { equal: false, upTo: 6, shown: 5, messageId: idOf(`${talkWithBo} 9`) } }));
    expect(sentence()).toMatch(/^You and Bo Lindqvist do not hold the same messages\./);
    expect(screen.getByText('You and Bo Lindqvist differ in your message 5 or in an earlier one.')).toBeTruthy();
    await pressKey(button('Show message'));
    await settle();
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toMatch(/Ash for the rail/));
  });

  it('a difference in one part of a conversation that both began at once leads to its message, too', async () => {
    await openKeys(withKeys({ also: [{ sending: null, receiving: [] }], transcript: { equal: false, upTo: 6, shown: 5, messageId: idOf(`${talkWithBo} 9`) } }));
    expect(screen.getByText('You and Bo Lindqvist differ in a part of this conversation.')).toBeTruthy();
    await pressKey(button('Show message'));
    await settle();
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toMatch(/Ash for the rail/));
  });

  it('a difference in a message that is not here any more says so, and offers no way to it', async () => {
    await openKeys(withKeys({ transcript: { equal: false, upTo: 981, shown: 980 } }));
    expect(screen.getByText('That message is not on this device any more.')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Show message' })).toBeNull();
  });
});

describe('A24: what could not be read', () => {
  it('each kind has its cause and next step, in the conversation and in the tab', async () => {
    await openTalk(scene('troubled'));
    const expected = [
      /3 messages from Bo Lindqvist are lost, and both devices know it\..*do not come by themselves/,
      /One message of .+ was locked with a key this device has destroyed\. \(Device 1\.\).*Ask Bo Lindqvist to send it again/,
      /2 messages from Bo Lindqvist were locked with a key that is not accepted any more\..*locks them again by itself/,
      /4 messages wait because Bo Lindqvist renewed very often.*open a little later by themselves/,
      /One message is waiting for an earlier one from Bo Lindqvist\..*open by itself/,
      /Bo Lindqvist has used one key since .+, for 12 messages\..*change your rules/,
    ];
    const items = (list: HTMLElement): string[] => within(list).getAllByRole('listitem').map((item) => item.textContent ?? '');
    const inTalk = items(within(screen.getByRole('main')).getByRole('list', { name: 'Not readable now' }));
    expect(inTalk).toHaveLength(expected.length);
    expected.forEach((words, index) => expect(inTalk[index]).toMatch(words));
    await shortcut('k', { ctrlKey: true, shiftKey: true });
    expect(items(within(screen.getByRole('complementary')).getByRole('list', { name: 'Not readable now' }))).toEqual(inTalk);
  });

  it('Ask writes the question where one writes and sends nothing', async () => {
    const { fake } = await openTalk(scene('troubled'));
    await pressKey(within(screen.getByRole('main')).getByRole('button', { name: 'Ask' }));
    const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });
    expect(field.value).toMatch(/could not be opened here\. Could you send it again\?$/);
    expect(document.activeElement).toBe(field);
    await pressKey(within(screen.getByRole('main')).getByRole('button', { name: 'Ask' }));
    expect(field.value.match(/could not be opened/g)).toHaveLength(1);
    expect(fake.calls).not.toContain('messages.send');
  });

  it('an old key is not spoken of when the rules do not watch for it', async () => {
    const world = scene('troubled');
    const status = world.keys.get(talkWithBo);
    if (status === undefined) throw new Error('no keys');
    world.keys.set(talkWithBo, { ...status, problems: [], policy: { ...status.policy, whenStale: 'ignore' } });
    await openTalk(world);
    expect(screen.queryByRole('list', { name: 'Not readable now' })).toBeNull();
  });
});

describe('axe finds nothing', () => {
  it.each(['busy', 'troubled'])('in the Keys tab of the scene %s', async (name) => {
    await openKeys(scene(name));
    await pressKey(button('As a table'));
    expect(await axeFindings()).toEqual([]);
  });
});
