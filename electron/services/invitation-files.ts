import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import { isLongInvitation, maxLongLinkText, parseLongInvitation } from '../engine/certificates/long-invitation';
import { parseInvitation } from '../engine/identity/invitation-link';
import { startsWith } from '../engine/key-files/open-key-file';
import { choosePath } from './choose-path';
import { noteSave } from './files/unfinished-saves';
import { acceptInvitation, type InvitationParts } from './invitations';
import type { FileKind, PathChooser, PrivateFiles } from './ports';
import { refusePrivateKey } from './refuse-private-key';

/** What links of both lengths begin with. */
const head = new TextEncoder().encode('keyshift:invite');
const kind: FileKind = { edgeBytes: head.length, isKind: (found) => startsWith(found, head) };

export interface InvitationFilesParts extends InvitationParts {
  readonly files: PrivateFiles;
  /** Asks the person at the screen; absent where nobody sits. */
  readonly chooser: PathChooser | undefined;
}

/** An invitation as a file, `*.keyshift-invite`: the link as text, the long one where there is a mailbox for the answer. */
export function invitationFiles(parts: InvitationFilesParts): Pick<Handlers['contacts'], 'saveInvitation' | 'openInvitation'> {
  const { crypto, clock, files, chooser } = parts;
  return {
    saveInvitation: async ({ link, path }) => {
      refusePrivateKey(link);
      const invitation = isLongInvitation(link) ? parseLongInvitation(crypto, link, clock.now()).invitation : parseInvitation(crypto, link);
      crypto.wipe(invitation.secret);
      if (invitation.instanceId !== parts.profile().local.instanceId) throw new KeyshiftError('invitation.garbled', 'This invitation was made by another device.');
      const chosen = await choosePath(chooser, path, (asks) => asks.save('invitation', ''));
      files.check(chosen, kind);
      return { path: files.write(chosen, kind, new TextEncoder().encode(`${link.trim()}\n`), (part) => noteSave(() => parts.profile().stores.transfers, { part })) };
    },
    openInvitation: async (input) => {
      parts.profile().devices.standing.assertCounts();
      const chosen = await choosePath(chooser, input?.path, (asks) => asks.open('invitation'));
      const bytes = files.read(chosen, maxLongLinkText);
      if (bytes === 'too-long') throw new KeyshiftError('invitation.garbled', 'This is no file of an invitation. Nothing was changed; ask for the invitation again.');
      const link = new TextDecoder().decode(bytes);
      crypto.wipe(bytes);
      return acceptInvitation(parts, link);
    },
  };
}
