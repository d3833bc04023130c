import { useState, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { Button } from '../../ui/button';
import type { TokenFile } from '../../../shared/model/transfer';
import { useFiles, useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { IconButton } from '../../ui/icon-button';
import { plainFileName } from '../../ui/strangers';
import { FileGlyph } from './file-glyph';
import { nothingStaged } from './files-store';
import { LeftOutLine } from './left-out-line';
import { ShownPicture } from './shown-picture';

/** From so many on not all are in sight: how many there are is said above them. */
const many = 5;

/** What goes along with the next message, to be looked at before. */
export function StagedFiles({ conversationId, onEmptied }: { readonly conversationId: string; readonly onEmptied: () => void }): ReactNode {
  const text = useText();
  const times = useTimes();
  const { client, files, background } = useModel();
  const staged = useFiles((state) => state.staged[conversationId] ?? nothingStaged);
  if (staged.length === 0) return null;
  const drop = (tokens: readonly string[]): void => {
    for (const token of tokens) files.getState().unstage(conversationId, token);
    background(client.desktop.dropFiles({ tokens: [...tokens] }));
    // The button that had the focus is gone.
    onEmptied();
  };
  return (
    <>
      {staged.length < many ? null : (
        <div className="staged-many">
          <span className="field-hint">{text('files.stagedCount', { count: staged.length, size: times.bytes(staged.reduce((sum, { size }) => sum + size, 0)) })}</span>
          <Button kind="quiet" onPress={() => drop(staged.map(({ token }) => token))}>
            {text('files.unstageAll')}
          </Button>
        </div>
      )}
      <ul className="staged-files" aria-label={text('files.staged')}>
        {staged.map((file) => (
          <Staged key={file.token} file={file} onDrop={() => drop([file.token])} />
        ))}
      </ul>
      <LeftOutLine staged={staged} />
    </>
  );
}

function Staged({ file, onDrop }: { readonly file: TokenFile; readonly onDrop: () => void }): ReactNode {
  const text = useText();
  const times = useTimes();
  const [broken, setBroken] = useState(false);
  const name = plainFileName(file.name, 40);
  return (
    <li className="staged-file">
      {file.shown === 'image' && !broken ? <ShownPicture picture={{ token: file.token }} file={name} alt="" onBroken={() => setBroken(true)} still /> : <FileGlyph shown={file.shown} />}
      <span className="file-words">
        <span className="file-name">
          <bdi>{name}</bdi>
        </span>
        <span className="field-hint"><bdi>{times.bytes(file.size)}</bdi></span>
      </span>
      <IconButton label={text('files.unstage', { file: name })} onPress={onDrop}>
        <X aria-hidden="true" />
      </IconButton>
    </li>
  );
}
