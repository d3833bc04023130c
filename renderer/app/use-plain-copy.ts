import { useEffect } from 'react';

/**
 * What is selected is copied and dragged as text. The page's own markup would go along otherwise, into whatever program takes it: with the ids of messages and
 * what is only spoken of them. Hyphens that nobody sees stay here. Whoever copies by itself, and a field, is left alone.
 */
export function usePlainCopy(): void {
  useEffect(() => {
    const onCopy = (event: ClipboardEvent): void => {
      const selected = document.getSelection()?.toString().replaceAll('\u00AD', '') ?? '';
      if (event.defaultPrevented || selected === '' || event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      event.clipboardData?.setData('text/plain', selected);
      event.preventDefault();
    };
    const onDrag = ({ dataTransfer }: DragEvent): void => {
      dataTransfer?.clearData('text/html');
      const words = dataTransfer?.getData('text/plain') ?? '';
      if (words.includes('\u00AD')) dataTransfer?.setData('text/plain', words.replaceAll('\u00AD', ''));
    };
    document.addEventListener('copy', onCopy);
    document.addEventListener('dragstart', onDrag);
    return () => {
      document.removeEventListener('copy', onCopy);
      document.removeEventListener('dragstart', onDrag);
    };
  }, []);
}
