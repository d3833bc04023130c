import { useEffect, useRef, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { Contact } from '../../../shared/model/contact';
import { useUi } from '../../app/model-context';
import { backToTalk, detailsLieOver } from '../../app/panes';
import type { DetailsTab } from '../../app/ui-store';
import { useText } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';
import { WhoTab } from '../contacts/who-tab';
import { FilesTab } from '../files/files-tab';
import { KeysTab } from '../keys/keys-tab';
import { ReachTab } from '../network/reach-tab';

const tabs: readonly DetailsTab[] = ['who', 'keys', 'files', 'reach'];

/** Beside the conversation: who this is, which keys, how they are reached. */
export function DetailsPane({ contact, conversationId }: { readonly contact: Contact; readonly conversationId: string | undefined }): ReactNode {
  const text = useText();
  const tab = useUi((state) => state.detailsTab);
  const showDetails = useUi((state) => state.showDetails);
  const close = useUi((state) => state.closeDetails);
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the pane covers the conversation, the focus must not stay beneath it.
    if (detailsLieOver()) pane.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  }, []);
  return (
    <aside ref={pane} className="pane details-pane" aria-label={text('conversation.details')} data-pane="details">
      <Tabs
        className="tabs"
        selectedKey={tab}
        onSelectionChange={(key) => {
          const chosen = tabs.find((one) => one === key);
          if (chosen !== undefined) showDetails(chosen);
        }}
      >
        <div className="tabs-head">
          <TabList className="tab-list" aria-label={text('conversation.details')}>
            {tabs.map((one) => (
              <Tab key={one} id={one} className="tab">
                {text(`${one}.label`)}
              </Tab>
            ))}
          </TabList>
          <IconButton
            label={text('app.close')}
            onPress={() => {
              close();
              backToTalk();
            }}
          >
            <X aria-hidden="true" />
          </IconButton>
        </div>
        <TabPanel id="who" className="tab-panel">
          <WhoTab key={contact.contactId} contact={contact} />
        </TabPanel>
        <TabPanel id="keys" className="tab-panel">
          <KeysTab contact={contact} conversationId={conversationId} />
        </TabPanel>
        <TabPanel id="files" className="tab-panel">
          <FilesTab key={conversationId ?? ''} contact={contact} conversationId={conversationId} />
        </TabPanel>
        <TabPanel id="reach" className="tab-panel">
          <ReachTab key={contact.contactId} contact={contact} />
        </TabPanel>
      </Tabs>
    </aside>
  );
}
