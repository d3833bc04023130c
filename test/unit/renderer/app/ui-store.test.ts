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

  it('a dialog that takes the place of another one is about nothing that the former was about', () => {
    const ui = createUiStore();
    const { openDialog, openMessage, openSettings, offerLink, openAnother, openConversationDialog, forward, askLink, openPicture } = ui.getState();
    const about = (): unknown[] => {
      const { dialogConversation, dialogContact, dialogLink, dialogMessage, dialogMessages, dialogTransfer, offeredLink } = ui.getState();
      return [dialogConversation, dialogContact, dialogLink, dialogMessage, ...dialogMessages, dialogTransfer, offeredLink].filter((each) => each !== undefined && each !== '');
    };
    const openings = [() => offerLink('keyshift:invite/a'), () => openAnother('c'), () => openConversationDialog('export', 't'), () => forward(['m']), () => askLink('https://a'), () => openPicture('f'), () => openMessage('n')];
    for (const open of openings) {
      for (const next of [() => openDialog('export'), () => openSettings('look'), () => openMessage('x')]) {
        open();
        expect(about()).toHaveLength(1);
        next();
        expect(about()).toEqual(ui.getState().dialog === 'message' ? ['x'] : []);
      }
    }
  });
});
