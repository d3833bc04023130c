import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { Button } from './button';
import { plainFileName } from './strangers';
import { TextField } from './text-field';
import { useDropPlace } from './use-drop-place';
import { useNoPrivateKey } from './use-no-private-key';
import { heard } from '../i18n/heard';

export interface TextOrFileProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint: string;
  readonly error: string | undefined;
  readonly lines: number;
  readonly areaRef: RefObject<HTMLTextAreaElement | null>;
  readonly autoFocus?: boolean;
  /** In bytes: a larger file is not read. */
  readonly largestFile: number;
  /** What a file's bytes say. Throws where they say nothing. */
  readonly read: (bytes: Uint8Array) => string;
  readonly words: TextOrFileWords;
  /** Stands beside the button that chooses a file. */
  readonly children?: ReactNode;
}

export interface TextOrFileWords {
  readonly choose: string;
  /** Name of the file's field for screen readers. */
  readonly field: string;
  readonly tooLarge: string;
  /** For a folder, a file that is gone, and what `read` refuses. */
  readonly unreadable: string;
  readonly fromFile: (name: string) => string;
}

/** Text to be pasted, or the file it stands in, dropped or chosen. The page reads no more than the one file it is given. A private key is told as one and forgotten at once. */
export function TextOrFile({ largestFile, read, words, children, onChange, error, ...field }: TextOrFileProps): ReactNode {
  const picker = useRef<HTMLInputElement>(null);
  const { fault, setFault, give } = useNoPrivateKey(onChange);
  const [source, setSource] = useState<{ readonly name: string; readonly text: string }>();

  /** What is given last counts: a file that is read to its end only later is none of it any more. */
  const turn = useRef(0);
  useEffect(() => () => void (turn.current += 1), []);

  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    turn.current += 1;
    const mine = turn.current;
    setFault(undefined);
    setSource(undefined);
    if (file.size > largestFile) {
      setFault(words.tooLarge);
      return;
    }
    try {
      const bytes = new Uint8Array(await file.arrayBuffer());
      if (turn.current !== mine) return;
      const text = read(bytes);
      if (give(text)) setSource({ name: plainFileName(file.name, 60), text });
    } catch {
      if (turn.current === mine) setFault(words.unreadable);
    }
  };
  const type = (text: string): void => {
    turn.current += 1;
    give(text);
  };
  const dropPlace = useDropPlace((file) => void take(file));

  return (
    <div {...dropPlace}>
      <TextField
        {...field}
        onChange={type}
        error={fault ?? error}
        monospace
      />
      <div className="drop-choose">
        <input
          ref={picker}
          type="file"
          hidden
          aria-label={heard(words.field)}
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            // The same file may be chosen again after it was mended.
            event.currentTarget.value = '';
            void take(file);
          }}
        />
        <Button onPress={() => picker.current?.click()}>{words.choose}</Button>
        {children}
        <span className="field-hint" role="status">
          {source === undefined || source.text !== field.value ? '' : words.fromFile(source.name)}
        </span>
      </div>
    </div>
  );
}
