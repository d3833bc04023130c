import type { ReactNode } from 'react';
import { File, FileImage, FileMusic } from 'lucide-react';
import type { Transfer } from '../../../shared/model/transfer';

const glyphs = { image: FileImage, audio: FileMusic, file: File } as const;

export function FileGlyph({ shown }: Pick<Transfer, 'shown'>): ReactNode {
  const Glyph = glyphs[shown];
  return (
    <span className="file-glyph" aria-hidden="true">
      <Glyph />
    </span>
  );
}
