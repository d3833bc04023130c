import type { ReactNode } from 'react';
import { later } from '../../app/later';
import { useModel, useUi } from '../../app/model-context';
import { useFocusBack } from '../../app/use-focus-back';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';

const HelpDialog = later(async () => (await import('./help-dialog')).HelpDialog);

/** The help lies over whatever is there, another dialog too: what was begun in that is still there afterwards. */
export function HelpHost(): ReactNode {
  const open = useUi((state) => state.helpOpen);
  const at = useUi((state) => state.helpAt);
  const show = useUi((state) => state.showHelp);
  useFocusBack(open);
  return open ? <HelpDialog at={at} onClose={() => show(false)} /> : null;
}

/** On screens that have no menu of their own. `at`: the heading of the guide that is about them. */
export function HelpButton({ wide = false, at }: { readonly wide?: boolean; readonly at?: string }): ReactNode {
  const text = useText();
  const { ui } = useModel();
  return (
    <Button kind="quiet" wide={wide} onPress={() => ui.getState().showHelp(true, at)}>
      {text('help.open')}
    </Button>
  );
}
