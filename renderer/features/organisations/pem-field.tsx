import type { ReactNode, RefObject } from 'react';
import { useText } from '../../i18n/use-text';
import { TextOrFile } from '../../ui/text-or-file';
import { largestPemFile, pemOfFile, type PemLabel } from './pem-of-file';

export interface PemFieldProps {
  readonly label: string;
  readonly pem: PemLabel;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
  readonly areaRef: RefObject<HTMLTextAreaElement | null>;
}

/** A PEM text to be pasted, or its file. */
export function PemField({ pem, ...field }: PemFieldProps): ReactNode {
  const text = useText();
  return (
    <TextOrFile
      {...field}
      hint={text('pem.hint')}
      lines={6}
      autoFocus
      largestFile={largestPemFile}
      read={(bytes) => pemOfFile(bytes, pem)}
      words={{
        choose: text('pem.choose'),
        field: text('pem.file'),
        tooLarge: text('pem.tooLarge'),
        unreadable: text('pem.unreadable'),
        fromFile: (file) => text('pem.fromFile', { file }),
      }}
    />
  );
}
