import { useState, type ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { ExportPrivateDialog } from './export-private-dialog';
import { ExportPublicDialog } from './export-public-dialog';
import { ImportPrivateDialog } from './import-private-dialog';

/** The identity key as a file, out and in. */
export function KeyFilesSection({ keyElsewhere }: { readonly keyElsewhere: boolean }): ReactNode {
  const text = useText();
  const [open, setOpen] = useState<'public' | 'private' | 'import'>();
  const close = (): void => setOpen(undefined);
  return (
    <section className="stack tight divided" aria-labelledby="identity-files">
      <h3 className="small-heading" id="identity-files">
        {text('keyfile.title')}
      </h3>
      <p className="field-hint">{text('keyfile.text')}</p>
      <div className="dialog-actions start">
        <Button onPress={() => setOpen('public')}>{text('keyfile.public')}</Button>
        <Button isDisabled={keyElsewhere} onPress={() => setOpen('private')}>{text('keyfile.private')}</Button>
        <Button onPress={() => setOpen('import')}>{text('keyfile.import')}</Button>
      </div>
      {keyElsewhere ? <p className="setting-state flush">{text('keyfile.elsewhere')}</p> : null}
      {open === 'public' ? <ExportPublicDialog onClose={close} /> : null}
      {open === 'private' ? <ExportPrivateDialog onClose={close} /> : null}
      {open === 'import' ? <ImportPrivateDialog keyElsewhere={keyElsewhere} onClose={close} /> : null}
    </section>
  );
}
