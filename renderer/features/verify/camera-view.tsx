import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useModel, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { openCamera, type CameraFault } from './camera';
import { readCode } from './read-code';
import { drawn } from './read-picture';

/** Between two looks, in milliseconds: a hand that holds a screen needs seconds. */
const betweenLooks = 150;
/** A camera nobody shows anything to is switched off, after milliseconds. */
const longestLook = 120_000;

export interface CameraViewProps {
  /** What is said while it looks. */
  readonly hint: string;
  /** What the code that is looked for begins with. */
  readonly wanted: RegExp;
  readonly onCode: (text: string) => void;
  /** It is off again: by hand, or because of a fault. */
  readonly onEnd: (fault?: CameraFault) => void;
}

/** The picture of the camera, looked at until the wanted code is on it; off while the help lies over it. Nothing of it is kept. */
export function CameraView({ hint, wanted, onCode, onEnd }: CameraViewProps): ReactNode {
  const text = useText();
  const { client } = useModel();
  const covered = useUi((state) => state.helpOpen);
  const video = useRef<HTMLVideoElement>(null);
  const [live, setLive] = useState(false);
  const told = useRef({ onCode, onEnd });
  useEffect(() => {
    told.current = { onCode, onEnd };
  });

  useEffect(() => {
    if (covered) return undefined;
    let stream: MediaStream | undefined;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = (): void => {
      over = true;
      clearTimeout(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const fail = (fault: CameraFault): void => {
      if (over) return;
      stop();
      told.current.onEnd(fault);
    };
    const look = async (until: number): Promise<void> => {
      const picture = video.current;
      if (over || picture === null) return;
      if (performance.now() > until) {
        fail('nothing-seen');
        return;
      }
      if (picture.videoWidth > 0) {
        const found = await readCode(drawn(picture, { x: 0, y: 0, width: picture.videoWidth, height: picture.videoHeight }), wanted);
        if (over) return;
        if (found !== undefined) {
          stop();
          told.current.onCode(found);
          return;
        }
      }
      timer = setTimeout(() => void look(until).catch(() => fail('broken')), betweenLooks);
    };
    const begin = async (): Promise<void> => {
      const opened = await openCamera(client);
      if (typeof opened === 'string') {
        fail(opened);
        return;
      }
      stream = opened;
      if (over || video.current === null) {
        stop();
        return;
      }
      for (const track of opened.getTracks()) track.addEventListener('ended', () => fail('broken'));
      video.current.srcObject = opened;
      await video.current.play();
      setLive(true);
      await look(performance.now() + longestLook);
    };
    begin().catch(() => fail('broken'));
    return () => {
      stop();
      setLive(false);
    };
  }, [client, wanted, covered]);

  return (
    <div className="camera">
      <video ref={video} className="camera-picture" muted playsInline aria-label={text('verify.camera.picture')} data-live={live} />
      <p className="field-hint" role="status">
        {live ? hint : text('verify.camera.starting')}
      </p>
      <div className="dialog-actions start">
        <Button autoFocus onPress={() => onEnd()}>
          {text('verify.camera.stop')}
        </Button>
      </div>
    </div>
  );
}
