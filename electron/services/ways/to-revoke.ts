import type { MailboxToRevoke } from '../../../shared/model/mailbox';
import type { InstanceId } from '../../engine/ids';
import type { DeviceMailboxEnd, DeviceMailboxRow } from '../ports/device-mailboxes';
import type { MailboxRegistration } from '../ports/mailbox';
import { encodeMailboxKey, isSameMailbox } from './mailbox-keys';

export interface KnownMailboxes {
  readonly rows: readonly DeviceMailboxRow[];
  readonly ends: readonly DeviceMailboxEnd[];
  readonly own: InstanceId;
  /** Of a device that is on no list: `retired`. */
  readonly stateOf: (instanceId: InstanceId) => 'active' | 'suspended' | 'retired';
  readonly nameOf: (instanceId: InstanceId) => string;
  /** What this device is registered for itself. */
  readonly registration: MailboxRegistration | undefined;
}

/** A device, or a former place of one, that a mailbox still knows. */
export interface OpenRevocation {
  readonly row: DeviceMailboxRow;
  readonly shown: MailboxToRevoke;
}

/** What to type where the mailbox is hosted (docs/mailbox.md). */
function revokeCommand(deviceKey: string): string {
  return `npm run mailbox -- revoke ${deviceKey}`;
}

/**
 * What operators have to be told (protocol.md §10.2). Nothing of it ends by itself: neither by a date, which the device that is gone said, nor by a word of
 * a device that does not count. A key that a device which counts takes mail with is never named, whoever says it is another's.
 */
export function toRevoke(known: KnownMailboxes): readonly OpenRevocation[] {
  const { rows, stateOf, own } = known;
  if (stateOf(own) !== 'active') return [];
  const inUse = rows.filter(({ instanceId, hasLeft }) => !hasLeft && stateOf(instanceId) === 'active');
  return rows.flatMap((row) => {
    const state = stateOf(row.instanceId);
    if ((state === 'active' && !row.hasLeft) || inUse.some(({ deviceKey, address }) => deviceKey === row.deviceKey && address === row.address)) return [];
    const said = saidOf(known, row);
    if (said?.seen === true) return [];
    const shown: MailboxToRevoke = {
      taskId: encodeMailboxKey(row),
      instanceId: row.instanceId,
      deviceName: known.nameOf(row.instanceId),
      reason: state === 'active' ? 'left' : state === 'suspended' ? 'suspended' : 'removed',
      deviceKey: row.deviceKey,
      server: row.server,
      command: revokeCommand(row.deviceKey),
      watched: isWatched(known, row),
      ...(row.stoodAt !== undefined && { stoodAt: row.stoodAt }),
      ...(said !== undefined && { saidAt: said.at }),
      ...(row.until > 0 && { until: row.until }),
    };
    return [{ row, shown }];
  });
}

/** The weightiest word that counts: said by a device that counts, not about itself unless it left, and not belied by the mailbox since. */
function saidOf({ ends, stateOf }: KnownMailboxes, row: DeviceMailboxRow): DeviceMailboxEnd | undefined {
  return ends
    .filter((end) => isSameMailbox(end, row) && stateOf(end.author) === 'active' && (row.stoodAt ?? 0) <= end.at)
    .sort((a, b) => Number(b.seen) - Number(a.seen) || a.at - b.at)[0];
}

/**
 * Whether this device can see for itself: it takes mail in the same mailbox, so an answer is the mailbox's, and the slot that is to go with the other device
 * is no other's.
 */
function isWatched({ registration, rows }: KnownMailboxes, { witness, address }: DeviceMailboxRow): boolean {
  if (registration === undefined || witness === undefined || witness.address !== address || registration.address !== address) return false;
  const isSame = witness.servers.join(' ') === registration.servers.join(' ') && Buffer.compare(witness.authority ?? new Uint8Array(0), registration.authority ?? new Uint8Array(0)) === 0;
  return isSame && rows.filter((each) => each.witness?.token === witness.token || each.witness?.slot === witness.slot).length === 1;
}
