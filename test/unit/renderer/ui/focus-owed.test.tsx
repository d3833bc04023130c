import { act, render } from '@testing-library/react';
import { useLayoutEffect, type ReactNode } from 'react';
import { expect, it, vi } from 'vitest';
import { Button } from '../../../../renderer/ui/button';
import { IconButton } from '../../../../renderer/ui/icon-button';
import { useFocusIfLost } from '../../../../renderer/ui/use-focus-if-lost';
import { pressKey } from '../open-talk';

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

/** As a file that comes: its button stays while its state becomes another and another. */
function Lasting({ step }: { readonly step: number }): ReactNode {
  const place = useFocusIfLost<HTMLElement>(step);
  return (
    <>
      <section ref={place} tabIndex={-1}>
        {step === 0 ? <button id="fetch">Fetch</button> : <button id="pause">Pause</button>}
      </section>
      <textarea aria-label="Message" />
    </>
  );
}

/** More frames than a debt lasts. */
const pass = async (): Promise<void> => {
  for (let frame = 0; frame < 12; frame += 1) await new Promise((done) => requestAnimationFrame(done));
};

it('whoever writes somewhere else by then goes on writing, however often what they pressed becomes another thing', async () => {
  const { rerender, getByLabelText } = render(<Lasting step={0} />);
  act(() => document.querySelector<HTMLElement>('#fetch')?.focus());
  rerender(<Lasting step={1} />);
  await pass();
  // It has the focus while it becomes another once more, and nothing is lost by that.
  act(() => document.querySelector<HTMLElement>('#pause')?.focus());
  rerender(<Lasting step={2} />);
  await pass();
  act(() => getByLabelText('Message').focus());
  rerender(<Lasting step={3} />);
  await pass();
  expect(document.activeElement).toBe(getByLabelText('Message'));
});

it('a press somewhere else counts at once', async () => {
  const { rerender, getByLabelText } = render(<Lasting step={0} />);
  act(() => document.querySelector<HTMLElement>('#fetch')?.focus());
  rerender(<Lasting step={1} />);
  const field = getByLabelText('Message');
  act(() => {
    field.dispatchEvent(new Event('pointerdown', { bubbles: true }));
    field.focus();
  });
  await pass();
  expect(document.activeElement).toBe(field);
});

/** A dialog that something beside the part opened, and that goes with the change the part waits for. */
function Asking({ step }: { readonly step: number }): ReactNode {
  return (
    <>
      <Part step={step} />
      <button id="opener">Rename</button>
      {step === 1 ? (
        <div role="dialog">
          <button id="do">Do</button>
        </div>
      ) : null}
    </>
  );
}

it('a dialog that was opened elsewhere on the page has a few frames to give the focus back there', async () => {
  const { rerender, getByTestId } = render(<Asking step={0} />);
  const opener = document.querySelector<HTMLElement>('#opener');
  rerender(<Asking step={1} />);
  act(() => document.querySelector<HTMLElement>('#do')?.focus());
  rerender(<Asking step={2} />);
  for (let frame = 0; frame < 3; frame += 1) await new Promise((done) => requestAnimationFrame(done));
  // As React Aria does: only where nobody took it meanwhile.
  if (document.activeElement === document.body) act(() => opener?.focus());
  await pass();
  expect(document.activeElement).toBe(opener);
  // Given back to nothing, it comes to the part all the same.
  rerender(<Asking step={1} />);
  act(() => document.querySelector<HTMLElement>('#do')?.focus());
  rerender(<Asking step={2} />);
  await pass();
  expect(document.activeElement).toBe(getByTestId('part'));
});

it.each([
  ['a button with words', (isDisabled: boolean, onPress: () => void) => <Button isDisabled={isDisabled} onPress={onPress}>Next</Button>],
  ['a button with a picture', (isDisabled: boolean, onPress: () => void) => <IconButton label="Next" isDisabled={isDisabled} onPress={onPress}>›</IconButton>],
])('%s that goes out of use while it has the focus keeps it until somebody goes on: a disabled one would leave it nowhere, where no key is heard', async (_kind, shown) => {
  const pressed = vi.fn();
  const { rerender, getByRole } = render(shown(false, pressed));
  const button = getByRole('button', { name: 'Next' });
  await pressKey(button);
  expect(pressed).toHaveBeenCalledTimes(1);
  rerender(shown(true, pressed));
  expect([button.hasAttribute('disabled'), button.getAttribute('aria-disabled'), document.activeElement === button]).toEqual([false, 'true', true]);
  await pressKey(button);
  expect(pressed).toHaveBeenCalledTimes(1);
  act(() => button.blur());
  expect(button.hasAttribute('disabled')).toBe(true);
  rerender(shown(false, pressed));
  expect([button.hasAttribute('disabled'), button.getAttribute('aria-disabled')]).toEqual([false, null]);
});
