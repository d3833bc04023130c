import { useEffect, useRef, useState, type ReactNode } from 'react';
import { FileDown } from 'lucide-react';
import { useText } from '../../i18n/use-text';
import { isCovered } from '../../ui/covered';

/** Takes files dropped anywhere on the window while a conversation stands open and no dialog covers it. The button beside the field does the same. */
export function DropZone({ name, onFiles }: { readonly name: string; readonly onFiles: (files: readonly File[]) => void }): ReactNode {
  const text = useText();
  const [over, setOver] = useState(false);
  const taking = useRef(onFiles);
  useEffect(() => {
    taking.current = onFiles;
  }, [onFiles]);
  useEffect(() => {
    const brings = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true && !event.defaultPrevented && !isCovered();
    const onOver = (event: DragEvent): void => {
      const here = brings(event);
      setOver(here);
      if (here) event.preventDefault();
    };
    // Leaving the window has nothing it enters.
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      setOver(false);
      if (!brings(event)) return;
      event.preventDefault();
      const given = [...(event.dataTransfer?.files ?? [])];
      if (given.length > 0) taking.current(given);
    };
    document.addEventListener('dragover', onOver);
    document.addEventListener('dragleave', onLeave);
    document.addEventListener('drop', onDrop);
    return () => {
      setOver(false);
      document.removeEventListener('dragover', onOver);
      document.removeEventListener('dragleave', onLeave);
      document.removeEventListener('drop', onDrop);
    };
  }, []);
  return over ? (
    <div className="drop-zone" aria-hidden="true">
      <FileDown />
      <span>{text('files.drop', { name })}</span>
    </div>
  ) : null;
}
