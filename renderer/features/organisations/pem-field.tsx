import { useRef, useState, type DragEvent, type ReactNode, type RefObject } from 'react';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { plainLine } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';
import { largestPemFile, pemOfFile, type PemLabel } from './pem-of-file';

export interface PemFieldProps {
  readonly label: string;
  readonly pem: PemLabel;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
  readonly areaRef: RefObject<HTMLTextAreaElement | null>;
}

/** Text to be pasted, or the file it stands in, dropped or chosen. The page reads no more than the one file it is given. */
export function PemField({ label, pem, value, onChange, error, areaRef }: PemFieldProps): ReactNode {
  const text = useText();
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [fault, setFault] = useState<string>();
  const [source, setSource] = useState<string>();

  const take = async (file: File | undefined): Promise<void> => {
    setOver(false);
    if (file === undefined) return;
    setFault(undefined);
    setSource(undefined);
    if (file.size > largestPemFile) {
      setFault(text('pem.tooLarge'));
      return;
    }
    try {
      onChange(pemOfFile(new Uint8Array(await file.arrayBuffer()), pem));
      setSource(plainLine(file.name, 60));
    } catch {
      // A folder, or a file that is gone.
      setFault(text('pem.unreadable'));
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    void take(event.dataTransfer.files[0]);
  };

  return (
    <div
      className={over ? 'drop-place over' : 'drop-place'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <TextField
        label={label}
        value={value}
        onChange={(typed) => {
          setFault(undefined);
          setSource(undefined);
          onChange(typed);
        }}
        hint={text('pem.hint')}
        error={fault ?? error}
        lines={6}
        areaRef={areaRef}
        monospace
        autoFocus
      />
      <div className="drop-choose">
        <input
          ref={picker}
          type="file"
          hidden
          aria-label={text('pem.file')}
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            // The same file may be chosen again after it was mended.
            event.currentTarget.value = '';
            void take(file);
          }}
        />
        <Button onPress={() => picker.current?.click()}>{text('pem.choose')}</Button>
        <span className="field-hint" role="status">
          {source === undefined ? '' : text('pem.fromFile', { file: source })}
        </span>
      </div>
    </div>
  );
}
