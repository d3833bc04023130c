import { callNames, type CallName, type Handlers } from '../../shared/contract/contract';
import { policyPresets } from '../../shared/model/keys';
import { defaultSettings } from '../../shared/model/settings';

const id = (digit: string): string => digit.repeat(32);
const peer = 'a'.repeat(52);

/** An answer that fits for every call of the contract: total by its type, so a new call needs one. */
export const sampleHandlers: Handlers = {
  vault: {
    status: () => ({ state: 'open' }),
    create: () => ({ peerId: peer }),
    unlock: () => null,
    lock: () => null,
    changePassphrase: () => null,
    setKeyring: () => ({ keyring: 'off' }),
  },
  identity: {
    get: () => ({
      peerId: peer,
      name: 'Ada',
      epoch: 1,
      keyFingerprint: 'f'.repeat(64),
      createdAt: 1,
      exchange: { serial: '01', notAfter: 2 },
      instance: { id: id('1'), name: 'desk' },
      addresses: [],
      keyCreatedAt: 1,
      rotatesAt: 9,
      recovery: 'kept',
      endorsements: [],
      unconfirmed: false,
    }),
    exportPublic: () => ({ text: 'card' }),
    rotate: () => ({ epoch: 2 }),
    keyHistory: () => [{ epoch: 1, fingerprint: 'f'.repeat(64), createdAt: 1, held: true, behind: 0 }],
    forgetOldKeys: () => ({ stranded: [] }),
    exportPrivate: () => ({ path: '/media/stick/identity.p12' }),
    importPrivate: () => ({ peerId: peer, epoch: 2 }),
    confirmSole: () => null,
    saveRecoveryKit: () => ({ path: '/media/stick/recovery-kit.pdf' }),
    forgetRecoveryKey: () => null,
    recover: () => ({ epoch: 2 }),
    exportRequest: () => ({ text: 'request' }),
    importEndorsement: () => ({ issuer: 'Acme CA', notAfter: 9 }),
    removeEndorsements: () => null,
  },
  contacts: {
    createInvitation: () => ({ link: 'keyshift:invite', expiresAt: 5 }),
    saveInvitation: () => ({ path: '/somewhere/x.keyshift-invite' }),
    openInvitation: () => ({ contactId: id('c') }),
    acceptInvitation: () => ({ contactId: id('c') }),
    importKey: () => ({ contactId: id('c') }),
    requests: () => [],
    answerRequest: () => null,
    list: () => [],
    safetyNumber: () => ({ digits: '0'.repeat(60) }),
    verify: () => ({ outcome: 'match' }),
    useCamera: () => ({ allowed: false }),
    safetyCode: () => ({ qr: 'KEYSHIFT' }),
    keyHistory: () => [{ epoch: 1, fingerprint: 'f'.repeat(64), since: 1, origin: 'first', checked: false, current: true }],
    keyTrouble: () => ({ kind: 'none', candidates: [] }),
    devices: () => [],
    acceptKey: () => null,
    setChecked: () => null,
    block: () => null,
  },
  conversations: {
    open: () => ({ conversationId: id('d') }),
    list: () => [],
    continue: () => ({ conversationId: id('d') }),
    markRead: () => null,
  },
  messages: {
    send: () => ({ messageId: id('e') }),
    list: () => [],
  },
  keys: {
    status: () => ({
      kek: null,
      sending: null,
      receiving: [],
      policy: policyPresets.standard,
      preset: 'standard',
      transcript: { equal: true, upTo: 0, shown: 0 },
      history: [],
      problems: [],
    }),
    shift: () => ({ epoch: 2 }),
    setPolicy: () => null,
    shiftPair: () => ({ epoch: 2 }),
    timeline: () => ({
      generations: [],
      exposure: { at: 1, stored: 0, recordedSince: null, recorded: 0, nextExchangeChange: 2, oldestKeyDestroyedAt: null },
    }),
  },
  authorities: {
    list: () => [],
    import: () => ({ authorityId: 'f'.repeat(64) }),
    importRevocations: () => ({ authorityId: 'f'.repeat(64) }),
    remove: () => null,
  },
  devices: {
    list: () => [],
    link: () => ({ link: 'keyshift:link', expiresAt: 5 }),
    join: () => null,
    confirm: () => null,
    cancel: () => null,
    linking: () => ({ stage: 'idle' }),
    rename: () => null,
    setArchive: () => null,
    suspend: () => null,
    reinstate: () => null,
    remove: () => null,
    moveCertifier: () => null,
  },
  mailbox: { status: () => ({ state: 'off', deviceKey: 'U', taken: 0 }), register: () => null, leave: () => null },
  backup: { create: () => ({ path: '/media/stick/ada.keyshift-backup', bytes: 4096 }), restore: () => ({ peerId: peer }), cancel: () => null },
  envelopes: { save: () => ({ path: '/media/stick/for-bo.keyshift-envelopes', count: 3 }), open: () => ({ opened: 2, repeated: 1, refused: 0 }) },
  network: {
    status: () => ({ listening: [], sessions: [] }),
    reach: () => ({ contactId: id('c'), reach: 'waiting', connected: false, trying: false, failures: 0, tries: [], advice: [] }),
    tryNow: () => null,
  },
  discovery: {
    start: () => ({ running: true, name: 'blue-otter-42', endsAt: 5, people: [] }),
    stop: () => null,
    status: () => ({ running: false, people: [] }),
    meet: () => null,
    answer: () => null,
    confirm: () => null,
  },
  settings: { get: () => defaultSettings, set: () => defaultSettings },
  diagnostics: {
    meter: () => ({
      rsaKeygen: 0,
      rsaSign: 0,
      rsaVerify: 0,
      sign: 0,
      verify: 0,
      dh: 0,
      kemKeygen: 0,
      kemEncaps: 0,
      kemDecaps: 0,
      kekWrap: 0,
      kekUnwrap: 0,
      dskWrap: 0,
      dskUnwrap: 0,
      seal: 0,
      open: 0,
    }),
    about: () => ({ version: '0', runtime: 'test', trial: false, database: 'none', memoryLocked: false }),
  },
};

/** An input that fits, for calls that need one. */
export const sampleInputs: { readonly [N in CallName]?: unknown } = {
  'vault.create': { passphrase: 'p', name: 'Ada' },
  'vault.unlock': { passphrase: 'p' },
  'vault.changePassphrase': { old: 'p', new: 'q' },
  'vault.setKeyring': { enabled: false },
  'identity.exportPublic': { format: 'pem' },
  'identity.exportPrivate': { format: 'pkcs12', passphrase: 'p' },
  'identity.importPrivate': { passphrase: 'p' },
  'identity.recover': { code: 'x' },
  'identity.importEndorsement': { text: 'x' },
  'contacts.verify': { contactId: id('c'), number: '0' },
  'contacts.useCamera': { on: true },
  'contacts.safetyCode': { contactId: id('c') },
  'contacts.keyHistory': { contactId: id('c') },
  'contacts.keyTrouble': { contactId: id('c') },
  'contacts.devices': { contactId: id('c') },
  'contacts.acceptKey': { contactId: id('c'), fingerprint: 'f'.repeat(64) },
  'authorities.import': { text: 'x' },
  'authorities.importRevocations': { text: 'x' },
  'authorities.remove': { authorityId: 'f'.repeat(64) },
  'devices.join': { link: 'keyshift:link', passphrase: 'p' },
  'devices.confirm': { same: true },
  'devices.setArchive': { instanceId: id('1'), archive: true },
  'devices.rename': { instanceId: id('1'), name: 'phone' },
  'devices.suspend': { instanceId: id('1') },
  'devices.reinstate': { instanceId: id('1') },
  'devices.remove': { instanceId: id('1') },
  'devices.moveCertifier': { instanceId: id('1') },
  'mailbox.register': { registration: 'r' },
  'backup.create': { passphrase: 'p' },
  'backup.restore': { passphrase: 'p' },
  'contacts.saveInvitation': { link: 'keyshift:x' },
  'contacts.acceptInvitation': { link: 'keyshift:x' },
  'contacts.importKey': { text: 'x' },
  'contacts.answerRequest': { requestId: id('a'), accept: true },
  'contacts.safetyNumber': { contactId: id('c') },
  'contacts.setChecked': { contactId: id('c'), checked: true },
  'contacts.block': { contactId: id('c') },
  'conversations.open': { contactId: id('c') },
  'conversations.continue': { conversationId: id('d') },
  'conversations.markRead': { conversationId: id('d') },
  'messages.send': { conversationId: id('d'), text: 'hello' },
  'messages.list': { conversationId: id('d') },
  'keys.status': { conversationId: id('d') },
  'keys.shift': { conversationId: id('d') },
  'keys.shiftPair': { conversationId: id('d') },
  'keys.setPolicy': { conversationId: id('d'), policy: 'frequent' },
  'keys.timeline': { conversationId: id('d') },
  'envelopes.save': { contactId: id('c') },
  'envelopes.open': {},
  'network.reach': { contactId: id('c') },
  'network.tryNow': { contactId: id('c') },
  'discovery.meet': { nearbyId: id('9') },
  'discovery.answer': { accept: true },
  'discovery.confirm': { same: true },
  'settings.set': { theme: 'dark' },
};

export interface SeenCall {
  readonly name: CallName;
  readonly input: unknown;
}

/** The sample handlers, each noting that it was entered; `override` replaces some by the dotted name. */
export function recordingHandlers(override: { readonly [N in CallName]?: (input: unknown) => unknown } = {}): { handlers: Handlers; seen: SeenCall[] } {
  const seen: SeenCall[] = [];
  const groups: Record<string, Record<string, (input: unknown) => unknown>> = {};
  for (const name of callNames()) {
    const [group = '', member = ''] = name.split('.');
    const sample = (sampleHandlers as unknown as typeof groups)[group]?.[member]; // total by type, indexed by name here
    (groups[group] ??= {})[member] = (input) => {
      seen.push({ name, input });
      return override[name] ? override[name](input) : sample?.(input);
    };
  }
  return { handlers: groups as unknown as Handlers, seen }; // made from every name of the contract
}
