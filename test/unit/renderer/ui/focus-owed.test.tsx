import { act, render } from '@testing-library/react';
import { useLayoutEffect, type ReactNode } from 'react';
import { expect, it, vi } from 'vitest';
import { useFocusIfLost } from '../../../../renderer/ui/use-focus-if-lost';

/** What a dialog does in the frame in which its focus is lost. */
function Head({ step }: { readonly step: number }): ReactNode {
  useLayoutEffect(() => {
    if (step > 0) document.querySelector<HTMLElement>('#close')?.focus();
  }, [step]);
  return <button id="close">Close</button>;
}

function Part({ step }: { readonly step: number }): ReactNode {
  const place = useFocusIfLost<HTMLElement>(step);
  return (
    <section ref={place} tabIndex={-1} data-testid="part">
      {step === 0 ? <button id="send">Send</button> : null}
    </section>
  );
}

function Page({ step }: { readonly step: number }): ReactNode {
  return (
    <>
      <Part step={step} />
      <Head step={step} />
    </>
  );
}

it('the focus of a form that went comes to its part of the page, also where the dialog takes it to its head at once', async () => {
  const { rerender, getByTestId } = render(<Page step={0} />);
  act(() => document.querySelector<HTMLElement>('#send')?.focus());
  rerender(<Page step={1} />);
  await vi.waitFor(() => expect(document.activeElement).toBe(getByTestId('part')));
});
