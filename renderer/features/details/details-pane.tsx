import { useEffect, useRef, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import type { Contact } from '../../../shared/model/contact';
import { useUi } from '../../app/model-context';
import { backToTalk, detailsLieOver } from '../../app/panes';
import type { DetailsTab } from '../../app/ui-store';
import { heard } from '../../i18n/heard';
import { useText } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';
import { useIsAlone } from '../../ui/use-is-alone';
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
  const pane = useRef<HTMLDivElement>(null);
  const isAlone = useIsAlone(pane);
  useEffect(() => {
    // Where the pane covers the conversation, the focus must not stay beneath it.
    if (detailsLieOver()) pane.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
  }, []);
  // In a window of middle width they lie over a part of the conversation: what gets the focus beneath them is shown.
  useEffect(() => {
    const look = ({ target }: FocusEvent): void => {
      const own = pane.current?.getBoundingClientRect();
      if (own === undefined || !(target instanceof Element) || target.closest('[data-pane="conversation"]') === null) return;
      const { left, right } = target.getBoundingClientRect();
      if (left < right && left >= own.left && right <= own.right) close();
    };
    document.addEventListener('focusin', look);
    return () => document.removeEventListener('focusin', look);
  }, [close]);
  return (
    <div ref={pane} className="pane details-pane" role={isAlone ? 'main' : 'complementary'} aria-label={heard(text('conversation.details'))} data-pane="details">
      {/* That of the conversation is not there while this covers it. */}
      {isAlone ? <h1 className="only-heard">{text('conversation.details')}</h1> : null}
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
    </div>
  );
}
