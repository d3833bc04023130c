import { useMemo, type ReactNode } from 'react';
import { encodeQR } from 'qr';
import { heard } from '../../i18n/heard';

/** White modules around the code: scanners need four. The encoder draws at least one of them itself. */
const border = 1;
const quiet = 4 - border;

/** A QR code as one SVG path, always dark on light so that every camera reads it. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const { path, size } = useMemo(() => qrPath(text), [text]);
  return (
    <svg className="qr" role="img" aria-label={heard(label)} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#ffffff" />
      <path d={path} fill="#10131c" />
    </svg>
  );
}

/** One horizontal bar per run of dark modules. */
export function qrPath(text: string): { readonly path: string; readonly size: number } {
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border });
  let path = '';
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (row[x] !== true) continue;
      let end = x;
      while (row[end] === true) end += 1;
      path += `M${x + quiet} ${y + quiet}h${end - x}v1h-${end - x}z`;
      x = end;
    }
  });
  return { path, size: rows.length + 2 * quiet };
}
