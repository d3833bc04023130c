import { useState, type ReactNode } from 'react';
import { FormContext } from 'react-aria-components';
import { later } from '../../app/later';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';

const NameDialog = later(async () => (await import('./name-dialog')).NameDialog);

/**
 * Where this profile cannot be opened any more: a new one beside it, in which a backup or another device brings back what it held. Its first screen offers both,
 * and nobody has to find a folder and move it for that.
 */
export function ProfileBeside({ why }: { readonly why: 'forgotten' | 'damaged' }): ReactNode {
  const text = useText();
  const [asked, setAsked] = useState(false);
  const words = text(why === 'forgotten' ? 'profiles.beside.forgotten' : 'profiles.add');
  return (
    <>
      <Button kind={why === 'forgotten' ? 'quiet' : 'plain'} onPress={() => setAsked(true)}>
        {words}
      </Button>
      {asked ? (
        // The library gives a form in a form all that the outer one has, what its sending does too: the passphrase half typed there would open this profile.
        <FormContext.Provider value={null}>
          <NameDialog profile={undefined} title={why === 'forgotten' ? words : undefined} onClose={() => setAsked(false)}>
            {why === 'forgotten' ? <p>{text('profiles.beside.tries')}</p> : null}
            <p>{text('profiles.beside.how', { restore: text('restore.open'), join: text('join.open') })}</p>
            <p>{text('profiles.beside.stays')}</p>
          </NameDialog>
        </FormContext.Provider>
      ) : null}
    </>
  );
}
