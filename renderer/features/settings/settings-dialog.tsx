import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useModel, useUi } from '../../app/model-context';
import { calledBy } from '../../app/shortcuts';
import type { SettingsSection } from '../../app/ui-store';
import { useShortcutKeys } from '../../app/use-shortcut-keys';
import { heard } from '../../i18n/heard';
import { useText } from '../../i18n/use-text';
import { isCovered } from '../../ui/covered';
import { Dialog } from '../../ui/dialog';
import { SelectField } from '../../ui/select-field';
import { BackupSection } from '../backup/backup-section';
import { DesktopSection } from '../desktop/desktop-section';
import { DevicesSection } from '../devices/devices-section';
import { IdentitySection } from '../identity/identity-section';
import { MailboxSection } from '../mailbox/mailbox-section';
import { OrganisationsSection } from '../organisations/organisations-section';
import { ProfilesSection } from '../profiles/profiles-section';
import { findSettings } from './find-settings';
import type { SettingsEntry } from './settings-index';
import { goToPlace } from './settings-place';
import { SettingsSearch } from './settings-search';
import { AboutSection } from './about-section';
import { KeyboardSection } from './keyboard-section';
import { LookSection } from './look-section';
import { NetworkSection } from './network-section';
import { SecuritySection } from './security-section';
import { TalksSection } from './talks-section';

/** Every page, in the order of the list. */
const pages: Readonly<Record<SettingsSection, ReactNode>> = {
  look: <LookSection />,
  talks: <TalksSection />,
  keyboard: <KeyboardSection />,
  security: <SecuritySection />,
  network: <NetworkSection />,
  identity: <IdentitySection />,
  devices: <DevicesSection />,
  mailbox: <MailboxSection />,
  organisations: <OrganisationsSection />,
  backup: <BackupSection />,
  desktop: <DesktopSection />,
  profiles: <ProfilesSection />,
  about: <AboutSection />,
};

const sections = Object.keys(pages) as SettingsSection[]; // of the record above

export function SettingsDialog(): ReactNode {
  const text = useText();
  const { networkDrafts, ui } = useModel();
  const closeDialog = useUi((state) => state.closeDialog);
  const section = useUi((state) => state.settingsSection);
  const show = useUi((state) => state.showSettings);
  const close = (): void => {
    closeDialog();
    if (Object.keys(networkDrafts.getState().drafts).length > 0) ui.getState().toast(text('network.unsaved.closed'));
  };
  const keys = useShortcutKeys();
  const field = useRef<HTMLInputElement>(null);
  const [around, setAround] = useState<HTMLDivElement | null>(null);
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState(0);
  const hits = findSettings(query, text);
  const giveUp = useRef<() => void>(undefined);
  useEffect(() => () => giveUp.current?.(), []);
  const ask = (next: string): void => {
    giveUp.current?.();
    setQuery(next);
    setMarked(0);
  };
  const turnTo = (page: SettingsSection): void => {
    ask('');
    show(page);
  };
  const choose = ({ page, label }: SettingsEntry): void => {
    turnTo(page);
    const words = text(label);
    // After the page has taken the place of what was found.
    giveUp.current = goToPlace(() => around?.querySelector<HTMLElement>(`[role=tabpanel][data-page=${page}]`) ?? null, words);
  };
  // By the whole dialog: its head, and the dialog itself, have the focus as well.
  useEffect(() => {
    const dialog = around?.closest<HTMLElement>('[role=dialog]');
    const hear = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isCovered(around) || calledBy(event, keys, 'settings') === undefined) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    dialog?.addEventListener('keydown', hear);
    return () => dialog?.removeEventListener('keydown', hear);
  }, [around, keys]);
  return (
    <Dialog title={text('settings.title')} onClose={close} size="wide">
      <div className="settings" ref={setAround} data-searching={query.trim() === '' ? undefined : ''}>
        <SettingsSearch field={field} query={query} hits={hits} marked={Math.min(marked, Math.max(hits.length - 1, 0))} onQuery={ask} onMark={setMarked} onChoose={choose} />
        {/* Of this and the list of tabs the style shows one: beside the page where there is room for it, else a field that takes a single line of the window. */}
        <div className="settings-pages">
          <SelectField label={text('settings.page')} value={section} options={sections.map((one) => ({ value: one, label: text(`settings.tab.${one}`) }))} onChange={turnTo} />
        </div>
        <Tabs
          className="tabs settings-tabs"
          orientation="vertical"
          selectedKey={section}
          onSelectionChange={(key) => {
            const chosen = sections.find((one) => one === key);
            if (chosen !== undefined) turnTo(chosen);
          }}
        >
          <TabList className="tab-list" aria-label={heard(text('settings.title'))}>
            {sections.map((one) => (
              <Tab key={one} id={one} className="tab">
                {text(`settings.tab.${one}`)}
              </Tab>
            ))}
          </TabList>
          {sections.map((one) => (
            <TabPanel key={one} id={one} className="tab-panel" data-page={one}>
              {pages[one]}
            </TabPanel>
          ))}
        </Tabs>
      </div>
    </Dialog>
  );
}
