import type { ReactNode } from 'react';

/**
 * The three pictures that stand with every message, each one path: as Lucide has them (ISC) they are two or three elements, of which a long conversation holds
 * thousands.
 */
export function ReplyGlyph(): ReactNode {
  return glyph('lucide lucide-reply', 'M20 18v-2a4 4 0 0 0-4-4H4M9 17l-5-5 5-5');
}

export function MoreGlyph(): ReactNode {
  return glyph('lucide', 'M12 11a1 1 0 1 0 0 2a1 1 0 1 0 0-2M19 11a1 1 0 1 0 0 2a1 1 0 1 0 0-2M5 11a1 1 0 1 0 0 2a1 1 0 1 0 0-2');
}

export function ArrivedGlyph(): ReactNode {
  return glyph('lucide delivery-icon', 'M18 6 7 17l-5-5M22 10l-7.5 7.5L13 16');
}

function glyph(className: string, path: string): ReactNode {
  return (
    <svg className={className} width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
