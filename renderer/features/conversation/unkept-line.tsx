import { HardDrive } from 'lucide-react';
import type { ReactNode } from 'react';
import { useDrafts } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Above the composer while the disk does not take what is written there: a lock, which may come by itself, takes it along. */
export function UnkeptLine({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const why = useDrafts(({ drafts, unkept }) => ((drafts[conversationId]?.text ?? '') === '' && drafts[conversationId]?.editing === undefined ? undefined : unkept[conversationId]));
  return why === undefined ? null : (
    <p className="composer-line">
      <HardDrive aria-hidden="true" />
      <span>{text(why === 'disk.full' ? 'composer.unkept.full' : 'composer.unkept.failed')}</span>
    </p>
  );
}
