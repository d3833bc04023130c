import { fireEvent, screen, within } from '@testing-library/react';
import { settle } from './render-app';

/** Presses the button of this name with the mouse; what comes of it is not waited for. */
export const press = (name: string): void => {
  fireEvent.click(screen.getByRole('button', { name }));
};
/** … with what it brings: what is told of it is there. */
export const pressAndWait = async (name: string): Promise<void> => {
  press(name);
  await settle();
};

export const type = (name: string, value: string): void => {
  fireEvent.change(screen.getByLabelText(name, { selector: 'input, textarea' }), { target: { value } });
};

export const chooseBo = async (): Promise<void> => {
  fireEvent.click(within(screen.getByRole('navigation', { name: 'Conversations' })).getByRole('button', { name: /^Bo Lindqvist/ }));
  await settle();
};
