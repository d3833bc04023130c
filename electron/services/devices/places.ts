import { maxCardAddresses } from '../../engine/certificates/card';
import { maxInstances } from '../../engine/certificates/instance-list';
import { parseHost } from '../../engine/identity/host';
import { id16ToBytes, instanceIdFromBytes } from '../../engine/wire/ids';
import { Reader, WireError } from '../../engine/wire/reader';
import { Writer } from '../../engine/wire/writer';
import type { DeviceRow } from '../ports/devices';

export type DevicePlace = Pick<DeviceRow, 'instanceId' | 'cardTime' | 'addresses'>;

/** count u8 × (instance[16] ‖ time of its card u64 ‖ count u8 × (host LP ‖ port u16)). */
export function encodePlaces(places: readonly DevicePlace[]): Uint8Array {
  const kept = places.slice(0, maxInstances);
  const writer = new Writer(1024).u8(kept.length);
  for (const { instanceId, cardTime, addresses } of kept) {
    const some = addresses.slice(0, maxCardAddresses);
    writer.fixed(id16ToBytes(instanceId)).u64(cardTime).u8(some.length);
    for (const { host, port } of some) writer.text(host).u16(port);
  }
  return writer.finish();
}

/** Throws `WireError`. */
export function parsePlaces(bytes: Uint8Array): readonly DevicePlace[] {
  const reader = new Reader(bytes);
  const count = reader.u8();
  if (count > maxInstances) throw new WireError('too many devices');
  const places = Array.from({ length: count }, (): DevicePlace => {
    const instanceId = instanceIdFromBytes(reader.fixed(16));
    const cardTime = reader.u64();
    const addresses = reader.u8();
    if (addresses > maxCardAddresses) throw new WireError('too many addresses');
    return { instanceId, cardTime, addresses: Array.from({ length: addresses }, () => readAddress(reader)) };
  });
  reader.end();
  return places;
}

function readAddress(reader: Reader): { readonly host: string; readonly port: number } {
  const host = reader.text(253);
  const port = reader.u16();
  if (port === 0 || parseHost(host)?.text !== host) throw new WireError('not an address');
  return { host, port };
}
