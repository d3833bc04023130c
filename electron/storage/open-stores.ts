import type { Stores } from '../services/ports';
import { createAuthorityStore } from './authority-store';
import { createChangeStore } from './change-store';
import { createContactStore } from './contact-store';
import { createConversationStore } from './conversation-store';
import type { Db } from './database';
import { createDeviceMailboxStore } from './device-mailbox-store';
import { createDeviceStore } from './device-store';
import { createDialogStore } from './dialog-store';
import { createEditStore } from './edit-store';
import { createEndorsementStore } from './endorsement-store';
import { createHostedRecordStore } from './hosted-record-store';
import { indexTogether } from './index-together';
import { createInvitationStore } from './invitation-store';
import { createKeptHeaderStore } from './kept-headers';
import { createKeyEventStore } from './key-event-store';
import { createLocalStore } from './local-store';
import { createLogCopying } from './log-copying';
import { createMessageStore } from './message-store';
import { migrate } from './migrate';
import { createOwnWordStore } from './own-word-store';
import { createPeerKeyStore } from './peer-key-store';
import { createPeerStore } from './peer-store';
import { createQuarantineStore } from './quarantine-store';
import { createReactionStore } from './reaction-store';
import { createReplicaStore } from './replica-store';
import { createRequestStore } from './request-store';
import { createResumptionStore } from './resumption-store';
import { createSearchStore } from './search-store';
import { createSharingStore } from './sharing-store';
import { createSuspensionStore, createUpkeepStore } from './upkeep-store';
import { createTransferStore } from './transfer-store';
import { createWaysStore } from './ways-store';

/** Brings the schema up to date and gives every store of it; one transaction spans them all. Errors: those of `migrate`. */
export function openStores(db: Db): Stores {
  migrate(db);
  indexTogether(db);
  const peers = createPeerStore(db);
  const endorsements = createEndorsementStore(db);
  return {
    transaction: (work) => db.transaction(work),
    transactionBehind: (work) => db.transactionBehind(work),
    onDisk: () => db.flushed,
    purge() {
      try {
        return db.emptyLog();
      } catch {
        return false;
      }
    },
    // Closing empties the log anyway; the vault writes the database anew as well.
    owePurge: () => undefined,
    copyBack: createLogCopying(db),
    local: createLocalStore(db),
    peers: {
      ...peers,
      // What somebody brought along goes with them.
      remove: (peerId) =>
        db.transaction(() => {
          endorsements.remove(peerId);
          peers.remove(peerId);
        }),
    },
    peerKeys: createPeerKeyStore(db),
    dialogs: createDialogStore(db),
    contacts: createContactStore(db),
    invitations: createInvitationStore(db),
    requests: createRequestStore(db),
    conversations: createConversationStore(db),
    messages: createMessageStore(db),
    reactions: createReactionStore(db),
    transfers: createTransferStore(db),
    search: createSearchStore(db),
    changes: createChangeStore(db),
    edits: createEditStore(db),
    keptHeaders: createKeptHeaderStore(db),
    ownWords: createOwnWordStore(db),
    keyEvents: createKeyEventStore(db),
    resumptions: createResumptionStore(db),
    quarantine: createQuarantineStore(db),
    authorities: createAuthorityStore(db),
    endorsements,
    devices: createDeviceStore(db),
    replica: createReplicaStore(db),
    sharing: createSharingStore(db),
    suspensions: createSuspensionStore(db),
    upkeep: createUpkeepStore(db),
    ways: createWaysStore(db),
    deviceMailboxes: createDeviceMailboxStore(db),
    hostedRecords: createHostedRecordStore(db),
  };
}
