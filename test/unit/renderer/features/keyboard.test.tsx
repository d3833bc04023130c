import type { ReactNode } from 'react';
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { commandNames, commandOf, type CommandName } from '../../../../shared/model/shortcuts';
import { createModel } from '../../../../renderer/app/model';
import { ModelContext } from '../../../../renderer/app/model-context';
import { useShortcuts } from '../../../../renderer/app/use-shortcuts';
import { createClient } from '../../../../renderer/bridge/client';
import { english } from '../../../../renderer/i18n/messages';
import { TextProvider } from '../../../../renderer/i18n/text-provider';
import { createFake } from '../../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { buttonNamed, page, pressNamed } from '../open-settings';
import { shortcut } from '../open-talk';
import { renderApp, settle, type Running } from '../render-app';

const now = 1_800_000_000_000;

async function openKeyboard(): Promise<Running> {
  const running = await renderApp(busyWorld(now));
  act(() => running.model.ui.getState().openSettings('keyboard'));
  await settle();
  return running;
}

const item = (name: CommandName): HTMLElement => {
  const found = [...document.querySelectorAll<HTMLElement>('.shortcut-item')].find((one) => one.querySelector('.shortcut-name')?.textContent === english[`shortcut.${name}`]);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};
const shown = (name: CommandName): string | undefined => item(name).querySelector('kbd')?.textContent ?? undefined;
const record = (name: CommandName): Promise<void> => pressNamed(`Change the keys for: ${english[`shortcut.${name}`]}`);

/** What a combination of the registry is as an event. */
function eventOf(keys: string): { key: string; ctrlKey: boolean; altKey: boolean; shiftKey: boolean } {
  const held = keys.split('+');
  const last = held.pop() ?? '';
  return { key: last === 'Plus' ? '+' : last, ctrlKey: held.includes('Mod'), altKey: held.includes('Alt'), shiftKey: held.includes('Shift') };
}

describe('the keys of the details', () => {
  it.each([
    ['V', 'Who'],
    ['K', 'Keys'],
  ])('Ctrl+Shift+%s has the focus on the tab %s before the next key can come, opened by it or open already', async (key, tab) => {
    const { model } = await renderApp(busyWorld(now));
    act(() => model.showConversation(talkWithBo));
    await settle();
    for (const from of [undefined, 'files', 'keys', 'who'] as const) {
      if (from !== undefined) act(() => model.ui.getState().showDetails(from));
      act(() => screen.getByLabelText('Message').focus());
      fireEvent.keyDown(document.activeElement ?? document.body, { key, ctrlKey: true, shiftKey: true });
      // No frame is drawn in between: what was asked for in the same turn is all that may run.
      await act(() => Promise.resolve());
      expect(document.activeElement).toBe(screen.getByRole('tab', { name: tab, selected: true }));
    }
  });
});

describe('a button that shows its name', () => {
  // Outside the dialog in the tree, and therefore not found by its role.
  const tooltip = (): Element | null => document.querySelector('[role="tooltip"]');

  /** As Tab brings somebody to it. */
  async function tabTo(button: HTMLElement): Promise<void> {
    await shortcut('Tab');
    act(() => button.focus());
    await waitFor(() => expect(tooltip()).not.toBeNull());
  }

  it('lets Escape through: one press puts the name away and closes the dialog', async () => {
    await openKeyboard();
    await tabTo(screen.getByRole('button', { name: 'Close' }));
    await shortcut('Escape');
    expect(tooltip()).toBeNull();
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it('lets Escape through: one press puts the name away and closes the details', async () => {
    const { model } = await renderApp(busyWorld(now));
    act(() => model.showConversation(talkWithBo));
    await settle();
    act(() => model.ui.getState().showDetails('keys'));
    await settle();
    await tabTo(screen.getByRole('button', { name: 'Close' }));
    await shortcut('Escape');
    expect(tooltip()).toBeNull();
    expect(model.ui.getState().detailsOpen).toBe(false);
  });
});

describe('the sheet of shortcuts', () => {
  it('has every command with its keys, opens by ? where nobody writes, and leads to where they are changed', async () => {
    const { model, fake } = await renderApp(busyWorld(now));
    act(() => model.showConversation(talkWithBo));
    await settle();
    const field = screen.getByLabelText('Message');
    act(() => field.focus());
    expect(fireEvent.keyDown(field, { key: '?', shiftKey: true })).toBe(true); // not taken from the field
    expect(model.ui.getState().dialog).toBeUndefined();
    act(() => document.querySelector<HTMLElement>('[role=article]:last-of-type, article')?.focus());
    await shortcut('?', { shiftKey: true });
    expect(model.ui.getState().dialog).toBe('shortcuts');
    for (const name of commandNames) expect(page()).toContain(english[`shortcut.${name}`]);
    for (const keys of ['Ctrl+Shift+K', 'Alt+Shift+↑', 'Ctrl+1 … 9', 'Shift+F10', 'Page up', 'Delete']) expect(page()).toContain(keys);
    await act(() => model.settings.getState().change({ shortcuts: [{ action: 'lock', keys: 'F9' }, { action: 'renew', keys: '' }], enterSends: false }));
    expect(page()).toContain('F9');
    expect(page()).not.toContain('Ctrl+L');
    expect(page()).not.toContain(english['shortcut.renew']);
    expect(page()).toContain('Ctrl+Enter');
    await pressNamed('Change shortcuts…');
    expect(model.ui.getState()).toMatchObject({ dialog: 'settings', settingsSection: 'keyboard' });
    expect(fake.calls).not.toContain('vault.lock');
  });

  it('every command that is heard anywhere does something', async () => {
    const fake = createFake(busyWorld(now));
    const model = createModel(createClient(fake.bridge));
    const stop = model.start();
    const Listening = (): ReactNode => {
      useShortcuts();
      return ['list', 'conversation'].map((pane) => (
        <div key={pane} data-pane={pane}>
          <button>{pane}</button>
        </div>
      ));
    };
    render(
      <ModelContext value={model}>
        <TextProvider>
          <Listening />
        </TextProvider>
      </ModelContext>,
    );
    await settle();
    const idle: string[] = [];
    for (const name of commandNames.filter((one) => commandOf(one).scope === 'anywhere')) {
      act(() => {
        model.ui.getState().closeDialog();
        model.ui.getState().showHelp(false);
        model.conversations.setState(({ conversations }) => ({ conversations: conversations.map((one) => ({ ...one, unread: 1 })) }));
        model.showConversation(talkWithBo);
        screen.getByRole('button', { name: 'list' }).focus();
      });
      const before = [model.ui.getState(), document.activeElement, fake.calls.length] as const;
      const { key, ...held } = eventOf(commandOf(name).keys);
      const taken = !fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });
      await settle();
      if (!taken || (model.ui.getState() === before[0] && document.activeElement === before[1] && fake.calls.length === before[2])) idle.push(name);
    }
    stop();
    expect(idle).toEqual([]);
    expect(fake.calls).toEqual(expect.arrayContaining(['keys.shift', 'vault.lock']));
  });
});

describe('changing shortcuts', () => {
  it('records keys, and they hold at once; the former ones call nothing any more', async () => {
    const { model, fake } = await openKeyboard();
    expect(shown('switcher')).toBe('Ctrl+K');
    await record('switcher');
    expect(document.activeElement?.textContent).toBe('Press the new keys');
    await shortcut('Control', { ctrlKey: true });
    await shortcut('j', { ctrlKey: true });
    expect(shown('switcher')).toBe('Ctrl+J');
    expect(fake.world.settings.shortcuts).toEqual([{ action: 'switcher', keys: 'Mod+J' }]);
    // The focus is where it was pressed, not lost.
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Change the keys for: Go to a person');
    act(() => model.ui.getState().closeDialog());
    await settle();
    await shortcut('k', { ctrlKey: true });
    expect(model.ui.getState().dialog).toBeUndefined();
    await shortcut('j', { ctrlKey: true });
    expect(model.ui.getState().dialog).toBe('switcher');
  });

  it('refuses with the reason, names what has the keys, and gives them over when asked', async () => {
    const { fake, model } = await openKeyboard();
    await record('details');
    const said = (): string => item('details').querySelector('[role=status]')?.textContent ?? '';
    await shortcut('c', { ctrlKey: true });
    expect(said()).toBe('Ctrl+C is for working on text.');
    await shortcut('x');
    expect(said()).toBe('X writes a letter. Hold Ctrl or Alt with it.');
    await shortcut('l', { ctrlKey: true }); // recorded, and does not lock
    expect(said()).toBe('Ctrl+L already calls: Lock.');
    expect(fake.calls).not.toContain('vault.lock');
    await pressNamed('Use Ctrl+L here instead');
    expect([shown('details'), shown('lock')]).toEqual(['Ctrl+L', undefined]);
    await pressNamed('Back to Ctrl+L for: Lock');
    expect([shown('details'), shown('lock')]).toEqual([undefined, 'Ctrl+L']);
    await pressNamed('All as usual');
    expect([shown('details'), shown('lock'), fake.world.settings.shortcuts]).toEqual(['Ctrl+I', 'Ctrl+L', []]);
    // Escape keeps what was, and the settings stay open.
    await record('reply');
    await shortcut('Escape');
    expect([shown('reply'), model.ui.getState().dialog]).toEqual(['R', 'settings']);
    await pressNamed('No keys for: Reply');
    expect([shown('reply'), item('reply').textContent]).toEqual([undefined, expect.stringContaining('None')]);
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Change the keys for: Reply');
  });

  it('a key of the message list follows too, and a letter goes into the field that has the focus', async () => {
    const world = busyWorld(now);
    world.settings = { ...world.settings, shortcuts: [{ action: 'reply', keys: 'J' }] };
    const { model } = await renderApp(world);
    act(() => model.showConversation(talkWithBo));
    await settle();
    const reply = (): unknown => model.drafts.getState().drafts[talkWithBo]?.replyTo;
    act(() => [...document.querySelectorAll<HTMLElement>('article')].at(-1)?.focus());
    await shortcut('r');
    expect(reply()).toBeUndefined();
    await shortcut('j');
    expect(reply()).toBeDefined();
    const field = screen.getByLabelText('Message');
    expect(document.activeElement).toBe(field);
    expect(fireEvent.keyDown(field, { key: 'j' })).toBe(true);
  });

  it('all as usual again: the button has nothing to do any more, and the focus stays beside it; refused, nobody is told that it was done', async () => {
    const { fake, model } = await openKeyboard();
    await record('switcher');
    await shortcut('j', { ctrlKey: true });
    fake.world.failing.set('settings.set', 'disk.failed');
    act(() => buttonNamed('All as usual').focus());
    await pressNamed('All as usual');
    expect(model.ui.getState().toasts.map(({ text }) => text)).toEqual([expect.stringContaining('Reading or writing the disk failed.')]);
    expect(shown('switcher')).toBe('Ctrl+J');
    fake.world.failing.clear();
    await pressNamed('All as usual');
    expect(shown('switcher')).toBe('Ctrl+K');
    expect(page()).toContain('All shortcuts are as usual again.');
    expect(document.activeElement).toBe(buttonNamed('Show all on one sheet'));
  });
});
