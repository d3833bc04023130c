import { useState, type ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Dialog } from '../../ui/dialog';
import { AboutSection } from './about-section';
import { LookSection } from './look-section';
import { SecuritySection } from './security-section';
import { YouSection } from './you-section';

const sections = ['look', 'security', 'you', 'about'] as const;
type Section = (typeof sections)[number];

export function SettingsDialog(): ReactNode {
  const text = useText();
  const close = useUi((state) => state.closeDialog);
  const [section, setSection] = useState<Section>('look');
  return (
    <Dialog title={text('settings.title')} onClose={close} size="large">
      <Tabs
        className="tabs settings-tabs"
        selectedKey={section}
        onSelectionChange={(key) => {
          const chosen = sections.find((one) => one === key);
          if (chosen !== undefined) setSection(chosen);
        }}
      >
        <TabList className="tab-list" aria-label={text('settings.title')}>
          {sections.map((one) => (
            <Tab key={one} id={one} className="tab">
              {text(`settings.tab.${one}`)}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="look" className="tab-panel">
          <LookSection />
        </TabPanel>
        <TabPanel id="security" className="tab-panel">
          <SecuritySection />
        </TabPanel>
        <TabPanel id="you" className="tab-panel">
          <YouSection />
        </TabPanel>
        <TabPanel id="about" className="tab-panel">
          <AboutSection />
        </TabPanel>
      </Tabs>
    </Dialog>
  );
}
