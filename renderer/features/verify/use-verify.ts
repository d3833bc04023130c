import { useCallback, useEffect, useRef, useState } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { Verification } from '../../../shared/model/verification';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { PictureError, readPicture, type PictureFault } from './read-picture';
import type { TextId } from '../../i18n/messages';

export interface Verifying {
  readonly busy: 'no' | 'comparing' | 'reading';
  /** What came of the last comparison. */
  readonly compared: Verification | undefined;
  /** Why nothing could be compared, in words. */
  readonly fault: string | undefined;
  readonly compareNumber: (number: string) => void;
  readonly compareCode: (text: string) => void;
  readonly readFile: (file: Blob) => void;
  /** The person compared by ear or eye. */
  readonly said: (same: boolean) => void;
  readonly fail: (words: string) => void;
  readonly again: () => void;
}

const faults: Readonly<Record<PictureFault, TextId>> = {
  'not-a-picture': 'verify.picture.notPicture',
  'too-large': 'verify.picture.tooLarge',
  'no-code': 'verify.picture.noCode',
};

/** One comparison at a time; the last one asked for is the one that is told. */
export function useVerify(contact: Contact): Verifying {
  const text = useText();
  const errorText = useErrorText();
  const { client, contacts } = useModel();
  const [busy, setBusy] = useState<Verifying['busy']>('no');
  const [compared, setCompared] = useState<Verification>();
  const [fault, setFault] = useState<string>();
  const turn = useRef(0);
  const { contactId } = contact;
  useEffect(() => () => void (turn.current += 1), []);

  const run = useCallback(
    async (kind: 'comparing' | 'reading', task: () => Promise<Verification>) => {
      turn.current += 1;
      const mine = turn.current;
      setBusy(kind);
      setFault(undefined);
      setCompared(undefined);
      try {
        const result = await task();
        if (turn.current !== mine) return;
        setCompared(result);
        if (result.outcome === 'match') await contacts.getState().load();
      } catch (thrown) {
        if (turn.current === mine) setFault(thrown instanceof PictureError ? text(faults[thrown.fault]) : errorText(thrown));
      } finally {
        if (turn.current === mine) setBusy('no');
      }
    },
    [contacts, errorText, text],
  );

  const compareCode = useCallback((qr: string) => void run('comparing', () => client.contacts.verify({ contactId, qr })), [run, client, contactId]);
  return {
    busy,
    compared,
    fault,
    compareCode,
    compareNumber: useCallback((number: string) => void run('comparing', () => client.contacts.verify({ contactId, number: number.slice(0, 1024) })), [run, client, contactId]),
    readFile: useCallback(
      (file: Blob) => void run('reading', async () => client.contacts.verify({ contactId, qr: await readPicture(file) })),
      [run, client, contactId],
    ),
    said: (same) =>
      void run('comparing', async () => {
        if (same) await client.contacts.setChecked({ contactId, checked: true });
        return { outcome: same ? 'match' : 'no-match' };
      }),
    fail: (words) => {
      turn.current += 1;
      setBusy('no');
      setCompared(undefined);
      setFault(words);
    },
    again: () => {
      turn.current += 1;
      setBusy('no');
      setCompared(undefined);
      setFault(undefined);
    },
  };
}
