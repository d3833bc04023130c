// @vitest-environment jsdom
import { expect, it } from 'vitest';
import { cyclePanes, focusBack, focusTalk, rememberFocus } from '../../../../renderer/app/panes';

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

it.each([['F6', () => cyclePanes(1)], ['what closes beside it', focusTalk]])('by %s one comes to a conversation without a field at what is shown of it, not at the way back that only narrow windows have', (_by, go) => {
  document.body.innerHTML = '<main data-pane="conversation"><button>Back</button><button>Not checked</button></main>';
  const [back, shown] = document.querySelectorAll('button');
  if (back === undefined || shown === undefined) throw new Error('no buttons');
  Object.assign(back, { checkVisibility: () => false });
  go();
  expect(document.activeElement).toBe(shown);
  document.body.replaceChildren();
});
