import { act, cleanup, fireEvent, renderHook, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createModel } from '../../../../renderer/app/model';
import { ModelContext } from '../../../../renderer/app/model-context';
import type { SettingsSection } from '../../../../renderer/app/ui-store';
import { createClient } from '../../../../renderer/bridge/client';
import { emptyThread, type Thread } from '../../../../renderer/features/conversation/messages-store';
import { useWholeList } from '../../../../renderer/features/conversation/use-whole-list';
import { defaultSettings } from '../../../../shared/model/default-settings';
import type { Settings } from '../../../../shared/model/settings';
import { createFake } from '../../../preview/fake-world';
import { busyWorld, scenes, talkWithBo } from '../../../preview/scenes';
import { pressNamed, submitNamed, write } from '../open-settings';
import { renderApp, settle, type Running } from '../render-app';

const now = 1_800_000_000_000;
const root = document.documentElement;

const panel = (): HTMLElement => {
  const found = document.querySelector<HTMLElement>('[role=tabpanel]');
  if (found === null) throw new Error('no page is open');
  return found;
};

async function showPage({ model }: Running, section: SettingsSection): Promise<HTMLElement> {
  act(() => model.ui.getState().openSettings(section));
  await settle();
  return panel();
}

/** The radio button of this label. */
function choose(label: string, option: string): void {
  const group = [...panel().querySelectorAll<HTMLElement>('[role=radiogroup]')].find((one) => one.querySelector('.field-label')?.textContent === label);
  const radio = [...(group?.querySelectorAll<HTMLElement>('.choice-option') ?? [])].find((one) => one.textContent === option)?.querySelector('input');
  if (radio === null || radio === undefined) throw new Error(`no ${label}: ${option}`);
  fireEvent.click(radio);
}

/** Another value than now for everything on the page that is chosen at once. */
async function changeAll(): Promise<void> {
  for (const each of panel().querySelectorAll<HTMLInputElement>('input[role=switch]:not(:disabled)')) fireEvent.click(each);
  for (const group of panel().querySelectorAll('[role=radiogroup]')) fireEvent.click([...group.querySelectorAll<HTMLInputElement>('input[type=radio]')].find((radio) => !radio.checked) ?? group);
  for (const each of panel().querySelectorAll<HTMLElement>('.select-button')) {
    for (const key of ['ArrowRight', 'ArrowLeft']) {
      fireEvent.keyDown(each, { key });
      fireEvent.keyUp(each, { key });
      await settle();
    }
  }
}

/** Where each setting is changed. Two are written and saved by a button, which has its own tests. */
const places: Readonly<Record<SettingsSection, readonly (keyof Settings)[]>> = {
  look: ['theme', 'contrast', 'textSize', 'density', 'listWidth', 'motion', 'wholeList', 'language'],
  keyboard: [],
  talks: ['enterSends', 'spelling', 'readReceipts', 'typing', 'stripMetadata', 'acceptFilesUpTo'],
  security: ['lockAfterMinutes', 'lockOnSleep', 'contentProtection'],
  network: ['findOnNetwork', 'portMapping'],
  identity: ['rotateIdentityDays', 'keepCheck'],
  devices: [],
  mailbox: ['shareSessions'],
  organisations: [],
  backup: [],
  desktop: ['notifications', 'sounds', 'tray', 'startAtLogin', 'startHidden'],
  profiles: [],
  about: [],
};
const written: readonly (keyof Settings)[] = ['proxy', 'onionAddress', 'shortcuts'];

describe('profiles', () => {
  it('one whose name has characters that nobody sees is deleted by what is shown of it, and so it stands in the list before a profile is open', async () => {
    const name = 'Holiday\u202Egnp';
    const profiles = [{ profileId: 'main', name: 'Main', current: true }, { profileId: '0123456789abcdef', name, current: false }];
    const running = await renderApp(busyWorld(now, { profiles }));
    await showPage(running, 'profiles');
    const shown = 'Holiday[U+202E]gnp';
    await pressNamed(`Delete ${shown}`);
    write(`Type ${shown} to delete it`, shown);
    await pressNamed(`Delete ${shown}`);
    expect(running.fake.world.profiles.map((one) => one.name)).toEqual(['Main']);
    cleanup();
    await renderApp(busyWorld(now, { profiles: profiles.map((one) => ({ ...one, current: one.name === name })), vault: 'locked' }));
    await settle();
    expect(screen.getByRole('button', { name: /Profile/ }).textContent).toContain('Holiday[U+202E]gnp');
  });
});

describe('the name of a profile', () => {
  it.each([
    ['of a new one', 'profiles.create', 'New profile…', 'Create and open'],
    ['of one there is', 'profiles.rename', 'Rename Holiday', 'Rename'],
  ] as const)('%s that is refused says why, until another one is typed', async (_which, call, opens, does) => {
    const running = await renderApp(busyWorld(now, { profiles: [{ profileId: 'main', name: 'Main', current: true }, { profileId: '0123456789abcdef', name: 'Holiday', current: false }] }));
    await showPage(running, 'profiles');
    running.fake.world.failing.set(call, 'profile.name-taken');
    await pressNamed(opens);
    write('Name of the profile', 'Main');
    await submitNamed(does);
    const fault = (): string | undefined => document.querySelector('[role=dialog] .field-error')?.textContent ?? undefined;
    expect(fault()).toBeTruthy();
    write('Name of the profile', 'Mainly');
    expect(fault()).toBeUndefined();
    running.fake.world.failing.clear();
    await submitNamed(does);
    expect([running.fake.world.profiles.some(({ name }) => name === 'Mainly'), document.querySelector('[role=dialog] .field-error')]).toEqual([true, null]);
  });
});

describe('settings', () => {
  it('each has one place', () => {
    expect([...Object.values(places).flat(), ...written].sort()).toEqual(Object.keys(defaultSettings).sort());
  });

  it('every control of every page changes its setting', async () => {
    const running = await renderApp(scenes['mailbox-on']?.(now) ?? busyWorld(now));
    const seen = new Set<string>();
    running.model.settings.subscribe(({ settings }, before) => {
      for (const [key, value] of Object.entries(settings)) if (JSON.stringify(value) !== JSON.stringify(before.settings[key as keyof Settings])) seen.add(key);
    });
    // The page with the language last: its words change.
    const sections = (Object.keys(places) as SettingsSection[]).filter((one) => places[one].length > 0).reverse();
    for (const section of sections) {
      seen.clear();
      await showPage(running, section);
      await changeAll();
      await settle();
      if (section === 'desktop') await changeAll(); // one waits for another
      expect([...seen].sort(), section).toEqual([...places[section]].sort());
    }
    // What the main process keeps is what is shown.
    expect(running.model.settings.getState().settings).toEqual(running.fake.world.settings);
  });

  it('where no window can be kept out of pictures of the screen it is said so', async () => {
    for (const [platform, words] of [['Linux x86_64', /^Linux has no way to do that/], ['Win32', /^Screenshots and shared screens show an empty window/]] as const) {
      const system = vi.spyOn(navigator, 'platform', 'get').mockReturnValue(platform);
      onTestFinished(() => system.mockRestore());
      const running = await renderApp(busyWorld(now));
      await showPage(running, 'security');
      expect(within(panel()).getByText(words)).toBeTruthy();
      cleanup();
    }
  });

  it('the button that shows what others made goes with that, and the focus is there then', async () => {
    const running = await renderApp(busyWorld(now));
    await showPage(running, 'about');
    // What came with the page has its focus settled by then.
    for (let frame = 0; frame < 12; frame += 1) await new Promise((done) => requestAnimationFrame(done));
    await pressNamed('Show libraries and licences');
    expect(panel().querySelector('.licence-list')).not.toBeNull();
    await waitFor(() => expect(document.activeElement?.closest('section')?.querySelector('h3')?.textContent).toBe('Made by others'));
  });

  it('what is chosen about looks shows at once, and goes again', async () => {
    const running = await renderApp(busyWorld(now));
    await showPage(running, 'look');
    expect(Object.keys(root.dataset)).toEqual([]);
    for (const [label, option] of [['Theme', 'Dark'], ['Contrast', 'High'], ['Text size', '175%'], ['Density', 'Compact'], ['Motion', 'Reduced']] as const) choose(label, option);
    await settle();
    expect({ ...root.dataset }).toEqual({ theme: 'dark', contrast: 'high', density: 'compact', motion: 'reduced' });
    expect(root.style.getPropertyValue('--text-size')).toBe('175%');
    for (const [label, option] of [['Theme', 'As the system'], ['Contrast', 'As the system'], ['Text size', '100%'], ['Density', 'Comfortable'], ['Motion', 'As the system']] as const) choose(label, option);
    await settle();
    expect(Object.keys(root.dataset)).toEqual([]);
    expect(root.style.getPropertyValue('--text-size')).toBe('');
  });

  it('high contrast of an earlier version is dark with high contrast, and either can be changed', async () => {
    const world = busyWorld(now);
    world.settings = { ...world.settings, theme: 'contrast' };
    const running = await renderApp(world);
    await showPage(running, 'look');
    expect({ ...root.dataset }).toEqual({ theme: 'dark', contrast: 'high' });
    choose('Theme', 'Light');
    await settle();
    expect({ ...root.dataset }).toEqual({ theme: 'light', contrast: 'high' });
    expect(running.fake.world.settings).toMatchObject({ theme: 'light', contrast: 'high' });
  });

  it('whole conversations: what is older is asked for without being scrolled to, up to a thousand messages', async () => {
    const world = busyWorld(now);
    world.settings = { ...world.settings, wholeList: true };
    const { bridge, calls } = createFake(world);
    const model = createModel(createClient(bridge));
    const [message] = world.messages.get(talkWithBo) ?? [];
    if (message === undefined) throw new Error('no message');
    const holding = (count: number): Thread => ({ ...emptyThread, messages: Array.from({ length: count }, (_, at) => ({ ...message, messageId: at.toString(16).padStart(32, '0') })) });
    const asked = async (thread: Thread): Promise<number> => {
      model.messages.setState({ threads: { [talkWithBo]: thread } });
      const before = calls.length;
      const { unmount } = renderHook(() => useWholeList(talkWithBo, thread), { wrapper: ({ children }) => <ModelContext value={model}>{children}</ModelContext> });
      await settle();
      unmount();
      return calls.slice(before).filter((call) => call === 'messages.list').length;
    };
    expect(await asked(holding(999))).toBe(0); // not unless it was chosen
    await model.settings.getState().load();
    expect(await asked(holding(999))).toBe(1);
    expect(await asked(holding(1000))).toBe(0);
    expect(await asked({ ...holding(10), complete: true })).toBe(0);
    // An earlier place is being looked at: it would move away under the reader.
    expect(await asked({ ...holding(10), behind: true })).toBe(0);
  });
});

describe('the page of protection', () => {
  it.each([
    ['open-to-others', true],
    ['busy', false],
  ])('says where other accounts can get into the folder of the profile, and nowhere else (%s)', async (scene, told) => {
    const running = await renderApp(scenes[scene]?.(now) ?? expect.unreachable('a scene'));
    expect((await showPage(running, 'security')).textContent.includes('Other accounts of this computer can get into the folder')).toBe(told);
  });
});
