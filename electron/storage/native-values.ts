import type { Parameters } from './database';

/** The library's typings want arrays it may keep and bytes that are not shared between threads; it only reads them. */
type NativeValue = string | number | null | Uint8Array<ArrayBuffer>;

/** The library binds bytes at no address, as an ordinary empty array has, as NULL: these have an address and no length. */
const noBytes = new Uint8Array(new ArrayBuffer(1), 0, 0);

/** Parameters as the library takes them. */
export function native(params: Parameters): readonly NativeValue[] {
  // The reason above: same values, narrower static type.
  const values = params as readonly NativeValue[];
  return values.some(isEmpty) ? values.map((value) => (isEmpty(value) ? noBytes : value)) : values;
}

function isEmpty(value: NativeValue): boolean {
  return typeof value === 'object' && value?.length === 0;
}
