// @vitest-environment jsdom
import { expect, it } from 'vitest';
import { focusBack, rememberFocus } from '../../../../renderer/app/panes';

it('what had the focus in a dialog and cannot have it any more leaves it to the first place of the dialog', () => {
  document.body.innerHTML = '<div class="veil"><button>Close</button><button>Copy</button></div>';
  const [close, copy] = document.querySelectorAll('button');
  if (close === undefined || copy === undefined) throw new Error('no buttons');
  document.addEventListener('focusin', rememberFocus);
  copy.focus();
  copy.blur();
  focusBack();
  expect(document.activeElement).toBe(copy);
  copy.blur();
  copy.disabled = true;
  focusBack();
  expect(document.activeElement).toBe(close);
  document.removeEventListener('focusin', rememberFocus);
  document.body.replaceChildren();
});
