import type { Handlers } from '../../shared/contract/contract';
import type { Crypto } from '../engine/crypto/crypto';
import { parseInvitation } from '../engine/identity/invitation-link';
import { startsWith } from '../engine/key-files/open-key-file';
import { choosePath } from './choose-path';
import { contactRow } from './contacts-service';
import type { EventHub } from './event-hub';
import { noteSave } from './files/unfinished-saves';
import { hearAgain, maySayMore } from './hearing-again';
import type { OpenProfile } from './open-profile';
import type { ContactRow, FileKind, PathChooser, PrivateFiles } from './ports';
import { refusePrivateKey } from './refuse-private-key';
import { removePerson } from './removing';

export interface ContactChangesParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly events: EventHub;
  readonly files: PrivateFiles;
  /** Asks the person at the screen; absent where nobody sits. */
  readonly chooser: PathChooser | undefined;
  /** A QR code as a GIF. */
  readonly qrPicture: (text: string) => Uint8Array | Promise<Uint8Array>;
}

const head = new TextEncoder().encode('GIF8');
const gif: FileKind = { edgeBytes: head.length, isKind: (found) => startsWith(found, head) };

/** What a person decides about people in the list. All of it counts on every own device, and none of it is told to them. */
export function contactChangesService(parts: ContactChangesParts): Pick<Handlers['contacts'], 'rename' | 'setPermissions' | 'remove' | 'saveInvitationPicture'> {
  const { profile: current, crypto, events, files, chooser, qrPicture } = parts;
  const change = (contactId: string, by: (row: ContactRow) => ContactRow): null => {
    const profile = current();
    const row = by(contactRow(profile, contactId));
    profile.commit(() => {
      profile.stores.contacts.put(row);
      events.emit({ type: 'contact.changed', contactId });
    });
    return null;
  };
  return {
    rename: ({ contactId, name }) =>
      change(contactId, ({ alias: _before, ...row }) => (name === '' || name === row.name ? row : { ...row, alias: name })),
    setPermissions: ({ contactId, permissions: given }) => {
      const profile = current();
      const { peerId, permissions: before } = contactRow(profile, contactId);
      const permissions = { message: given.message ?? before.message, openConversation: given.openConversation ?? before.openConversation, sendFile: given.sendFile ?? before.sendFile };
      change(contactId, (row) => ({ ...row, permissions }));
      if (maySayMore(before, permissions)) hearAgain(profile.connections, peerId);
      return null;
    },
    remove: ({ contactId }) => {
      const profile = current();
      const row = contactRow(profile, contactId);
      // As one, so that a disk that refuses it leaves both the contact and what was said.
      const say = profile.commit(() => {
        profile.stores.conversations.ofPeer(row.peerId).forEach((each) => profile.removal.remove(each));
        // Where somebody is connected they hear that the conversations ended; to others nobody says anything.
        const words = profile.delivery.lastWords(row.peerId);
        removePerson({ stores: profile.stores, profile, events }, row);
        return words;
      });
      say();
      profile.connections.drop(row.peerId);
      return null;
    },
    saveInvitationPicture: async ({ link, path }) => {
      current();
      refusePrivateKey(link);
      crypto.wipe(parseInvitation(crypto, link.trim()).secret);
      const chosen = await choosePath(chooser, path, (asks) => asks.save('qr-picture', ''));
      files.check(chosen, gif);
      return { path: files.write(chosen, gif, await qrPicture(link.trim()), (part) => noteSave(() => current().stores.transfers, { part })) };
    },
  };
}
