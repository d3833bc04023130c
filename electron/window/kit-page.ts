import { createHash } from 'node:crypto';
import { encodeQR } from 'qr';

/** What is printed; the same shape as the services have it. */
export interface PrintableSheet {
  readonly language: 'en' | 'de';
  readonly title: string;
  readonly paragraphs: readonly string[];
  readonly facts: readonly (readonly [string, string])[];
  readonly code: readonly string[];
  readonly qrText: string;
}

const style = `
@page { size: A4; margin: 20mm }
body { font: 11pt/1.5 sans-serif; color: #000; background: #fff; margin: 0 }
h1 { font-size: 22pt; margin: 0 0 6mm }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1.5mm 6mm; margin: 0 0 8mm }
dt { color: #444 }
dd { margin: 0; overflow-wrap: anywhere; unicode-bidi: isolate }
.code { display: flex; align-items: center; gap: 10mm; border: 0.5mm solid #000; padding: 7mm; margin: 0 1mm 8mm 0 }
ol { list-style: none; display: grid; grid-template-columns: repeat(3, max-content); gap: 3mm 8mm; margin: 0; padding: 0; font: 700 15pt/1.3 monospace }
svg { width: 46mm; height: 46mm; flex: none }
p { margin: 0 0 4mm; max-width: 160mm }
`;

/** No script, no address, one style, and that by its hash: whatever a name holds, it is shown. */
export const kitPolicy = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** The page that becomes the PDF. */
export function kitPage({ language, title, paragraphs, facts, code, qrText }: PrintableSheet): string {
  const list = facts.map(([what, value]) => `<dt>${shown(what)}</dt><dd>${shown(value)}</dd>`).join('');
  const groups = code.map((group) => `<li>${shown(group)}</li>`).join('');
  const text = paragraphs.map((paragraph) => `<p>${shown(paragraph)}</p>`).join('');
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${shown(title)}</title><style>${style}</style></head><body><h1>${shown(title)}</h1><dl>${list}</dl><div class="code"><ol>${groups}</ol>${qrPicture(qrText)}</div>${text}</body></html>`;
}

/** One path of unit squares: nothing to load. */
function qrPicture(text: string): string {
  const modules = encodeQR(text, 'raw', { border: 2 });
  const path = modules.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  return `<svg viewBox="0 0 ${modules.length} ${modules.length}" shape-rendering="crispEdges"><path d="${path}"/></svg>`;
}

function shown(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N} ,.:;'’()-]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}
