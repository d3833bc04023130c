import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { Camera, ImageUp } from 'lucide-react';
import { FileTrigger } from 'react-aria-components';
import { holdsPrivateKey } from '../../../shared/private-key';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { heard } from '../../i18n/heard';
import { useText } from '../../i18n/use-text';
import type { TextId } from '../../i18n/messages';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { useDropPlace } from '../../ui/use-drop-place';
import { useNoPrivateKey } from '../../ui/use-no-private-key';
import { CameraView } from '../verify/camera-view';
import type { CameraFault } from '../verify/camera';
import { PictureError, readPicture, type PictureFault } from '../verify/read-picture';
import { useFocusKept } from '../verify/use-focus-kept';

const cameraWords: Readonly<Record<CameraFault, TextId>> = {
  refused: 'join.camera.refused',
  none: 'join.camera.none',
  'in-use': 'join.camera.inUse',
  broken: 'join.camera.broken',
  'nothing-seen': 'verify.camera.nothingSeen',
};

const pictureWords: Readonly<Record<Exclude<PictureFault, 'no-code'>, TextId>> = {
  'not-a-picture': 'verify.picture.notPicture',
  'too-large': 'verify.picture.tooLarge',
};

/** What kind of link it is, and the words for it. */
export interface LinkKind {
  /** How it begins. */
  readonly begins: RegExp;
  readonly label: TextId;
  /** Of the field with its other ways. */
  readonly group: TextId;
  readonly hint: TextId;
  readonly cameraOn: TextId;
  readonly choose: TextId;
  readonly noCode: TextId;
  /** Characters. */
  readonly longest: number;
  /** Beside pictures: a file that holds the link as text, by the end of its name. */
  readonly file?: string;
}

export interface LinkFieldProps {
  readonly kind: LinkKind;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
  readonly disabled: boolean;
  /** To bring the focus to it. */
  readonly areaRef?: RefObject<HTMLTextAreaElement | null>;
  /** It came out of a picture, a file or the camera: nobody types it. */
  readonly onRead?: () => void;
}

/** The link as text, by the camera, or out of a picture that is chosen, dropped or pasted. Nothing of a picture is kept; a private key is told as one and forgotten at once. */
export function LinkField({ kind, value, onChange, error, disabled, areaRef, onRead }: LinkFieldProps): ReactNode {
  const text = useText();
  const { ui } = useModel();
  const [looking, setLooking] = useState(false);
  const [reading, setReading] = useState(false);
  const { fault, setFault, give } = useNoPrivateKey(onChange);
  const kept = useFocusKept();
  const own = useRef<HTMLTextAreaElement>(null);
  const area = areaRef ?? own;
  const turn = useRef(0);
  useEffect(() => () => void (turn.current += 1), []);

  const wordsOf = (why: PictureFault): TextId => (why === 'no-code' ? kind.noCode : pictureWords[why]);
  /** Typed or looked at meanwhile, a picture that is still being read counts no more. */
  const overtake = (): void => {
    turn.current += 1;
    setReading(false);
  };
  const take = (code: string, answered: (place: HTMLElement | null) => void): void => {
    if (!give(code)) return;
    ui.getState().announce(text('join.link.read'));
    answered(area.current);
    onRead?.();
  };
  const read = async (file: File): Promise<void> => {
    turn.current += 1;
    const mine = turn.current;
    const answered = focusWhereAsked();
    setReading(true);
    setFault(undefined);
    try {
      const written = new TextDecoder().decode(await file.slice(0, kind.longest).arrayBuffer());
      const isText = (kind.file !== undefined && file.name.endsWith(kind.file)) || holdsPrivateKey(written);
      const code = isText ? written : await readPicture(file, kind.begins);
      if (turn.current === mine) take(code, answered);
    } catch (thrown) {
      if (turn.current === mine) setFault(text(wordsOf(thrown instanceof PictureError ? thrown.fault : 'not-a-picture')));
    } finally {
      if (turn.current === mine) setReading(false);
    }
  };
  const dropPlace = useDropPlace((file) => {
    if (file !== undefined) void read(file);
  });
  return (
    <div
      ref={kept}
      tabIndex={-1}
      role="group"
      aria-label={heard(text(kind.group))}
      data-testid="link-field"
      {...dropPlace}
      onPaste={(event) => {
        const file = [...event.clipboardData.files].find(({ type }) => type.startsWith('image/'));
        if (file === undefined) return;
        event.preventDefault();
        void read(file);
      }}
    >
      <TextField
        label={text(kind.label)}
        value={value}
        onChange={(typed) => {
          overtake();
          give(typed);
        }}
        hint={text(kind.hint)}
        error={fault ?? error}
        lines={4}
        areaRef={area}
        maxLength={kind.longest}
        monospace
        disabled={disabled}
        autoFocus
      />
      {looking ? (
        <CameraView
          hint={text(kind.cameraOn)}
          wanted={kind.begins}
          onCode={(code) => {
            setLooking(false);
            overtake();
            take(code, unlessTyping);
          }}
          onEnd={(why) => {
            setLooking(false);
            setFault(why === undefined ? undefined : text(cameraWords[why]));
          }}
        />
      ) : (
        <div className="ways">
          <Button
            icon={<Camera aria-hidden="true" />}
            isDisabled={disabled}
            onPress={() => {
              setFault(undefined);
              setLooking(true);
            }}
          >
            {text('join.camera')}
          </Button>
          <FileTrigger
            acceptedFileTypes={['image/png', 'image/jpeg', 'image/webp', 'image/gif', ...(kind.file === undefined ? [] : [kind.file])]}
            onSelect={(files) => {
              const [file] = files ?? [];
              if (file !== undefined) void read(file);
            }}
          >
            <Button icon={<ImageUp aria-hidden="true" />} isPending={reading} isDisabled={disabled}>
              {text(reading ? 'join.picture.reading' : kind.choose)}
            </Button>
          </FileTrigger>
        </div>
      )}
    </div>
  );
}

/** The camera finds a code when it likes: whoever fills in another field meanwhile goes on there. */
function unlessTyping(place: HTMLElement | null): void {
  if (document.activeElement?.matches('input, textarea') !== true) place?.focus();
}
