// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { findHelp } from '../../../../renderer/features/help/find-help';
import { plainSpans, textsOf, type Page } from '../../../../renderer/features/help/page';
import { languageOf, pagesIn } from '../../../../renderer/features/help/pages';
import { emptyWorld } from '../../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { buttonNamed, openSettings, page, pressNamed, write } from '../open-settings';
import { shortcut } from '../open-talk';
import { renderApp, settle } from '../render-app';

const now = Date.now();
const dialogs = (): readonly string[] => screen.queryAllByRole('dialog').map((each) => within(each).getAllByRole('heading')[0]?.textContent ?? '');

describe('the help', () => {
  it('is there before there is a profile, behind the lock and where nothing opens; it is the guide, and asks nobody', async () => {
    const { fake } = await renderApp({ ...emptyWorld(), vault: 'absent' });
    const asked = fake.calls.length;
    await pressNamed('Help');
    expect(page()).toContain('From the first start to the day a computer is lost.');
    expect(page()).toContain('At the first start Keyshift asks for a name and a passphrase');
    expect(await axeFindings()).toEqual([]);
    expect(fake.calls.length).toBe(asked);
    await pressNamed('Close');
    expect(page()).not.toContain('From the first start');
    // The other ways to begin have it in the same place, last of all.
    for (const way of ['I already use Keyshift on another device', 'Restore from a backup']) {
      await pressNamed(way);
      expect(within(screen.getByRole('main')).getAllByRole('button').at(-1)?.textContent).toBe('Help');
      await pressNamed('Begin with a new identity');
    }
  });

  it('opens by its key over what is open already, which is still there afterwards', async () => {
    await openSettings(busyWorld(now), 'Security');
    write('New passphrase', 'half a passphrase');
    await shortcut('F1');
    expect(dialogs()).toContain('Help');
    await pressNamed('Close');
    expect(dialogs()).toEqual(['Settings']);
    expect(screen.getByLabelText<HTMLInputElement>('New passphrase').value).toBe('half a passphrase');
  });

  it('opens from the menu of the window, also while the vault is locked, and closes with the vault', async () => {
    const { fake, model } = await renderApp({ ...busyWorld(now), vault: 'locked' });
    act(() => fake.emit({ type: 'desktop.help' }));
    await settle();
    expect(page()).toContain('From the first start');
    act(() => model.ui.getState().showHelp(false));
    await act(() => model.session.getState().unlock(fake.world.passphrase));
    await settle();
    act(() => fake.emit({ type: 'desktop.help' }));
    await settle();
    expect(page()).toContain('From the first start');
    await act(() => model.session.getState().lock());
    await settle();
    expect(page()).not.toContain('From the first start');
  });

  it('leaves the focus to what there is where that is gone from which it was opened', async () => {
    const { fake, model } = await renderApp(busyWorld(now));
    act(() => model.showConversation(talkWithBo));
    await settle();
    const last = screen.getAllByRole('article').at(-1);
    act(() => last?.focus());
    await shortcut('F1');
    expect(dialogs()).toHaveLength(1);
    fake.world.messages.set(talkWithBo, []);
    act(() => fake.emit({ type: 'messages.moved', conversationId: talkWithBo }));
    await settle();
    await shortcut('Escape');
    await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Message')));
    expect(last?.isConnected).toBe(false);
  });

  it('gives way to the conversation of a notification that was clicked', async () => {
    const { fake, model } = await renderApp(busyWorld(now));
    act(() => model.ui.getState().showHelp(true));
    await settle();
    expect(dialogs()).toEqual(['Help']);
    act(() => fake.emit({ type: 'desktop.show', conversationId: talkWithBo }));
    await vi.waitFor(() => expect(model.ui.getState().selection?.conversationId).toBe(talkWithBo), { timeout: 15_000 });
    await settle();
    expect(dialogs()).toEqual([]);
  });

  it('leads from a link to the place in another part, which has the focus, and stays inside', async () => {
    await renderApp({ ...emptyWorld(), vault: 'locked' });
    await pressNamed('Help');
    await pressNamed('what to do');
    expect(document.activeElement?.textContent).toBe('A device is lost');
    expect(page()).toContain('You can use Keyshift on several devices at once.');
    // What does not lie here is words: nothing in it is a link of the page.
    expect(document.querySelectorAll('[role=dialog] a')).toHaveLength(0);
  });

  it('what it names is here, or it says where that is found; of a place in the web it shows the address', async () => {
    await renderApp({ ...emptyWorld(), vault: 'locked' });
    await pressNamed('Help');
    const article = (): HTMLElement => screen.getByRole('article');
    const links = (): readonly string[] => within(article()).queryAllByRole('button').map(({ textContent }) => textContent ?? '');
    expect(links()).toContain('security.md');
    expect(page()).toContain('headless.md is not part of the help: it stands in the folder docs of Keyshift’s source.');
    fireEvent.click(buttonNamed('Your keys'));
    await settle();
    expect(links()).not.toContain('protocol.md');
    expect(page()).toContain('protocol.md is not part of the help: it stands in the folder docs of Keyshift’s source.');
    await pressNamed('Hosting a mailbox');
    expect(document.activeElement?.textContent).toBe('Hosting a mailbox');
    expect(article().textContent).toContain('(https://nats.io)');
    expect(article().lang).toBe('en');
  });

  it('is searched word by word, and what was found is gone to', async () => {
    await renderApp({ ...emptyWorld(), vault: 'locked' });
    await pressNamed('Help');
    write('Search the help', 'six digits');
    await settle();
    expect(screen.getByText(/parts found/)).toBeTruthy();
    const list = screen.getByRole('list', { name: 'Found in the help' });
    expect(within(list).getAllByRole('button')[0]?.textContent).toBe('Meet somebody');
    expect(within(list).getAllByText('six').length).toBeGreaterThan(0);
    expect(await axeFindings()).toEqual([]);
    fireEvent.click(within(list).getAllByRole('button')[0] ?? list);
    await settle();
    expect(document.activeElement?.textContent).toBe('Meet somebody');
    write('Search the help', 'zebra');
    await settle();
    expect(page()).toContain('Nothing in the help has all of “zebra”.');
  });

  it('is German where the window is, part for part, under the same places', async () => {
    const [english, german] = [pagesIn('en'), pagesIn('de')];
    expect([...german.keys()]).toEqual([...english.keys()]);
    expect([...english.keys()].filter((name) => languageOf(name, 'de') === 'en')).toEqual(['mailbox.md', 'security.md']);
    for (const [name, page] of english) {
      if (languageOf(name, 'de') === 'en') continue;
      const there = german.get(name);
      expect(there?.sections.map(({ id }) => id), name).toEqual(page.sections.map(({ id }) => id));
      // Translated, and not only there: no part has the words of the other language.
      const words = ({ lead, sections }: Page): readonly string[] => [lead, ...sections.map(({ blocks }) => blocks)].flatMap(textsOf).filter((text) => text.split(' ').length > 6);
      expect(words(there ?? page).filter((text) => words(page).includes(text)), name).toEqual([]);
      // A link leads to the same place.
      const links = (of: Page): readonly string[] => [...JSON.stringify(of).matchAll(/"page":"([^"]*)","anchor":"([^"]*)"/g)].map(([, to, anchor]) => `${to}#${anchor}`);
      expect(links(there ?? page).toSorted(), name).toEqual(links(page).toSorted());
    }
    expect(german.get('guide.md')?.sections.map(({ spans }) => plainSpans(spans))).toContain('Wenn jemand nicht da ist');
    expect(findHelp(pagesIn('de'), 'Stick überbringen')[0]).toMatchObject({ page: 'guide.md', anchor: 'when-somebody-is-away' });
    const { model } = await renderApp({ ...emptyWorld(), vault: 'locked' });
    await act(() => model.settings.getState().change({ language: 'de' }));
    // Its words are read first.
    await vi.waitFor(() => buttonNamed('Hilfe'), { timeout: 15_000 });
    await pressNamed('Hilfe');
    expect(page()).toContain('Beim ersten Start fragt Keyshift nach einem Namen');
    fireEvent.click(buttonNamed('Deine Schlüssel'));
    await settle();
    expect(page()).toContain('Wähle eine Passphrase, die du nicht vergisst.');
    // With room for them long words stand whole: a screen reader may say their parts, or what divides them.
    await pressNamed('Das Wiederherstellungsblatt');
    expect(document.activeElement?.textContent).toBe('Das Wiederherstellungsblatt');
    expect(document.documentElement.outerHTML).not.toMatch(/\u00AD|&shy;/);
    // Large letters leave as little as a small window does: there they say where they may be divided.
    document.documentElement.style.fontSize = '40px';
    onTestFinished(() => void document.documentElement.style.removeProperty('font-size'));
    fireEvent(window, new Event('resize'));
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Das Wieder\u00ADher\u00ADstellungs\u00ADblatt'));
  });

  it('runs from left to right in a window that does not, and says in which language it is', async () => {
    const { model } = await renderApp({ ...emptyWorld(), vault: 'locked' });
    await act(() => model.settings.getState().change({ language: 'pseudo-rtl' }));
    await vi.waitFor(() => expect(document.documentElement.dir).toBe('rtl'), { timeout: 15_000 });
    act(() => model.ui.getState().showHelp(true));
    await settle();
    for (const part of ['.help-page', '.help-contents ul']) expect([part, document.querySelector(part)?.getAttribute('dir'), document.querySelector(part)?.getAttribute('lang')]).toEqual([part, 'ltr', 'en']);
  });

  it('has no link that leads nowhere, in either language', () => {
    for (const pages of [pagesIn('en'), pagesIn('de')]) {
      const places = new Set([...pages].flatMap(([name, { lead, sections }]) => [`${name}#`, ...[lead, ...sections.map(({ blocks }) => blocks)].flatMap((blocks) => blocks.flatMap((block) => (block.kind === 'heading' ? [`${name}#${block.id}`] : []))), ...sections.map(({ id }) => `${name}#${id}`)]));
      for (const [name, { lead, sections }] of pages) {
        const text = JSON.stringify([lead, sections]);
        const links = [...text.matchAll(/"page":"([^"]*)","anchor":"([^"]*)"/g)].map(([, to = '', anchor = '']) => [to === '' ? name : to, anchor] as const);
        expect(links.filter(([to, anchor]) => pages.has(to) && !places.has(`${to}#${anchor}`))).toEqual([]);
        expect(sections.flatMap(({ blocks }) => textsOf(blocks)).join(' ')).not.toMatch(/\]\(|\*\*|`/);
      }
    }
  });
});
