import { useState, type FormEvent, type ReactNode } from 'react';
import { Camera, ImageUp } from 'lucide-react';
import { FileTrigger, Form } from 'react-aria-components';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { TextField } from '../../ui/text-field';
import { CameraView } from './camera-view';
import { safetyCode } from './read-code';
import { useFocusKept } from './use-focus-kept';
import type { Verifying } from './use-verify';

/** What the camera's own words are for each of its faults. */
const cameraWords = {
  refused: 'verify.camera.refused',
  none: 'verify.camera.none',
  'in-use': 'verify.camera.inUse',
  broken: 'verify.camera.broken',
  'nothing-seen': 'verify.camera.nothingSeen',
} as const;

/** Three ways to take over what the other screen shows: camera, picture, number. */
export function ReadTheirs({ name, verifying, paused }: { readonly name: string; readonly verifying: Verifying; readonly paused: boolean }): ReactNode {
  const text = useText();
  const [looking, setLooking] = useState(false);
  const [number, setNumber] = useState('');
  const { busy } = verifying;
  const section = useFocusKept();

  const compare = (event: FormEvent): void => {
    event.preventDefault();
    if (busy === 'no' && number.trim() !== '') verifying.compareNumber(number);
  };

  return (
    <section ref={section} tabIndex={-1} className="stack tight" aria-labelledby="read-heading">
      <h3 className="small-heading" id="read-heading">
        {text('verify.read', { name })}
      </h3>
      {looking ? (
        <CameraView
          hint={text('verify.camera.on', { name })}
          wanted={safetyCode}
          onCode={(code) => {
            setLooking(false);
            verifying.compareCode(code);
          }}
          onEnd={(fault) => {
            setLooking(false);
            if (fault !== undefined) verifying.fail(text(cameraWords[fault], { name }));
          }}
        />
      ) : (
        <div className="ways">
          <Button
            icon={<Camera aria-hidden="true" />}
            onPress={() => {
              verifying.again();
              setLooking(true);
            }}
          >
            {text('verify.camera')}
          </Button>
          <FileTrigger
            acceptedFileTypes={['image/png', 'image/jpeg', 'image/webp', 'image/gif']}
            onSelect={(files) => {
              const [file] = files ?? [];
              if (file !== undefined) verifying.readFile(file);
            }}
          >
            <Button icon={<ImageUp aria-hidden="true" />} isPending={busy === 'reading'}>
              {text(busy === 'reading' ? 'verify.picture.reading' : 'verify.picture')}
            </Button>
          </FileTrigger>
        </div>
      )}
      <p className="field-hint">{text('verify.picture.hint')}</p>
      <Form className="stack tight" onSubmit={compare}>
        <TextField label={text('verify.number', { name })} hint={text(paused ? 'verify.number.hint.paused' : 'verify.number.hint')} value={number} onChange={setNumber} lines={3} monospace numeric maxLength={1024} />
        <div className="dialog-actions start">
          <Button type="submit" isDisabled={number.trim() === ''} isPending={busy === 'comparing'}>
            {text('verify.compare')}
          </Button>
        </div>
      </Form>
    </section>
  );
}
