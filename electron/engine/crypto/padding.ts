/**
 * Padmé (Nikitin et al., PETS 2019): the length to pad to. At most 12 % more, and only O(log log n) bits of the true
 * length are left to see. 0 and 1 stay as they are.
 */
export function padme(length: number): number {
  if (!Number.isSafeInteger(length) || length < 0 || length > 0x3fff_ffff) throw new RangeError('length out of range');
  if (length < 2) return length;
  const exponent = 31 - Math.clz32(length);
  const kept = 32 - Math.clz32(exponent);
  const mask = 2 ** (exponent - kept) - 1;
  return exponent <= kept ? length : (length + mask) & ~mask;
}

/** bytes ‖ 0x80 ‖ zeros, to the Padmé length of what the marker needs (ISO 7816-4). */
export function pad(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(padme(bytes.length + 1));
  out.set(bytes);
  out[bytes.length] = 0x80;
  return out;
}

/** The bytes before the marker, as a view; undefined unless it is exactly what `pad` makes. */
export function unpad(padded: Uint8Array): Uint8Array | undefined {
  let marker = padded.length - 1;
  while (marker >= 0 && padded[marker] === 0) marker -= 1;
  if (marker < 0 || padded[marker] !== 0x80 || padme(marker + 1) !== padded.length) return undefined;
  return padded.subarray(0, marker);
}
