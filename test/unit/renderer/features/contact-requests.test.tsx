// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { ContactRequest } from '../../../../shared/model/contact';
import { emptyWorld } from '../../../preview/fake-world';
import { idOf } from '../../../preview/ids';
import { scenes } from '../../../preview/scenes';
import { renderApp, settle } from '../render-app';

const now = Date.now();
const requestOf = (): string | null | undefined => document.activeElement?.closest('.request')?.querySelector('.list-name')?.textContent;

function threeRequests(): ContactRequest[] {
  const [request] = scenes['requests']?.(now).requests ?? [];
  if (request === undefined) throw new Error('no request');
  return ['a', 'b', 'c'].map((each) => ({ ...request, requestId: idOf(each), name: `Asks ${each}` }));
}

async function decline(at: number): Promise<void> {
  const button = screen.getAllByRole('button', { name: 'Decline' })[at];
  if (button === undefined) throw new Error('nobody asks');
  // Where the window begins is decided by then: whoever still looks for that would take the focus as soon as the button is gone.
  await waitFor(() => expect(document.activeElement).not.toBe(document.body));
  button.focus();
  await act(() => new Promise<void>((done) => void requestAnimationFrame(() => done())));
  fireEvent.click(button);
  await settle();
}

describe('declining a request', () => {
  it('leaves the focus on the next one, on the one before where there is none behind it, and at last on the conversations', async () => {
    const world = scenes['requests']?.(now) ?? emptyWorld();
    await renderApp(Object.assign(world, { requests: threeRequests() }));
    await decline(1);
    await waitFor(() => expect(requestOf()).toBe('Asks c'));
    // A key pressed twice lets nobody in, and turns nobody else away.
    expect(document.activeElement?.matches('article.request')).toBe(true);
    await decline(1);
    await waitFor(() => expect(requestOf()).toBe('Asks a'));
    await decline(0);
    await waitFor(() => expect(document.activeElement?.closest('[data-row]')).toBeTruthy());
  });

  it('leaves the focus on the ways to somebody where nobody is in the list yet', async () => {
    await renderApp(emptyWorld({ requests: threeRequests().slice(0, 1) }));
    await decline(0);
    await waitFor(() => expect(document.activeElement?.closest('.list-ways')).toBeTruthy());
  });
});
