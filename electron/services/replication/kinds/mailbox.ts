import type { InstanceId } from '../../../engine/ids';
import type { Stores } from '../../ports';
import type { DeviceMailboxRow } from '../../ports/device-mailboxes';
import type { Mailbox } from '../../ports/mailbox';
import { encodeMailboxKey, encodeMailboxWord, encodeRevoked, isSameMailbox, keyStatement, parseMailboxKey, parseMailboxWord, parseRevoked } from '../../ways/mailbox-keys';
import type { FactKind, Replica } from '../replica';
import type { KindParts } from './kind-parts';

/** So many places of one device are kept: it must not fill the others' page with them. */
const mostOfOne = 8;

/**
 * Under which key a device takes mail where: so that the others can have it taken out when it is gone (protocol.md §10.3). Its own word counts; another's
 * where nothing of its own is known, and never that a device which counts has left.
 */
export function mailboxKind({ local, stores, events }: Pick<KindParts, 'local' | 'stores' | 'events'>, mailbox: Pick<Mailbox, 'isProof'> | undefined): FactKind {
  return {
    kind: 'mailbox',
    rank: 74,
    merges: true,
    apply({ author, key, value }) {
      const place = parseMailboxKey(key);
      const word = parseMailboxWord(value);
      const ownWord = author === place.instanceId;
      if (place.instanceId === local.instanceId || mailbox?.isProof(place.deviceKey, keyStatement(local.peerId, place, word.server), word.proof) !== true) return true;
      const before = stores.deviceMailboxes.find(place);
      if (!ownWord && (before !== undefined || (word.hasLeft && isActive(local.list, place.instanceId)))) return true;
      if (before === undefined && stores.deviceMailboxes.list().filter(({ instanceId }) => instanceId === place.instanceId).length >= mostOfOne) return true;
      const stoodAt = isSameWitness(before, word) ? before?.stoodAt : undefined;
      stores.deviceMailboxes.put({ ...place, ...word, ownWord, ...(stoodAt !== undefined && { stoodAt }) });
      tell(events);
      return true;
    },
    *all() {
      for (const row of stores.deviceMailboxes.list()) yield { key: encodeMailboxKey(row), value: encodeMailboxWord(row) };
    },
  };
}

/** That an operator took a device out of a mailbox: as this or that device saw it, or as its person said. Side by side; who counts is judged where it is used. */
export function revokedKind({ local, stores, events }: Pick<KindParts, 'local' | 'stores' | 'events'>): FactKind {
  return {
    kind: 'revoked',
    rank: 75,
    merges: true,
    apply({ author, key, value }) {
      const end = { ...parseMailboxKey(key), ...parseRevoked(value), author };
      // Of a device that became this one, or in its own favour.
      if (author === local.instanceId) return true;
      if (!stores.deviceMailboxes.list().some((row) => isSameMailbox(row, end))) return false;
      stores.deviceMailboxes.putEnd(end);
      tell(events);
      return true;
    },
    *all() {
      for (const end of stores.deviceMailboxes.ends()) if (end.author === local.instanceId) yield { key: encodeMailboxKey(end), value: encodeRevoked(end) };
    },
  };
}

/** Says what this device knows of itself, and what was said on it. */
export function sharedMailboxes({ deviceMailboxes }: Pick<Stores, 'deviceMailboxes'>, replica: () => Replica, own: InstanceId): Stores['deviceMailboxes'] {
  return {
    ...deviceMailboxes,
    put(row) {
      deviceMailboxes.put(row);
      if (replica().isOn && row.instanceId === own) replica().say('mailbox', encodeMailboxKey(row), encodeMailboxWord(row));
    },
    putEnd(end) {
      deviceMailboxes.putEnd(end);
      if (replica().isOn && end.author === own) replica().say('revoked', encodeMailboxKey(end), encodeRevoked(end));
    },
  };
}

function isActive(list: KindParts['local']['list'], instanceId: InstanceId): boolean {
  return list.instances.some((each) => each.instanceId === instanceId && each.state === 'active');
}

function isSameWitness(before: DeviceMailboxRow | undefined, { witness }: Pick<DeviceMailboxRow, 'witness'>): boolean {
  return before?.witness?.token === witness?.token;
}

/** Both pages show what is to be told to an operator. */
function tell(events: KindParts['events']): void {
  events.emit({ type: 'mailbox.changed' });
  events.emit({ type: 'devices.changed' });
}
