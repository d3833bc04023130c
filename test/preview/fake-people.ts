import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { Contact, ContactDevice } from '../../shared/model/contact';
import type { ContactKey, KeyCandidate, KeyTrouble } from '../../shared/model/identity';
import type { Verification } from '../../shared/model/verification';
import { idOf } from './ids';
import type { World } from './world';

/** Identity keys of contacts, and what comparing comes to. */
export interface PeopleFacts {
  /** By contact, newest first; whoever is not in it has the one key they came with. */
  readonly histories: Map<string, readonly ContactKey[]>;
  readonly troubles: Map<string, KeyTrouble>;
  /** By contact; whoever is not in it has the one device that everything comes from. */
  readonly devices: Map<string, ContactDevice[]>;
  /** Whatever is compared comes to this, when set. */
  verdict: Verification | undefined;
  /** Whether the main process lets the window use a camera. */
  camera: boolean;
}

export function nobody(): PeopleFacts {
  return { histories: new Map(), troubles: new Map(), devices: new Map(), verdict: undefined, camera: false };
}

export const fingerprintOf = (name: string): string => idOf(name) + idOf(`${name} key`);

/** 60 digits of any name. */
export function digitsOf(name: string): string {
  return `${BigInt(`0x${idOf(name)}${idOf(`${name} digits`)}`)}`.padStart(60, '40217').slice(0, 60);
}

export function firstKey(contact: Contact, since: number): ContactKey {
  return { epoch: 1, fingerprint: fingerprintOf(contact.name), since, origin: 'first', checked: contact.checked, current: true };
}

export function candidate(name: string, change: Partial<KeyCandidate> = {}): KeyCandidate {
  return { fingerprint: fingerprintOf(name), epoch: 2, seenAt: 1, digits: digitsOf(name), vouched: false, ...change };
}

interface Tools {
  readonly refuse: (code: ErrorCode) => never;
  readonly emit: (event: AppEvent) => void;
  readonly contactOf: (contactId: string) => Contact;
  readonly change: (contactId: string, by: Partial<Contact>) => void;
}

type Calls = Pick<Handlers['contacts'], 'verify' | 'safetyCode' | 'useCamera' | 'keyHistory' | 'keyTrouble' | 'acceptKey' | 'acceptLapsed' | 'safetyNumber' | 'devices'>;

const codeOf = (contact: Contact): string => `KEYSHIFT-SAFETY:1:${[...`${contact.peerId}${contact.peerId}${contact.peerId}${contact.peerId}`].slice(0, 205).join('').toUpperCase()}`;

export function peopleHandlers(world: World, { refuse, emit, contactOf, change }: Tools): Calls {
  const { people } = world;
  const met = (contactId: string): Contact => {
    const contact = contactOf(contactId);
    return contact.pending ? refuse('contact.pending') : contact;
  };
  const historyOf = (contact: Contact): readonly ContactKey[] => people.histories.get(contact.contactId) ?? [firstKey(contact, world.now() - 40 * 86_400_000)];
  const acceptKey = (contactId: string, fingerprint: string): null => {
    const contact = met(contactId);
    if (historyOf(contact).some((key) => key.current && key.fingerprint === fingerprint)) {
      people.troubles.delete(contactId);
      change(contactId, { who: 'checked', checked: true });
      return null;
    }
    const taken = people.troubles.get(contactId)?.candidates.find((one) => one.fingerprint === fingerprint) ?? refuse('key.no-trouble');
    people.troubles.delete(contactId);
    const before = historyOf(contact).map((key) => ({ ...key, current: false }));
    people.histories.set(contactId, [{ epoch: taken.epoch, fingerprint, since: world.now(), origin: 'person', checked: true, current: true }, ...before]);
    change(contactId, { who: 'checked', checked: true, keyEpoch: taken.epoch });
    emit({ type: 'key.rotated', contactId, epoch: taken.epoch, fingerprint, origin: 'person' });
    return null;
  };
  return {
    safetyNumber: ({ contactId }) => ({ digits: digitsOf(met(contactId).name) }),
    safetyCode: ({ contactId }) => ({ qr: codeOf(met(contactId)) }),
    useCamera: ({ on }) => ({ allowed: on && people.camera }),
    verify: ({ contactId, number, qr }) => {
      const contact = met(contactId);
      if (people.verdict !== undefined) {
        if (people.verdict.outcome === 'match') change(contactId, { who: 'checked', checked: true });
        return people.verdict;
      }
      const digits = number?.replace(/\s/g, '');
      if (qr === undefined && (digits === undefined || !/^\d{60}$/.test(digits))) refuse('code.unreadable');
      const shown = (one: Contact): boolean => digits === digitsOf(one.name) || qr === codeOf(one);
      const taken = people.troubles.get(contactId)?.candidates.find((one) => one.digits === digits);
      if (taken !== undefined) {
        acceptKey(contactId, taken.fingerprint);
        return { outcome: 'match', reason: 'new-key' };
      }
      if (shown(contact)) {
        const paused = people.troubles.delete(contactId);
        change(contactId, { who: 'checked', checked: true });
        return paused ? { outcome: 'match', reason: 'known-key' } : { outcome: 'match' };
      }
      const other = world.contacts.find(shown);
      return other === undefined ? { outcome: 'no-match' } : { outcome: 'other-person', reason: 'contact', otherName: other.name };
    },
    keyHistory: ({ contactId }) => [...historyOf(contactOf(contactId))],
    keyTrouble: ({ contactId }) => people.troubles.get(contactOf(contactId).contactId) ?? { kind: 'none', candidates: [] },
    acceptKey: ({ contactId, fingerprint }) => acceptKey(contactId, fingerprint),
    acceptLapsed({ contactId }) {
      const until = Date.now() + 90 * 86_400_000;
      world.contacts = world.contacts.map((one) => (one.contactId === contactId && one.lapsed ? { ...one, lapsed: { ...one.lapsed, until } } : one));
      return null;
    },
    devices: ({ contactId }) => people.devices.get(contactOf(contactId).contactId) ?? [{ instanceId: idOf('their device'), name: 'bench', state: 'active' }],
  };
}
