/** The same passphrase typed on another keyboard may come composed differently: NFC makes it one. UTF-8; the caller wipes it. */
export function passphraseBytes(passphrase: string): Uint8Array {
  return new TextEncoder().encode(passphrase.normalize('NFC'));
}

/** As PKCS #12 has it for its MAC (RFC 7292 B.1): UTF-16, big-endian, and two zeros at the end. The caller wipes it. */
export function passphraseBmp(passphrase: string): Uint8Array {
  const text = passphrase.normalize('NFC');
  const out = new Uint8Array(text.length * 2 + 2);
  const view = new DataView(out.buffer);
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at));
  return out;
}
