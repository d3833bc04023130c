import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { encodeQR } from 'qr';

const width = 640;
const height = 480;
/** Pixels a module. */
const scale = 6;

/** A film of one picture for Chromium's fake camera (YUV4MPEG2, 4:2:0): a code held still before grey. */
export function filmCode(path: string, text: string): void {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 4 });
  const left = Math.floor((width - rows.length * scale) / 2);
  const top = Math.floor((height - rows.length * scale) / 2);
  const luma = Buffer.alloc(width * height, 120);
  rows.forEach((row, y) =>
    row.forEach((dark, x) => {
      for (let line = 0; line < scale; line += 1) {
        const at = (top + y * scale + line) * width + left + x * scale;
        luma.fill(dark ? 16 : 235, at, at + scale);
      }
    }),
  );
  writeFileSync(path, Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\nFRAME\n`), luma, Buffer.alloc((width * height) / 2, 128)]));
}

/** Drops a file on what has this test id, as a hand with a mouse does. */
export async function dropFile(window: Page, testId: string, name: string, type: string, bytes: Uint8Array): Promise<void> {
  const files = await window.evaluateHandle(
    ([fileName, fileType, base64]) => {
      const dropped = new DataTransfer();
      const content = Uint8Array.from(atob(base64 ?? ''), (letter) => letter.charCodeAt(0));
      dropped.items.add(new File([content], fileName ?? '', { type: fileType ?? '' }));
      return dropped;
    },
    [name, type, Buffer.from(bytes).toString('base64')],
  );
  const target = window.getByTestId(testId);
  await target.dispatchEvent('dragover', { dataTransfer: files });
  await target.dispatchEvent('drop', { dataTransfer: files });
  await files.dispose();
}
