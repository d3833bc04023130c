import type { Contact } from '../../shared/model/contact';
import type { ContactKey } from '../../shared/model/identity';
import { candidate, fingerprintOf } from './fake-people';
import type { World } from './world';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

const key = (name: string, epoch: number, since: number, change: Partial<ContactKey> = {}): ContactKey => ({
  epoch,
  fingerprint: fingerprintOf(`${name} ${epoch}`),
  since,
  origin: epoch === 1 ? 'first' : 'old-key',
  checked: true,
  current: false,
  ...change,
});

/** What can become of a contact's identity key, each with a conversation around it. Bo is the first contact. */
export function peopleScenes(busy: (now: number) => World): Readonly<Record<string, (now: number) => World>> {
  const withBo = (now: number, change: Partial<Contact>): { readonly world: World; readonly bo: Contact } => {
    const world = busy(now);
    const [first, ...others] = world.contacts;
    if (first === undefined) throw new Error('nobody there');
    const bo = { ...first, ...change };
    world.contacts = [bo, ...others];
    return { world, bo };
  };
  const holdBack = (world: World, bo: Contact): void => {
    for (const { conversationId } of world.conversations.filter((one) => one.contactId === bo.contactId)) {
      const list = world.messages.get(conversationId) ?? [];
      world.messages.set(conversationId, list.map((one, index) => (index < list.length - 1 ? one : { ...one, state: 'queued', waitingFor: 'key', keyEpoch: 0 })));
    }
  };
  return {
    /** The old key vouched, years of history, one recovery, an organisation. */
    moved: (now) => {
      const { world, bo } = withBo(now, { keyEpoch: 6, vouchedBy: ['Acme CA'] });
      world.people.histories.set(bo.contactId, [
        key('Bo', 6, now - 15 * minute, { current: true }),
        key('Bo', 5, now - 3.25 * hour, { origin: 'recovery' }),
        key('Bo', 4, now - 90 * day),
        key('Bo', 3, now - 180 * day, { origin: 'person' }),
        key('Bo', 2, now - 270 * day, { checked: false }),
        key('Bo', 1, now - 360 * day, { checked: false }),
      ]);
      return world;
    },
    /** The organisation took its word back. */
    'taken-back': (now) => withBo(now, { takenBackBy: ['Acme CA'] }).world,
    /** Nothing vouches for the key that was shown. */
    'key-unknown': (now) => {
      const { world, bo } = withBo(now, { who: 'unknown-key' });
      world.people.histories.set(bo.contactId, [key('Bo', 1, now - 360 * day, { current: true })]);
      world.people.troubles.set(bo.contactId, { kind: 'unknown-key', since: now - hour, candidates: [candidate('Bo anew', { epoch: 1, seenAt: now - hour })] });
      holdBack(world, bo);
      return world;
    },
    /** The old key vouched for two. */
    'key-fork': (now) => {
      const { world, bo } = withBo(now, { who: 'frozen' });
      world.people.histories.set(bo.contactId, [key('Bo', 4, now - 90 * day, { current: true })]);
      world.people.troubles.set(bo.contactId, {
        kind: 'fork',
        since: now - hour,
        candidates: [candidate('Bo here', { epoch: 5, seenAt: now - 2 * day, vouched: true }), candidate('Bo there', { epoch: 5, seenAt: now - hour, vouched: true })],
      });
      holdBack(world, bo);
      return world;
    },
    /** The old key vouched for the one that was followed, and for another that was heard of long after. */
    'key-fork-late': (now) => {
      const { world, bo } = withBo(now, { who: 'frozen', keyEpoch: 5 });
      world.people.histories.set(bo.contactId, [key('Bo', 5, now - 9 * day, { current: true }), key('Bo', 4, now - 90 * day)]);
      world.people.troubles.set(bo.contactId, {
        kind: 'fork',
        since: now - hour,
        candidates: [candidate('Bo herself', { epoch: 5, seenAt: now - hour, vouched: true }), { ...candidate('Bo 5', { epoch: 5, seenAt: now - 9 * day, vouched: true }), fingerprint: fingerprintOf('Bo 5') }],
      });
      holdBack(world, bo);
      return world;
    },
    /** The person asked for a fresh check. */
    'key-changed': (now) => {
      const { world, bo } = withBo(now, { who: 'changed', checked: false, keyEpoch: 2 });
      world.people.histories.set(bo.contactId, [key('Bo', 2, now - 15 * minute, { current: true, checked: false }), key('Bo', 1, now - 360 * day)]);
      return world;
    },
  };
}
