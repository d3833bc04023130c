import type { ControlPlace } from '../../engine/dialog/dialog-news';
import type { StreamKey } from '../../engine/dialog/dialog-store';
import type { InstanceId, PeerId } from '../../engine/ids';
import { parsePeerId } from '../../engine/wire/ids';
import { WireError } from '../../engine/wire/wire-error';
import { instanceOf, parseStreamKey, streamKey } from './kinds/values';

// Keys of facts about dialogs, beside those of dialogs and streams themselves. Every `parse` throws `WireError` for another form.

/** A numbered message, or of control messages the newest of each kind. */
export function envelopeKey(stream: StreamKey, place: number | ControlPlace): string {
  return `${streamKey(stream)}/${place}`;
}

/** The key exchange keys that this device made for the pair. */
export function floorKey(peerId: PeerId, creator: InstanceId): string {
  return `${peerId}/${creator}`;
}

export function chainKey(peerId: PeerId, instanceId: InstanceId): string {
  return `${peerId}/${instanceId}`;
}

export function parseEnvelopeKey(key: string): StreamKey {
  const at = key.lastIndexOf('/');
  const place = key.slice(at + 1);
  const isSequence = /^[1-9][0-9]{0,15}$/.test(place) && Number.isSafeInteger(Number(place));
  if (!isSequence && !/^(gap|[0-9a-f]{32})$/.test(place)) throw new WireError('no place in a stream');
  return parseStreamKey(key.slice(0, at));
}

export function parseFloorKey(key: string): readonly [PeerId, InstanceId] {
  const [peerId = '', creator = '', ...more] = key.split('/');
  if (more.length > 0) throw new WireError('a key of another form');
  return [parsePeerId(peerId), instanceOf(creator)];
}
