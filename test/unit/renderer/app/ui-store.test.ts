import { describe, expect, it } from 'vitest';
import { createUiStore } from '../../../../renderer/app/ui-store';

describe('toasts and dialogs', () => {
  it.each(['openDialog', 'openMessage'] as const)('%s: what went well makes way, so that it lies on no button; what failed stays', (open) => {
    const ui = createUiStore();
    ui.getState().toast('It is saved.');
    ui.getState().toast('It could not be saved.', 'danger');
    if (open === 'openDialog') ui.getState().openDialog('pair');
    else ui.getState().openMessage('m');
    expect(ui.getState().toasts.map(({ text }) => text)).toEqual(['It could not be saved.']);
    ui.getState().toast('Copied.');
    expect(ui.getState().toasts.map(({ text }) => text)).toEqual(['It could not be saved.', 'Copied.']);
    ui.getState().toast('It could not be saved.', 'danger');
    expect(ui.getState().toasts.map(({ text }) => text)).toEqual(['Copied.', 'It could not be saved.']);
  });
});
