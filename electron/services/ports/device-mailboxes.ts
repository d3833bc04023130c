import type { MailboxPlace } from '../../engine/certificates/mailbox-place';
import type { InstanceId } from '../../engine/ids';

/** One place where one device of the person is, or was, registered for mail. */
export interface DeviceMailboxKey {
  readonly instanceId: InstanceId;
  /** What the operator knows it by: text that begins with U. */
  readonly deviceKey: string;
  /** Of the mailbox: 32 hex digits. */
  readonly address: string;
}

export interface DeviceMailboxRow extends DeviceMailboxKey {
  /** The first of its servers, as the operator wrote it. */
  readonly server: string;
  /** Until when the operator's registration holds, Unix milliseconds; 0: does not end by itself. */
  readonly until: number;
  /** By `deviceKey` (protocol.md §11.1): nobody names the key of somebody else. */
  readonly proof: Uint8Array;
  /** The device takes no mail there any more, of its own accord. */
  readonly hasLeft: boolean;
  /** The device said it itself; otherwise another one passed it on. */
  readonly ownWord: boolean;
  /** A slot of that registration which no contact has: withdrawn with the device, and with nothing else. */
  readonly witness?: MailboxPlace;
  /** When this device last saw that slot taken, while the other did not count; Unix milliseconds. Gone with another witness. */
  readonly stoodAt?: number;
}

/** A device says that the operator was told. */
export interface DeviceMailboxEnd extends DeviceMailboxKey {
  readonly author: InstanceId;
  /** The mailbox itself was seen to refuse what it took before; else its person says so. */
  readonly seen: boolean;
  readonly at: number;
}

export interface DeviceMailboxStore {
  list(): readonly DeviceMailboxRow[];
  find(key: DeviceMailboxKey): DeviceMailboxRow | undefined;
  put(row: DeviceMailboxRow): void;
  ends(): readonly DeviceMailboxEnd[];
  putEnd(end: DeviceMailboxEnd): void;
}
