// @vitest-environment jsdom
import { render } from '@testing-library/react';
import { useRef, type ReactNode } from 'react';
import { expect, it } from 'vitest';
import { usePageFocus } from '../../../../renderer/features/devices/use-page-focus';

function Pages({ page }: { readonly page: string }): ReactNode {
  const body = useRef<HTMLDivElement>(null);
  usePageFocus(body, page);
  return (
    <div role="dialog" aria-label="To be read">
      <div ref={body}>
        <section tabIndex={-1}>{page}</section>
      </div>
    </div>
  );
}

it.each([
  ['on the button that opened it, as behind a press of a screen reader', '<button>Show</button>', 'SECTION'],
  ['in a field, where somebody types', '<textarea></textarea>', 'TEXTAREA'],
  ['in another dialog', '<div role="dialog"><button>Close</button></div>', 'BUTTON'],
])('a dialog that opens with a page to be read, with the focus %s', (_where, markup, focused) => {
  const before = document.body.appendChild(document.createElement('div'));
  before.innerHTML = markup;
  before.querySelector<HTMLElement>('button, textarea')?.focus();
  render(<Pages page="first" />);
  expect(document.activeElement?.tagName).toBe(focused);
  before.remove();
});
