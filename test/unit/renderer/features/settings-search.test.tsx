import { act, fireEvent, render, screen } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { createModel } from '../../../../renderer/app/model';
import { ModelContext } from '../../../../renderer/app/model-context';
import type { SettingsSection } from '../../../../renderer/app/ui-store';
import { createClient } from '../../../../renderer/bridge/client';
import { SettingsDialog } from '../../../../renderer/features/settings/settings-dialog';
import { findSettings } from '../../../../renderer/features/settings/find-settings';
import { settingsIndex } from '../../../../renderer/features/settings/settings-index';
import { findPlace, nameOfPlace, placeNames } from '../../../../renderer/features/settings/settings-place';
import { german } from '../../../../renderer/i18n/german';
import { withHyphens } from '../../../../renderer/i18n/hyphens';
import { english } from '../../../../renderer/i18n/messages';
import { TextProvider } from '../../../../renderer/i18n/text-provider';
import type { Text } from '../../../../renderer/i18n/use-text';
import { createFake, type World } from '../../../preview/fake-world';
import { busyWorld, scenes } from '../../../preview/scenes';
import { buttonNamed, page } from '../open-settings';
import { shortcut } from '../open-talk';
import { renderApp, settle, type Running } from '../render-app';

const now = 1_800_000_000_000;
const inEnglish: Text = (id) => english[id];
/** As it is shown: with hyphens that nobody types. */
const inGerman: Text = (id) => withHyphens(german[id] ?? '');
const labels = (query: string, text: Text = inEnglish): string[] => findSettings(query, text).map(({ label }) => label);

/** Everything the pages can show: keys of six generations, a mailbox or none. */
function fullWorld(mailbox: boolean): World {
  const world = scenes['identity']?.(now) ?? busyWorld(now);
  if (mailbox) world.devices = scenes['mailbox-on']?.(now)?.devices ?? world.devices;
  return world;
}

const pages = [...new Set(settingsIndex.map((entry) => entry.page))];
/** Of no one place: they stand beside every field of their kind, or count what is there. */
const beside = /^(?:Show: .+|All \d+ keys)$/u;

function panelOf(section: SettingsSection): HTMLElement {
  const panel = document.querySelector<HTMLElement>(`[role=tabpanel][data-page=${section}]`);
  if (panel === null) throw new Error(`no ${section}`);
  return panel;
}

async function open(running: Running, section: SettingsSection): Promise<HTMLElement> {
  act(() => running.model.ui.getState().openSettings(section));
  await settle();
  return panelOf(section);
}

describe('the index of the settings', () => {
  it('has every page, every control and heading on it, and nothing else', async () => {
    const outside = new Set<string>();
    const [missing, stale] = [new Set<string>(), new Set(settingsIndex.map(({ page: of, label }) => `${of}: ${english[label]}`))];
    for (const mailbox of [true, false]) {
      // The settings alone: the window around them has no part in this.
      const model = createModel(createClient(createFake(fullWorld(mailbox)).bridge));
      const stop = model.start();
      const { unmount } = render(
        <ModelContext value={model}>
          <TextProvider>
            <SettingsDialog />
          </TextProvider>
        </ModelContext>,
      );
      for (const section of mailbox ? pages : (['mailbox'] as const)) {
        act(() => model.ui.getState().showSettings(section));
        await settle();
        const panel = panelOf(section);
        const entries = settingsIndex.filter((entry) => entry.page === section);
        const known = new Set(entries.flatMap(({ label, also }) => [label, ...also].map((id) => english[id] as string)));
        // What is of one item in a list (a device, an organisation) is no setting; keys of commands are.
        const named = [...panel.querySelectorAll(placeNames)].filter((one) => one.matches('.shortcut-name') || (one.closest('li') === null && !one.matches('.select-button')));
        for (const one of named) if (!known.has(nameOfPlace(one)) && !beside.test(nameOfPlace(one))) missing.add(`${section}: ${nameOfPlace(one)}`);
        for (const { label } of entries) {
          const place = findPlace(panel, english[label]);
          if (place !== undefined) stale.delete(`${section}: ${english[label]}`);
          // Never what closes the dialog around: a heading without a section of its own once led there.
          if (place !== undefined && !panel.contains(place)) outside.add(`${section}: ${english[label]}`);
        }
      }
      unmount();
      stop();
    }
    expect({ missing: [...missing], stale: [...stale], outside: [...outside] }).toEqual({ missing: [], stale: [], outside: [] });
    expect(pages.map((one) => `settings.tab.${one}`).sort()).toEqual(Object.keys(english).filter((id) => id.startsWith('settings.tab.')).sort());
  });

  it('finds by label, description, page and other words, each word wherever it stands, in the language of the reader', () => {
    expect(labels('text size')).toEqual(['settings.textSize']);
    expect(labels('dark mode')[0]).toBe('settings.theme');
    expect(labels('  FONT ')).toEqual(['settings.textSize']);
    expect(labels('screenshot')).toEqual(['settings.contentProtection']);
    expect(labels('password')).toContain('settings.passphrase.change');
    expect(labels('lock')[0]).toBe('settings.lockAfter');
    expect(labels('appearance contrast')).toEqual(['settings.contrast']);
    expect(labels('zzz')).toEqual([]);
    expect(labels('   ')).toEqual([]);
    // Marks above letters make no difference, nor how ß is written.
    expect(labels('schriftgrosse', inGerman)).toEqual(['settings.textSize']);
    expect(labels('Schriftgröße', inGerman)).toEqual(['settings.textSize']);
    expect(labels('größer', inGerman)).toEqual(labels('grosser', inGerman));
    expect(labels('lesebestatigung', inGerman)).toContain('settings.readReceipts');
    expect(labels('dunkelmodus', inGerman)).toEqual(['settings.theme']);
  });
});

describe('searching the settings', () => {
  it('by keyboard: to the field, through what was found, to the control; what there is none of says what to do', async () => {
    const running = await renderApp(busyWorld(now));
    const panel = await open(running, 'about');
    const field = document.querySelector<HTMLInputElement>('.settings-search input');
    if (field === null) throw new Error('no field');
    act(() => panel.querySelector<HTMLElement>('button')?.focus());
    await shortcut('/');
    expect(document.activeElement).toBe(field);
    expect(fireEvent.keyDown(field, { key: '/' })).toBe(true); // it is written now
    act(() => panel.querySelector<HTMLElement>('button')?.focus());
    await shortcut('f', { ctrlKey: true });
    expect(document.activeElement).toBe(field);
    expect(running.model.ui.getState().dialog).toBe('settings');
    // Where the settings begin, and in their head.
    for (const place of [screen.getByRole('dialog'), screen.getByRole('button', { name: 'Close' })]) {
      act(() => place.focus());
      expect(document.activeElement).toBe(place);
      await shortcut('f', { ctrlKey: true });
      expect(document.activeElement).toBe(field);
    }

    fireEvent.change(field, { target: { value: 'gibberish' } });
    expect(page()).toContain('Nothing is called “gibberish” here. Try another word, or one of the pages below.');
    fireEvent.change(field, { target: { value: 'read receipts' } });
    const options = [...document.querySelectorAll('[role=option]')];
    expect(options.map((one) => one.textContent)).toEqual(['Say that I have read messagesConversations', 'What others learnConversations']);
    expect(document.querySelector('.settings-search [role=status]')?.textContent).toBe('2 places found');
    await shortcut('ArrowDown');
    expect(field.getAttribute('aria-activedescendant')).toBe(options[1]?.id);
    await shortcut('ArrowUp');
    await shortcut('Enter');
    await settle();
    expect(running.model.ui.getState().settingsSection).toBe('talks');
    const chosen = document.activeElement;
    expect(chosen?.closest('.switch')?.textContent).toBe('Say that I have read messages');
    expect(chosen?.closest('[data-found]')).not.toBeNull();
    expect(field.value).toBe('');

    // Escape empties the field first, and closes the settings then.
    act(() => field.focus());
    fireEvent.change(field, { target: { value: 'tor' } });
    await shortcut('Escape');
    expect([field.value, running.model.ui.getState().dialog]).toEqual(['', 'settings']);
  });

  it('its keys do nothing while a question of a page lies over the settings', async () => {
    const running = await renderApp(busyWorld(now));
    await open(running, 'identity');
    const field = document.querySelector<HTMLInputElement>('.settings-search input');
    if (field === null) throw new Error('no field');
    const focused = vi.spyOn(field, 'focus');
    fireEvent.click(buttonNamed('Change your name…'));
    await settle();
    await shortcut('f', { ctrlKey: true });
    act(() => buttonNamed('Cancel').focus());
    await shortcut('/');
    expect(focused).not.toHaveBeenCalled();
    fireEvent.click(buttonNamed('Cancel'));
    await settle();
    act(() => buttonNamed('Change your name…').focus());
    await shortcut('/');
    expect(document.activeElement).toBe(field);
  });

  it('where the page has its place only later, the focus goes there unless somebody went on meanwhile, or looks for something else', async () => {
    const running = await renderApp(busyWorld(now));
    await open(running, 'look');
    const field = document.querySelector<HTMLInputElement>('.settings-search input');
    if (field === null) throw new Error('no field');
    const frames = async (): Promise<void> => {
      for (let frame = 0; frame < 6; frame += 1) await act(async () => new Promise((done) => requestAnimationFrame(() => done())));
    };
    const real = running.model.client.identity.keyHistory;
    let answer = (): void => undefined;
    vi.spyOn(running.model.client.identity, 'keyHistory').mockImplementation(async () => {
      await new Promise<void>((done) => (answer = done));
      return (await real()).map((key) => ({ ...key, retiredAt: now }));
    });
    for (const [goOn, isThere] of [
      [() => undefined, false],
      [() => buttonNamed('Close').focus(), true],
      [() => void fireEvent.change(field, { target: { value: 'proxy' } }), true],
    ] as const) {
      act(() => {
        running.model.identity.setState({ keys: undefined });
        running.model.ui.getState().showSettings('look');
        field.focus();
      });
      await settle();
      fireEvent.change(field, { target: { value: 'forget old keys' } });
      await shortcut('Enter');
      await frames();
      act(goOn);
      const there = document.activeElement;
      answer();
      await settle();
      await frames();
      expect(document.activeElement === there, String(there?.outerHTML)).toBe(isThere);
    }
  });
});
