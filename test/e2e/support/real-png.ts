import { crc32, deflateSync } from 'node:zlib';

/** A picture that can be decoded, with a text in it that is none of anybody's business. */
export function realPng(secret: string, width = 40, height = 30): Buffer {
  const rows = Buffer.concat(Array.from({ length: height }, (_, y) => Buffer.from([0, ...Array.from({ length: width }, (_each, x) => [x * 6, y * 8, 120]).flat()])));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('tEXt', Buffer.from(`Location\0${secret}`)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A picture that can be decoded and whose pixels are a text, eight rows of it, not compressed: whoever stores the file as it is stores the text. */
export function pngOfText(text: string): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(text.length, 0);
  head.writeUInt32BE(8, 4);
  // Shades of grey, a byte each.
  head.set([8, 0], 8);
  const rows = Buffer.from(`\0${text}`.repeat(8), 'latin1');
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 0 })), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}
