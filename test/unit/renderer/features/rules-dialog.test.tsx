// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { policyPresets } from '../../../../shared/model/shift-policies';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import type { World } from '../../../preview/fake-world';
import { axeFindings } from '../axe';
import { openKeys, pressKey, shortcut } from '../open-talk';
import { settle, type Running } from '../render-app';

const now = Date.now();
const dialog = (): HTMLElement => screen.getByRole('dialog', { name: 'How keys to Bo Lindqvist are renewed' });
const save = (): Promise<void> => pressKey(within(dialog()).getByRole('button', { name: 'Save rules' }));
const radio = (name: RegExp): HTMLInputElement => within(dialog()).getByRole<HTMLInputElement>('radio', { name });
const field = (name: string): HTMLInputElement => within(dialog()).getByLabelText<HTMLInputElement>(name, { selector: 'input[type="text"]' });
const rules = (): string => screen.getByTestId('rules').textContent ?? '';

async function openRules(world: World = busyWorld(now)): Promise<Running> {
  const running = await openKeys(world);
  await pressKey(screen.getByRole('button', { name: 'Change the rules' }));
  return running;
}
/** Down from the chosen card, as arrows do in a group of radios. */
async function arrowDown(times: number): Promise<void> {
  act(() => radio(/^Standard/).focus());
  for (let step = 0; step < times; step += 1) await shortcut('ArrowDown');
}

describe('S2-07: the rules in force', () => {
  it('are said in plain words, what always holds with them', async () => {
    await openKeys(busyWorld(now));
    expect(screen.getByRole('heading', { name: 'Renews by itself: Standard' })).toBeTruthy();
    expect(rules()).toContain('A new key after 1 hour, after 1,000 messages, after 256 MB, in answer to a renewal by Bo Lindqvist');
    expect(rules()).toContain('Always: a new key with the first message after each start.');
    expect(rules()).toContain('Ends this conversation if Bo Lindqvist renews more than 100 times within 1 hour.');
    expect(rules()).toContain('Tells you if Bo Lindqvist keeps one key for more than 7 days or 1,000,000 messages.');
  });

  it('cannot be changed where the conversation was stopped', async () => {
    const world = busyWorld(now);
    world.conversations = world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, state: 'failed', failure: 'key-too-old' } : one));
    await openKeys(world);
    for (const name of ['Change the rules', 'Renew now', 'Renew this key', 'A key may be stolen…']) {
      expect(screen.getByRole<HTMLButtonElement>('button', { name }).disabled).toBe(true);
    }
  });
});

it.each(['rules', 'pair', 'verify'] as const)('the dialog %s goes where another conversation is shown: it would be about that one', async (name) => {
  const { model } = await openKeys(busyWorld(now));
  act(() => model.ui.getState().openDialog(name));
  await settle();
  expect(screen.getByRole('dialog').textContent).toContain('Bo');
  act(() => model.showConversation(talkWithCarla));
  await settle();
  expect([model.ui.getState().dialog, screen.queryByRole('dialog')]).toEqual([undefined, null]);
});

describe('S2-07 S2-10: changing the rules', () => {
  it('a preset, by keyboard alone: card, arrows, save', async () => {
    const { fake } = await openRules();
    expect(radio(/^Standard/).checked).toBe(true);
    await arrowDown(1);
    expect(radio(/^High risk.*When somebody may be after you.*after 10 minutes, after 10 messages.*Ends this conversation if Bo Lindqvist keeps one key/).checked).toBe(true);
    expect(fake.calls).not.toContain('keys.setPolicy');
    await save();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(fake.world.keys.get(talkWithBo)).toMatchObject({ preset: 'frequent', policy: policyPresets.frequent });
    expect(screen.getByText('Rules saved: High risk.')).toBeTruthy();
    expect(screen.getByTestId('keys-sentence').textContent).toMatch(/^You renew every 10 minutes;/);
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Change the rules' })));
  });

  it('is shown before the answer, taken back when it was not stored, and what was entered is still there', async () => {
    const { fake } = await openRules();
    let answer = (): void => undefined;
    fake.world.delays.set('keys.setPolicy', new Promise<void>((done) => (answer = done)));
    fake.world.failing.set('keys.setPolicy', 'disk.full');
    await arrowDown(2);
    await save();
    expect(rules()).toContain('A new key after 1 day');
    answer();
    await settle();
    expect(rules()).toContain('A new key after 1 hour');
    expect(fake.world.keys.get(talkWithBo)?.preset).toBe('standard');
    expect(within(dialog()).getByRole('alert').textContent).toMatch(/The disk is full.*The rules were not saved\. The earlier ones are in force/);
    expect(radio(/^Relaxed/).checked).toBe(true);
    fake.world.failing.clear();
    await save();
    expect(fake.world.keys.get(talkWithBo)?.preset).toBe('relaxed');
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('closing leaves everything as it was', async () => {
    const { fake } = await openRules();
    await arrowDown(1);
    await shortcut('Escape');
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(fake.calls).not.toContain('keys.setPolicy');
    expect(rules()).toContain('A new key after 1 hour');
  });

  it('own rules begin as those in force, every number with its unit, and are stored as one policy', async () => {
    const { fake } = await openRules();
    await arrowDown(3);
    expect(field('Time one key is used').value).toBe('1');
    fireEvent.change(field('Time one key is used'), { target: { value: '5' } });
    fireEvent.change(field('Messages under one key'), { target: { value: '2,500' } });
    fireEvent.click(within(dialog()).getByRole('switch', { name: 'After an amount of data' }));
    expect(within(dialog()).queryByLabelText('Data under one key')).toBeNull();
    fireEvent.change(field('Renewals that cause one of yours'), { target: { value: '3' } });
    fireEvent.change(field('More renewals than'), { target: { value: '50' } });
    fireEvent.click(within(dialog()).getByRole('radio', { name: 'End this conversation' }));
    await settle();
    await save();
    expect(fake.world.keys.get(talkWithBo)).toMatchObject({
      preset: 'custom',
      policy: { ...policyPresets.standard, afterMilliseconds: 5 * 3_600_000, afterMessages: 2_500, afterBytes: 0, peerShifts: 3, failAfterShifts: 50, whenStale: 'fail' },
    });
    expect(rules()).toContain('in answer to 3 renewals by Bo Lindqvist');
    expect(rules()).toContain('Ends this conversation if Bo Lindqvist renews more than 50 times within 1 hour.');
    expect(rules()).toContain('Ends this conversation if Bo Lindqvist keeps one key for more than 7 days or 1,000,000 messages.');
  });

  it('a faulty number is named at its field, the first has the focus, and nothing is stored', async () => {
    const { fake } = await openRules();
    await arrowDown(3);
    fireEvent.change(field('Messages under one key'), { target: { value: 'many' } });
    fireEvent.change(field('More renewals than'), { target: { value: '99999' } });
    await save();
    expect(field('Messages under one key').getAttribute('aria-invalid')).toBe('true');
    await waitFor(() => expect(document.activeElement).toBe(field('Messages under one key')));
    expect(within(dialog()).getByText('Enter a whole number.')).toBeTruthy();
    expect(within(dialog()).getByText('Enter a number from 1 to 10,000.')).toBeTruthy();
    expect(fake.calls).not.toContain('keys.setPolicy');
    fireEvent.change(field('Messages under one key'), { target: { value: '20' } });
    expect(within(dialog()).queryByText('Enter a whole number.')).toBeNull();
    expect(await axeFindings()).toEqual([]);
  });
});
