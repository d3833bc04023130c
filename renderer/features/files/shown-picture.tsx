import { useEffect, type ReactNode } from 'react';
import { Pause, Play } from 'lucide-react';
import { useFiles, useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { IconButton } from '../../ui/icon-button';
import { type NamedPicture, nameOf } from './files-store';
import { mediaOfPicture } from './media-address';
import { StillPicture } from './still-picture';
import { usePlaying } from './use-playing';

export interface ShownPictureProps {
  readonly picture: NamedPicture;
  /** Its name, to be shown. */
  readonly file: string;
  /** Empty where what is around it says what it is. */
  readonly alt: string;
  readonly onBroken: () => void;
  /** Pressing the picture does this; what makes it move and stops it stands beside that. */
  readonly onOpen?: () => void;
  /** Too small to be watched: it stands still. */
  readonly still?: boolean;
  /** As for the acts of a file. */
  readonly inTabOrder?: boolean;
}

/** A picture; one that moves has a button that stops it and lets it move again (WCAG 2.2, 2.2.2). */
export function ShownPicture({ picture, file, alt, onBroken, onOpen, still = false, inTabOrder = true }: ShownPictureProps): ReactNode {
  const text = useText();
  const model = useModel();
  const name = nameOf(picture);
  const isToken = 'token' in picture;
  const src = mediaOfPicture(picture);
  const moves = useFiles((state) => state.moves[name]);
  const { playing, begun, play, stop } = usePlaying(!still);
  useEffect(() => {
    if (moves === undefined) model.background(model.files.getState().askMoves(isToken ? { token: name } : { transferId: name }));
  }, [model, name, isToken, moves]);
  // Until that is known nothing is drawn: it would have moved already.
  if (moves === undefined) return null;
  const isStill = moves && !playing;
  const image = isStill ? <StillPicture src={src} alt={alt} onBroken={onBroken} /> : <img src={src} alt={alt} loading="lazy" decoding="async" onLoad={begun} onError={onBroken} />;
  const drawn =
    onOpen === undefined ? (
      image
    ) : (
      <button type="button" className="picture" tabIndex={inTabOrder ? 0 : -1} aria-label={text('files.show', { file })} onClick={onOpen}>
        {image}
      </button>
    );
  if (!moves || still) return drawn;
  return (
    <span className="moving-picture">
      {drawn}
      <IconButton excludeFromTabOrder={!inTabOrder} label={text(playing ? 'files.motion.stop' : 'files.motion.play', { file })} onPress={playing ? stop : play}>
        {playing ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
      </IconButton>
    </span>
  );
}
