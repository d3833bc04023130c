import { encodeQR } from 'qr';

/** A QR code as a GIF, 8 pixels a module, with the margin scanners need. */
export function qrPicture(text: string): Uint8Array {
  return encodeQR(text, 'gif', { ecc: 'medium', border: 4, scale: 8 });
}
