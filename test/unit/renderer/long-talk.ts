import { expect, onTestFinished, vi } from 'vitest';
import { atOnce, type Behind } from '../../../renderer/app/behind-frame';
import { createModel, type Model } from '../../../renderer/app/model';
import { pageSize } from '../../../renderer/features/conversation/messages-store';
import { createClient } from '../../../renderer/bridge/client';
import { createFake } from '../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../preview/scenes';

export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((done) => setTimeout(done, 0));
};

/** A conversation of four pages, of which the newest is here; somebody looks at it. */
export async function longTalk(behind: Behind = atOnce) {
  const fake = createFake(busyWorld(Date.UTC(2026, 4, 6, 12)));
  const model = createModel(createClient(fake.bridge), behind);
  onTestFinished(model.start());
  await settle();
  for (let index = 0; index < 4 * pageSize; index += 1) fake.receive(talkWithBo, `${index}`);
  await settle();
  model.messages.getState().enter(talkWithBo);
  await model.messages.getState().loadNewest(talkWithBo);
  const all = (): readonly string[] => (fake.world.messages.get(talkWithBo) ?? []).map(({ messageId }) => messageId);
  const thread = () => model.messages.getState().threads[talkWithBo];
  const shown = (): readonly string[] => thread()?.messages.map(({ messageId }) => messageId) ?? [];
  /** What is shown stands in the order it has, without a gap. */
  const expectWhole = (): void => {
    const from = all().indexOf(shown()[0] ?? '');
    expect(shown()).toEqual(all().slice(from, from + shown().length));
  };
  return { fake, model, store: model.messages.getState(), all, thread, shown, expectWhole };
}

/** The next answer to what is asked of `group` is made at once and comes when it is let go. */
export function hold(group: Model['client']['messages'], name: 'list'): () => Promise<void>;
export function hold(group: Model['client']['conversations'], name: 'get'): () => Promise<void>;
export function hold(group: Model['client']['files'], name: 'list'): () => Promise<void>;
export function hold(group: object, name: string): () => Promise<void> {
  const calls = group as Record<string, (...given: unknown[]) => Promise<unknown>>;
  const real = calls[name]?.bind(group);
  let release = (): void => undefined;
  const free = new Promise<void>((resolve) => (release = resolve));
  vi.spyOn(calls, name).mockImplementationOnce(async (...given) => {
    const answer = await real?.(...given).then((value) => () => value, (thrown: unknown) => () => Promise.reject(thrown));
    await free;
    return answer?.();
  });
  return async () => {
    release();
    await settle();
  };
}
