import type { ReactNode } from 'react';
import { useDrafts } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { useCopy } from '../../ui/use-copy';

/** Letters of it that are shown. */
const shown = 140;

/** What was being written when nothing could be written any more: seen, and to be taken elsewhere. */
export function LeftDraft({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const copy = useCopy();
  const written = useDrafts((state) => state.drafts[conversationId]?.text ?? '').trim();
  if (written === '') return null;
  const letters = [...written];
  const words = letters.length > shown ? `${letters.slice(0, shown).join('')}…` : written;
  return (
    <Banner tone="calm" action={<Button onPress={() => void copy(written, text('composer.left.copied'))}>{text('composer.left.copy')}</Button>}>
      {text('composer.left')} <bdi>{words}</bdi>
    </Banner>
  );
}
