import type { ControlPlace } from '../../engine/dialog/dialog-news';
import type { DialogKey, StreamKey } from '../../engine/dialog/dialog-store';
import type { InstanceId, PeerId } from '../../engine/ids';
import { fromHex } from '../../engine/wire/encoding';
import { dialogIdFromBytes, instanceIdFromBytes, parsePeerId } from '../../engine/wire/ids';
import { WireError } from '../../engine/wire/wire-error';

// Keys of facts about dialogs: global ids joined by `/`. Every `parse` throws `WireError` for another form.

export function dialogKey({ peerId, dialogId }: DialogKey): string {
  return `${peerId}/${dialogId}`;
}

export function streamKey({ peerId, dialogId, instanceId }: StreamKey): string {
  return `${peerId}/${dialogId}/${instanceId}`;
}

/** A numbered message, or of control messages the newest of each kind. */
export function envelopeKey(stream: StreamKey, place: number | ControlPlace): string {
  return `${streamKey(stream)}/${place}`;
}

export function floorKey(peerId: PeerId, creator: InstanceId): string {
  return `${peerId}/${creator}`;
}

export function chainKey(peerId: PeerId, instanceId: InstanceId): string {
  return `${peerId}/${instanceId}`;
}

export function startKey(instanceId: InstanceId): string {
  return instanceId;
}

export function parseDialogKey(key: string): DialogKey {
  const [peerId = '', dialogId = ''] = parts(key, 2);
  return { peerId: parsePeerId(peerId), dialogId: dialogIdFromBytes(fromHex(dialogId)) };
}

export function parseStreamKey(key: string): StreamKey {
  const [peerId = '', dialogId = '', instanceId = ''] = parts(key, 3);
  return { ...parseDialogKey(`${peerId}/${dialogId}`), instanceId: parseStartKey(instanceId) };
}

export function parseEnvelopeKey(key: string): StreamKey {
  const [peerId = '', dialogId = '', instanceId = '', place = ''] = parts(key, 4);
  if (!/^([1-9][0-9]{0,15}|gap|[0-9a-f]{32})$/.test(place)) throw new WireError('no place in a stream');
  return parseStreamKey(`${peerId}/${dialogId}/${instanceId}`);
}

export function parseFloorKey(key: string): readonly [PeerId, InstanceId] {
  const [peerId = '', creator = ''] = parts(key, 2);
  return [parsePeerId(peerId), parseStartKey(creator)];
}

export function parseStartKey(key: string): InstanceId {
  return instanceIdFromBytes(fromHex(key));
}

function parts(key: string, count: number): readonly string[] {
  const found = key.split('/');
  if (found.length !== count) throw new WireError('a key of another form');
  return found;
}
