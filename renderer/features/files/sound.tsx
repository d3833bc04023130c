import { useState, type ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { mediaOf } from './media-address';

/** Sound that is played when somebody asks for it: until then nothing of it is read, and how long it is is not known, so no time is shown. */
export function Sound({ transferId, label, inTabOrder }: { readonly transferId: string; readonly label: string; readonly inTabOrder: boolean }): ReactNode {
  const text = useText();
  const [isTimed, setTimed] = useState(false);
  return (
    <audio
      className={isTimed ? 'timed' : undefined}
      controls
      tabIndex={inTabOrder ? 0 : -1}
      controlsList="nodownload"
      preload="none"
      src={mediaOf(transferId)}
      aria-label={text('files.play', { file: label })}
      onLoadedMetadata={() => setTimed(true)}
    />
  );
}
