import { useEffect } from 'react';
import { useModel, useSettings, useUi } from '../../app/model-context';
import type { Model } from '../../app/model';
import { useText } from '../../i18n/use-text';
import { bringToAnswer } from '../search/bring-into-view';
import { useGoTo } from '../search/use-go-to';
import { chime } from './chime';

/** What begins a link for a new device, and not one from somebody else. */
const forDevice = /^keyshift:link\//;
/** Milliseconds between two sounds: a burst rings once. */
const pause = 2000;

/** While the vault is open: takes links that were opened elsewhere, tells what is looked at, and rings. */
export function useDesktop(): void {
  useLooking();
  useLinks();
  useShown();
  useChime();
}

/** Nobody is told of what they look at. */
function useLooking(): void {
  const { client, background } = useModel();
  const conversationId = useUi((state) => state.selection?.conversationId);
  useEffect(() => {
    background(client.desktop.looking(conversationId === undefined ? {} : { conversationId }));
    return () => void client.desktop.looking({}).catch(() => undefined);
  }, [client, background, conversationId]);
}

function useLinks(): void {
  const model = useModel();
  const text = useText();
  useEffect(() => {
    const take = async (): Promise<void> => {
      if (model.session.getState().phase !== 'open') return;
      const taken = await model.client.desktop.takeLink();
      const { link, unread } = taken;
      // Locked again before it came.
      if (model.session.getState().phase !== 'open' && (link !== undefined || unread !== undefined)) return void (await model.client.desktop.keepLink(taken));
      if (unread !== undefined) model.ui.getState().toast(text('desktop.link.unread', { link: unread }), 'danger');
      if (link === undefined) return;
      if (forDevice.test(link)) model.ui.getState().toast(text('desktop.link.device'));
      else model.ui.getState().offerLink(link);
    };
    model.background(take());
    return model.client.on((event) => {
      if (event.type === 'desktop.link') model.background(take());
    });
  }, [model, text]);
}

/** A notification was clicked: its conversation, and the message itself, wherever it stands by now; what is typed then is the answer. */
function useShown(): void {
  const model = useModel();
  const goTo = useGoTo();
  useEffect(
    () =>
      model.client.on((event) => {
        if (event.type !== 'desktop.show') return;
        const { conversationId, messageId } = event;
        const show = async (): Promise<void> => {
          await model.conversations.getState().load();
          model.ui.getState().closeDialog();
          model.ui.getState().showHelp(false);
          if (messageId === undefined) model.showConversation(conversationId);
          else await goTo.message(conversationId, messageId, bringToAnswer);
        };
        model.background(show());
      }),
    [model, goTo],
  );
}

function useChime(): void {
  const model = useModel();
  const sounds = useSettings((state) => state.settings.sounds);
  useEffect(() => {
    if (!sounds) return;
    let last = Number.NEGATIVE_INFINITY;
    return model.client.on((event) => {
      if (event.type !== 'message.received' || event.message.direction !== 'in' || !isHeard(model, event.conversationId)) return;
      const now = performance.now();
      if (now - last < pause) return;
      last = now;
      chime();
    });
  }, [model, sounds]);
}

/** The same rule as for notifications: not muted, and not what the person looks at already. */
function isHeard(model: Model, conversationId: string): boolean {
  const conversation = model.conversations.getState().conversations.find((one) => one.conversationId === conversationId);
  if (conversation !== undefined && conversation.mutedUntil > Date.now()) return false;
  return !(document.hasFocus() && model.ui.getState().selection?.conversationId === conversationId);
}
