import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useModel, useUi } from '../../app/model-context';
import type { SettingsSection } from '../../app/ui-store';
import { useText } from '../../i18n/use-text';
import { Dialog } from '../../ui/dialog';
import { BackupSection } from '../backup/backup-section';
import { DesktopSection } from '../desktop/desktop-section';
import { DevicesSection } from '../devices/devices-section';
import { IdentitySection } from '../identity/identity-section';
import { MailboxSection } from '../mailbox/mailbox-section';
import { OrganisationsSection } from '../organisations/organisations-section';
import { ProfilesSection } from '../profiles/profiles-section';
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
  return (
    <Dialog title={text('settings.title')} onClose={close} size="large">
      <Tabs
        className="tabs settings-tabs"
        selectedKey={section}
        onSelectionChange={(key) => {
          const chosen = sections.find((one) => one === key);
          if (chosen !== undefined) show(chosen);
        }}
      >
        <TabList className="tab-list" aria-label={text('settings.title')}>
          {sections.map((one) => (
            <Tab key={one} id={one} className="tab">
              {text(`settings.tab.${one}`)}
            </Tab>
          ))}
        </TabList>
        {sections.map((one) => (
          <TabPanel key={one} id={one} className="tab-panel">
            {pages[one]}
          </TabPanel>
        ))}
      </Tabs>
    </Dialog>
  );
}
