import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import { longLinkPrefix, maxLongLinkText, parseLongInvitation } from '../engine/certificates/long-invitation';
import { startsWith } from '../engine/key-files/open-key-file';
import { choosePath } from './choose-path';
import { acceptInvitation, type InvitationParts } from './invitations';
import type { FileKind, PathChooser, PrivateFiles } from './ports';

const head = new TextEncoder().encode(longLinkPrefix);
const kind: FileKind = { edgeBytes: head.length, isKind: (found) => startsWith(found, head) };

export interface InvitationFilesParts extends InvitationParts {
  readonly files: PrivateFiles;
  /** Asks the person at the screen; absent where nobody sits. */
  readonly chooser: PathChooser | undefined;
}

/** A long invitation as a file, `*.keyshift-invite`: the link as text. */
export function invitationFiles(parts: InvitationFilesParts): Pick<Handlers['contacts'], 'saveInvitation' | 'openInvitation'> {
  const { crypto, clock, files, chooser } = parts;
  return {
    saveInvitation: async ({ link, path }) => {
      const { invitation } = parseLongInvitation(crypto, link, clock.now());
      if (invitation.instanceId !== parts.profile().local.instanceId) throw new KeyshiftError('invitation.garbled', 'This invitation was made by another device.');
      const chosen = await choosePath(chooser, path, (asks) => asks.save('invitation', 'Keyshift invitation'));
      crypto.wipe(invitation.secret);
      files.check(chosen, kind);
      return { path: files.write(chosen, kind, new TextEncoder().encode(`${link.trim()}\n`)) };
    },
    openInvitation: async (input) => {
      parts.profile().devices.standing.assertCounts();
      const chosen = await choosePath(chooser, input?.path, (asks) => asks.open('invitation'));
      const bytes = files.read(chosen, maxLongLinkText);
      if (bytes === 'too-long') throw new KeyshiftError('invitation.garbled', 'This is no file of an invitation.');
      return acceptInvitation(parts, new TextDecoder().decode(bytes));
    },
  };
}
