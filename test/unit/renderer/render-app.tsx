import { act, render } from '@testing-library/react';
import { onTestFinished } from 'vitest';
import { App } from '../../../renderer/app/app';
import { readLater } from '../../../renderer/app/later';
import { createModel, type Model } from '../../../renderer/app/model';
import { createClient } from '../../../renderer/bridge/client';
import './light-styles';
import { createFake, type FakeBridge, type World } from '../../preview/fake-world';

// What jsdom lacks and every browser has: ids here need no escaping, and there is no layout to ask about.
Object.assign(globalThis, { CSS: { escape: (text: string) => text } });
Object.assign(window, { matchMedia: () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }) });
// As from Chromium 150 or so on: what scrolls answers with a promise, which an effect must not hand to React as its end.
Element.prototype.scrollIntoView = (): void => Promise.resolve() as unknown as void;

// While the file is read and not within its first test, whose time it would take.
await readLater();

export interface Running {
  readonly fake: FakeBridge;
  readonly model: Model;
}

/** The whole window over the double of the contract. */
export async function renderApp(world: World): Promise<Running> {
  // jsdom has no layout and no focus of its own window.
  document.hasFocus = () => true;
  const fake = createFake(world);
  const model = createModel(createClient(fake.bridge));
  onTestFinished(model.start());
  render(<App model={model} />);
  await settle();
  return { fake, model };
}

/** Lets every answer of the double arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await act(async () => {
      await new Promise((done) => setTimeout(done, 0));
    });
  }
}
