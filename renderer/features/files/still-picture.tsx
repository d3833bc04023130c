import { useRef, type ReactNode } from 'react';

export interface StillPictureProps {
  readonly src: string;
  readonly alt: string;
  readonly onBroken: () => void;
}

/** Pixels of the longer side: more than a window shows of it. */
const longest = 2048;

/** The first of the pictures of one that moves. Drawing an image element on a canvas takes that one, whatever is on the screen (HTML, “canvas”, drawing images). */
export function StillPicture({ src, alt, onBroken }: StillPictureProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const draw = (image: HTMLImageElement): void => {
    const { current } = canvas;
    const { naturalWidth, naturalHeight } = image;
    const scale = Math.min(1, longest / Math.max(naturalWidth, naturalHeight));
    if (current === null) return;
    current.width = Math.max(1, Math.round(naturalWidth * scale));
    current.height = Math.max(1, Math.round(naturalHeight * scale));
    current.getContext('2d')?.drawImage(image, 0, 0, current.width, current.height);
  };
  return (
    <>
      <img hidden src={src} alt="" onLoad={({ currentTarget }) => draw(currentTarget)} onError={onBroken} />
      {alt === '' ? <canvas ref={canvas} aria-hidden="true" /> : <canvas ref={canvas} role="img" aria-label={alt} />}
    </>
  );
}
