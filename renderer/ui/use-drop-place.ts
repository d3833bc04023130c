import { useState, type DragEvent, type HTMLAttributes } from 'react';

type Handlers = Pick<HTMLAttributes<HTMLElement>, 'className' | 'onDragOver' | 'onDragLeave' | 'onDrop'>;

/** What makes an element take one file that is dropped on it, and shows that it would. `onFile` gets undefined where what was dropped is no file. */
export function useDropPlace(onFile: (file: File | undefined) => void): Handlers {
  const [over, setOver] = useState(false);
  return {
    className: over ? 'drop-place over' : 'drop-place',
    onDragOver: (event) => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: () => setOver(false),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      onFile(event.dataTransfer.files[0]);
    },
  };
}
