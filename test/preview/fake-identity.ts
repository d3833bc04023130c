import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { ErrorCode, ErrorFacts } from '../../shared/errors';
import type { Authority } from '../../shared/model/authority';
import type { Device } from '../../shared/model/device';
import type { Identity, OwnKey } from '../../shared/model/identity';
import type { World } from './world';

const day = 86_400_000;

/** A stable fingerprint that looks like one. */
export function fakeFingerprint(epoch: number): string {
  let state = (epoch * 2_654_435_761) >>> 0;
  return Array.from({ length: 64 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 28).toString(16);
  }).join('');
}

/** What a world says of the own identity beyond what follows from its settings; scenes and tests fill it and change it. */
export interface IdentityWorld {
  /** Newest first; the first is in use. */
  ownKeys: OwnKey[];
  /** Contacts who know only a key older than this generation. */
  strandedBelow: { contactId: string; epoch: number }[];
  recovery: Identity['recovery'];
  recoveryCode: string;
  unconfirmed: boolean;
  /** Another device holds the key. */
  keyElsewhere: boolean;
  keyTaken: Identity['keyTaken'];
  renewedElsewhere: Identity['renewedElsewhere'];
  endorsements: Identity['endorsements'];
  authorities: Authority[];
  /** Which file the person chooses in the next dialog; undefined: gives it up. */
  chosenFile: string | undefined;
  /** The passphrase the chosen key file or backup opens with, and what is wrong with it otherwise. */
  filePassphrase: string;
  fileTrouble: ErrorCode | undefined;
  /** Where a backup or restore stands still, in bytes, until `world.identity.goOn` is called; absent: it runs through. */
  backupStopsAt: { done: number; total: number } | undefined;
  goOn: (cancelled?: boolean) => void;
  /** What the chosen backup holds. */
  foundBackup: { name: string; deviceName: string; madeAt: number; newestAt?: number };
}

/** One key, everything as right after the first start. */
export function newIdentity(now: number): IdentityWorld {
  return {
    ownKeys: [{ epoch: 1, fingerprint: fakeFingerprint(1), createdAt: now - 40 * day, held: true, behind: 0 }],
    strandedBelow: [],
    recovery: 'kept',
    recoveryCode: 'KEEP-THIS-SHEET',
    unconfirmed: false,
    keyElsewhere: false,
    keyTaken: undefined,
    renewedElsewhere: undefined,
    endorsements: [],
    authorities: [],
    chosenFile: '/media/stick/chosen',
    filePassphrase: 'five words lock this file',
    fileTrouble: undefined,
    backupStopsAt: undefined,
    goOn: () => undefined,
    foundBackup: { name: 'Ada Marlow', deviceName: 'Work laptop', madeAt: now - 25 * day, newestAt: now - 26 * day },
  };
}

export interface IdentityTools {
  readonly refuse: (code: ErrorCode, facts?: ErrorFacts) => never;
  readonly emit: (event: AppEvent) => void;
}

/** What `identity.get` says beyond name, addresses and device. */
export function ownKeyFacts(world: World): Pick<Identity, 'epoch' | 'keyFingerprint' | 'keyCreatedAt' | 'rotatesAt' | 'recovery' | 'endorsements' | 'unconfirmed' | 'keyElsewhere' | 'keyTaken' | 'renewedElsewhere'> {
  const { identity, settings } = world;
  const [current] = identity.ownKeys;
  if (current === undefined) throw new Error('a world without an identity key');
  return {
    epoch: current.epoch,
    keyFingerprint: current.fingerprint,
    keyCreatedAt: current.createdAt,
    ...(settings.rotateIdentityDays === 0 || identity.keyElsewhere ? {} : { rotatesAt: current.createdAt + settings.rotateIdentityDays * day }),
    recovery: identity.recovery,
    endorsements: identity.endorsements,
    unconfirmed: identity.unconfirmed,
    ...(identity.keyElsewhere && { keyElsewhere: true as const }),
    ...(identity.keyTaken && { keyTaken: identity.keyTaken }),
    ...(identity.renewedElsewhere && { renewedElsewhere: identity.renewedElsewhere }),
  };
}

export function identityKeyHandlers(world: World, { refuse, emit }: IdentityTools): Omit<Handlers['identity'], 'get' | 'exportPublic'> {
  const make = (origin: 'old-key' | 'recovery', held: boolean): { epoch: number } => {
    const { identity } = world;
    const epoch = (identity.ownKeys[0]?.epoch ?? 0) + 1;
    const now = world.now();
    const old = identity.ownKeys.map((key): OwnKey => ({ ...key, retiredAt: key.retiredAt ?? now, held: key.held && held }));
    identity.ownKeys = [{ epoch, fingerprint: fakeFingerprint(epoch), createdAt: now, held: true, behind: 0 }, ...old];
    identity.endorsements = [];
    emit({ type: 'key.rotated', epoch, fingerprint: fakeFingerprint(epoch), origin });
    return { epoch };
  };
  const choose = (): string => world.identity.chosenFile ?? refuse('path.required');
  return {
    rename: ({ name }) => {
      world.name = name;
      return null;
    },
    rotate: () => (world.identity.unconfirmed ? refuse('key.unconfirmed') : make('old-key', true)),
    keyHistory: () => world.identity.ownKeys,
    forgetOldKeys: (input) => {
      const { identity } = world;
      const gone = (key: OwnKey): boolean => key.held && key.retiredAt !== undefined && key.retiredAt < (input?.before ?? Number.POSITIVE_INFINITY);
      const newest = Math.max(0, ...identity.ownKeys.filter(gone).map(({ epoch }) => epoch));
      const stranded = identity.strandedBelow.filter(({ epoch }) => epoch <= newest).map(({ contactId }) => contactId);
      if (input?.dryRun !== true) identity.ownKeys = identity.ownKeys.map((key) => (gone(key) ? { ...key, held: false } : key));
      return { stranded };
    },
    exportPrivate: ({ format }) => ({ path: `${choose()}.${{ pkcs12: 'p12', pem: 'pem', backup: 'keyshift-key' }[format]}` }),
    importPrivate: ({ passphrase }) => {
      const { identity } = world;
      choose();
      if (passphrase !== identity.filePassphrase) refuse('key-file.wrong-passphrase');
      if (identity.fileTrouble !== undefined) refuse(identity.fileTrouble);
      identity.unconfirmed = true;
      return { peerId: 'a'.repeat(52), ...make('old-key', true) };
    },
    confirmSole: () => {
      world.identity.unconfirmed = false;
      return null;
    },
    confirmTaken: () => {
      world.identity.keyTaken = undefined;
      return null;
    },
    saveRecoveryKit: () => (world.identity.recovery === 'kept' ? { path: `${choose()}.pdf` } : refuse('recovery.none')),
    forgetRecoveryKey: () => {
      if (world.identity.recovery !== 'kept') refuse('recovery.none');
      world.identity.recovery = 'away';
      return null;
    },
    recover: ({ code, keep = [] }) => {
      if (code.includes('slip')) refuse('recovery.wrong-code', { issues: ['code: mistyped'] });
      if (code !== world.identity.recoveryCode) refuse('recovery.wrong-code');
      const { devices } = world;
      devices.list = devices.list.map((each): Device => (each.current || each.state !== 'active' || keep.includes(each.instanceId) ? each : { ...each, state: 'suspended', connected: false }));
      emit({ type: 'devices.changed' });
      return make('recovery', false);
    },
    exportRequest: () => ({ text: '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n' }),
    importEndorsement: ({ text }) => {
      if (text.includes('PRIVATE')) refuse('key.private');
      if (!text.includes('CERTIFICATE')) refuse('key.garbled');
      const made = { issuer: 'Acme CA', notAfter: world.now() + 200 * day };
      world.identity.endorsements = [...world.identity.endorsements, made];
      return made;
    },
    removeEndorsements: () => {
      world.identity.endorsements = [];
      return null;
    },
  };
}
