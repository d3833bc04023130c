import type { Api, Calls, Group } from '../../shared/contract/contract';

/**
 * The names of all calls, by group: what the preload walks. The contract itself would bring its parser into the sandbox,
 * where nothing parses; that the names are the same on both sides is checked by the two types below, and by a test.
 */
export const callNameTable = {
  vault: ['status', 'create', 'unlock', 'lock', 'changePassphrase', 'setKeyring'],
  identity: [
    'get',
    'rename',
    'exportPublic',
    'rotate',
    'keyHistory',
    'forgetOldKeys',
    'exportPrivate',
    'importPrivate',
    'confirmSole',
    'saveRecoveryKit',
    'forgetRecoveryKey',
    'recover',
    'exportRequest',
    'importEndorsement',
    'removeEndorsements',
  ],
  contacts: [
    'createInvitation',
    'saveInvitation',
    'openInvitation',
    'acceptInvitation',
    'importKey',
    'requests',
    'answerRequest',
    'list',
    'safetyNumber',
    'verify',
    'safetyCode',
    'useCamera',
    'keyHistory',
    'keyTrouble',
    'devices',
    'acceptKey',
    'setChecked',
    'block',
    'rename',
    'setPermissions',
    'remove',
    'saveInvitationPicture',
  ],
  conversations: ['open', 'list', 'get', 'continue', 'markRead', 'update', 'remove', 'export', 'cancelExport', 'checkArchive'],
  messages: ['send', 'list', 'edit', 'delete', 'react', 'typing', 'search'],
  files: ['send', 'accept', 'pause', 'resume', 'cancel', 'save', 'list', 'forget'],
  keys: ['status', 'shift', 'setPolicy', 'timeline', 'shiftPair'],
  authorities: ['list', 'import', 'importRevocations', 'remove'],
  backup: ['create', 'restore', 'cancel'],
  envelopes: ['save', 'open'],
  devices: ['list', 'link', 'join', 'confirm', 'cancel', 'linking', 'requests', 'answer', 'rename', 'setArchive', 'suspend', 'reinstate', 'remove', 'moveCertifier'],
  mailbox: ['status', 'register', 'leave'],
  network: ['status', 'reach', 'tryNow'],
  discovery: ['start', 'stop', 'status', 'meet', 'answer', 'confirm'],
  settings: ['get', 'set'],
  diagnostics: ['meter', 'about', 'report', 'licences'],
  profiles: ['list', 'create', 'open', 'rename', 'remove'],
  desktop: ['openLink', 'takeLink', 'looking', 'misspelled', 'chooseFiles'],
} as const satisfies { readonly [G in Group]: readonly (keyof Api[G])[] };

/** Names of the contract that the table leaves out; `satisfies` above refuses names the contract does not have. */
type Missing = { [G in Group]: Exclude<keyof Calls[G], (typeof callNameTable)[G][number]> }[Group];
export const nothingMissing: [Missing] extends [never] ? true : Missing = true;
