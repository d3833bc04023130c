import { hearAgain } from '../hearing-again';
import type { OpenProfile } from '../open-profile';
import type { Surroundings } from '../surroundings';
import { aliasKind } from './kinds/alias';
import { authorityKind } from './kinds/authority';
import { blockKind } from './kinds/block';
import { calledOffKind } from './kinds/called-off';
import { changeKind, erasedKinds, timerKind } from './kinds/change';
import { checkKind } from './kinds/check';
import { choiceKind } from './kinds/choice';
import { conversationKind } from './kinds/conversation';
import { endedKind } from './kinds/ended';
import { fileKind } from './kinds/file';
import type { KindParts } from './kinds/kind-parts';
import { lapseKind } from './kinds/lapse';
import { mailboxKind, revokedKind } from './kinds/mailbox';
import { markKind } from './kinds/mark';
import { messageKind } from './kinds/message';
import { personKind } from './kinds/person';
import { pinKind } from './kinds/pin';
import { placeKind } from './kinds/place';
import { policyKind } from './kinds/policy';
import { goneKind } from './kinds/gone';
import { requestKind } from './kinds/request';
import { removedKind } from './kinds/removed';
import { settingKind } from './kinds/setting';
import { shelfKind } from './kinds/shelf';
import { titleKind } from './kinds/title';
import { unreadKind } from './kinds/unread';
import type { FactKind } from './replica';

/** What the own devices have in common of the product. What follows from a fact outside of the database is done once its transaction stands. */
export function productKinds(profile: OpenProfile, { crypto, clock, random, events, settings, onSettings, mailbox }: Surroundings): readonly FactKind[] {
  const parts: KindParts = {
    crypto,
    clock,
    random,
    events,
    stores: profile.stores,
    local: profile.local,
    profile,
    onBlocked: (peerId, blocked) => soon(() => {
      profile.waitingChanged(peerId);
      if (blocked) profile.connections.drop(peerId);
      else profile.connections.reach(peerId);
    }),
    onPinned: (peerId) => soon(() => {
      profile.quarantine.tryRelease(peerId);
      profile.waitingChanged(peerId);
      profile.connections.learned(peerId);
    }),
    onMutual: (peerId) => soon(() => profile.connections.reach(peerId)),
    onAllowed: (peerId) => soon(() => hearAgain(profile.connections, peerId)),
    onRead: (peerId) => soon(() => profile.delivery.flush(peerId)),
  };
  return [
    personKind(parts),
    goneKind(parts),
    aliasKind(parts),
    blockKind(parts),
    pinKind(parts),
    placeKind(parts),
    checkKind(parts),
    choiceKind(parts),
    lapseKind(parts),
    conversationKind(parts),
    removedKind(parts),
    endedKind(parts),
    titleKind(parts),
    shelfKind(parts),
    unreadKind(parts),
    messageKind(parts),
    changeKind(parts),
    ...erasedKinds(parts),
    timerKind(parts),
    fileKind(parts),
    calledOffKind(parts),
    markKind(parts),
    policyKind(parts),
    settingKind({ settings, onTold: (told) => soon(() => onSettings?.(told)) }),
    authorityKind(parts),
    requestKind(parts),
    mailboxKind(parts, mailbox),
    revokedKind(parts),
  ];
}

function soon(work: () => void): void {
  setImmediate(work);
}
