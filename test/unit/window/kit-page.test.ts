import { decodeQR } from 'qr/decode.js';
import { expect, it } from 'vitest';
import { kitPage, kitPolicy } from '../../../electron/window/kit-page';

const qrText = 'KEYSHIFT-RECOVERY:1:0440Y5GX4GNK4EA08X75AQ33D9RQGZW6HPA9Q8N9P2VVXHECTFDER4727MQ0';
const sheet = { language: 'en' as const, title: 'Kit', paragraphs: ['Keep it.'], facts: [['Name', '"><script src=x>&<b onload=1>\u202Egnp\u0000']] as const, code: ['0440Y', '5GX4G'], qrText };

it('S5-19: whatever a name holds, the printed page shows it as text, and lets nothing be loaded or run', () => {
  const page = kitPage(sheet);
  expect([...new Set([...page.matchAll(/<(\w+)/g)].map(([, name]) => name))].sort()).toEqual(['body', 'dd', 'div', 'dl', 'dt', 'h1', 'head', 'html', 'li', 'meta', 'ol', 'p', 'path', 'style', 'svg', 'title']);
  expect(page).toContain('&#60;script src&#61;x&#62;');
  expect(page).not.toMatch(/[\u202e\u0000]|\son\w+=|src=|href=|url\(/);
  expect(kitPolicy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'$/);
});

it('S5-19: the QR code on the page says the code', () => {
  const page = kitPage(sheet);
  const size = Number(/viewBox="0 0 (\d+) /.exec(page)?.[1]);
  const scale = 4;
  const data = new Uint8Array((size * scale) ** 2 * 4).fill(255);
  for (const [, x, y] of page.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let line = 0; line < scale; line += 1) {
      const at = ((Number(y) * scale + line) * size * scale + Number(x) * scale) * 4;
      for (let dot = 0; dot < scale; dot += 1) data.fill(0, at + dot * 4, at + dot * 4 + 3);
    }
  }
  expect(decodeQR({ width: size * scale, height: size * scale, data })).toBe(qrText);
});
