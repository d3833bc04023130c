import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';
import type { Settings } from '../../shared/model/settings';
import type { Transfer } from '../../shared/model/transfer';
import type { Crypto } from '../engine/crypto/crypto';
import type { Clock } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import { choosePath } from './choose-path';
import { conversationRows, shownAt } from './conversations-service';
import type { EventHub } from './event-hub';
import { type Copied, copyIn } from './files/copying';
import { offerOf } from './files/offers';
import { Progress } from './files/progress';
import { safeName } from './files/safe-name';
import { mediaTypeOf } from './files/shown-as';
import { notedSave } from './files/unfinished-saves';
import type { OpenProfile } from './open-profile';
import type { MessageRow, PathChooser } from './ports';
import type { ChosenSource, ChosenTarget, FileTokens } from './ports/files';
import type { TransferRow } from './ports/transfers';
import type { FilePlaces } from './surroundings';
import { assertLength, assertWritable } from './writable';

export interface FilesServiceParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
  readonly places: FilePlaces;
  readonly chooser: PathChooser | undefined;
  /** What the window names files by. */
  readonly tokens: FileTokens | undefined;
  readonly settings: () => Pick<Settings, 'stripMetadata'>;
}

type Asked = Parameters<Handlers['files']['send']>[0];
/** A file that is being taken into the profile; it outlives a profile that is opened anew meanwhile. */
interface Preparing {
  view: Omit<Transfer, 'done' | 'rate'>;
  cancelled: boolean;
}

export function filesService(parts: FilesServiceParts): Handlers['files'] {
  const { profile, crypto, clock, events, places, chooser } = parts;
  const preparing = new Map<string, Preparing>();
  const progress = new Progress(clock, (transferId) => {
    const view = viewOf(transferId);
    if (view) events.emit({ type: 'transfer.progress', ...view });
  });
  const viewOf = (transferId: string): Transfer | undefined => {
    const one = preparing.get(transferId);
    return one && { ...one.view, done: 0, ...progress.of(transferId) };
  };

  const send = async (asked: Asked): Promise<{ transferId: string; messageId: string }> => {
    const { conversationId, text = '', replyTo } = asked;
    assertWritable(profile(), conversationId, replyTo);
    assertLength(text);
    const opened = await sourceFor(parts, asked);
    const transferId = toHex(crypto.random(16));
    const messageId = await orClosed(opened, () => profile().newMessageId()); // it may be locked by now
    const name = safeName(opened.name);
    const one: Preparing = {
      cancelled: false,
      view: { transferId, conversationId, messageId, direction: 'out', name, size: opened.size, mediaType: mediaTypeOf(name), shown: 'file', state: 'preparing', held: false, addedAt: clock.now() },
    };
    preparing.set(transferId, one);
    const assertWanted = (): void => {
      if (one.cancelled) throw new KeyshiftError('transfer.over', 'It was called off.');
    };
    try {
      const read: ChosenSource['read'] = async (at, length) => {
        profile(); // not while it is locked
        assertWanted();
        return opened.read(at, length);
      };
      const source = parts.settings().stripMetadata ? await (await import('./files/cleaning/clean')).cleaned({ ...opened, read }) : { ...opened, read };
      one.view = { ...one.view, size: source.size };
      const copied = await copyIn({ crypto, held: places.held, transferId, goesOn: (done) => progress.moved(transferId, done) }, source);
      try {
        assertWanted(); // the disk may have taken long with the last of it
        await write(profile(), asked, { ...copied, messageId, name, addedAt: one.view.addedAt });
      } catch (error) {
        await copied.content.close();
        await places.held.remove(copied.file).catch(() => undefined); // swept at the next start
        throw error;
      }
      await copied.content.close();
    } finally {
      preparing.delete(transferId);
      progress.ended(transferId);
      await opened.close();
    }
    if (asked.token !== undefined) parts.tokens?.used(asked.token);
    const { files } = profile();
    files.wrote(transferId);
    try {
      if (one.cancelled) files.cancel(transferId); // while it was written down
    } catch {
      // It is over by then, or goes on where the disk does not take the word: in either case it went, and whoever heard otherwise would write its words once more.
    }
    if (asked.from !== undefined) files.wentAgain(asked.from, transferId);
    return { transferId, messageId };
  };

  /** Errors: device.suspended, device.removed. */
  const counting = () => {
    const opened = profile();
    opened.devices.standing.assertCounts();
    return opened;
  };
  return {
    send,
    accept: ({ transferId }) => (counting().files.accept(transferId), null),
    pause: ({ transferId }) => (profile().files.pause(transferId), null),
    resume: ({ transferId }) => (counting().files.resume(transferId), null),
    cancel: ({ transferId }) => {
      const { files } = profile();
      const one = preparing.get(transferId);
      if (one) one.cancelled = true;
      else files.cancel(transferId);
      return null;
    },
    save: async ({ transferId, path }) => {
      const content = await profile().files.open(transferId);
      try {
        const chosen = await choosePath(chooser, path, (ask) => ask.save('received-file', content.name));
        // In the window the dialog has asked about a file that is there.
        const saved = notedSave(() => profile().stores.transfers);
        let target: ChosenTarget | undefined;
        try {
          target = await places.chosen.begin(chosen, chooser !== undefined, saved.note);
          for await (const piece of content.stream()) {
            try {
              profile(); // not while it is locked
              await target.write(piece);
            } finally {
              crypto.wipe(piece);
            }
          }
          return { path: await target.finish() };
        } catch (error) {
          await target?.discard();
          throw error;
        } finally {
          saved.end();
        }
      } finally {
        await content.close();
      }
    },
    list: (input) => {
      const { conversationId: of, before, transferIds } = input ?? {};
      const asked = of === undefined ? undefined : conversationRows(profile(), of).map(({ conversationId }) => conversationId);
      const shown = (one: Transfer): Transfer => ({ ...one, conversationId: asked?.[0] ?? shownAt(profile(), one.conversationId) });
      const isAsked = (one: Transfer): boolean => asked?.includes(one.conversationId) !== false && transferIds?.includes(one.transferId) !== false;
      const begun = before === undefined ? [...preparing.keys()].flatMap((transferId) => viewOf(transferId) ?? []).filter(isAsked) : [];
      const { files } = profile();
      const kept = transferIds === undefined ? pageOf(files, input, asked) : files.ofAll(transferIds).filter(isAsked);
      return [...begun.reverse(), ...kept].map(shown);
    },
    forget: ({ transferId }) => (profile().files.forget(transferId), null),
  };
}

async function orClosed<T>(source: ChosenSource, work: () => T): Promise<T> {
  try {
    return work();
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function sourceFor({ profile, chooser, places, tokens }: FilesServiceParts, { path, token, from }: Asked): Promise<ChosenSource> {
  if (from !== undefined) return profile().files.open(from);
  if (token === undefined) return places.chosen.open(await choosePath(chooser, path, (ask) => ask.open('any-file')));
  if (tokens === undefined) throw new KeyshiftError('path.unusable', 'There are no such tokens here.');
  return tokens.open(token);
}

/** Files of a page, where nobody says how many. */
const defaultPage = 100;

/** Newest first, of all these conversations. */
function pageOf(files: OpenProfile['files'], input: Parameters<Handlers['files']['list']>[0], asked: readonly string[] | undefined): Transfer[] {
  if (asked === undefined || asked.length === 1) return files.list({ ...input, conversationId: asked?.[0], limit: input?.limit ?? defaultPage });
  const all = asked.flatMap((conversationId) => files.list({ ...input, conversationId }));
  return all.sort((one, other) => other.addedAt - one.addedAt).slice(0, input?.limit ?? defaultPage);
}

/** Outbox row, history row and the file's row stand together (S1-33). */
function write(profile: OpenProfile, { conversationId: shown, text = '', replyTo }: Asked, file: Copied & Pick<TransferRow, 'messageId' | 'name' | 'addedAt'>): Promise<void> {
  return profile.sends.run((touch) => {
    const { conversation, answered } = assertWritable(profile, shown, replyTo);
    const { conversationId } = conversation;
    const { transferId, messageId, name, size, hash, key, shown: preview, have, addedAt } = file;
    const transfer: TransferRow = {
      transferId, messageId, conversationId, peerId: conversation.peerId, direction: 'out', name, size, hash, key, shown: preview, have, addedAt,
      mediaType: mediaTypeOf(name), file: file.file, given: 0, wanted: false, paused: false, settled: true,
    };
    const disappearAfter = conversation.disappearAfter === undefined ? {} : { disappearAfter: conversation.disappearAfter };
    const sent = profile.engine.send(conversation, { ...offerOf(transfer, text), ...(answered && { replyTo: { instanceId: answered.instanceId, sequence: answered.sequence } }), ...disappearAfter });
    const row: MessageRow = {
      messageId,
      conversationId,
      direction: 'out',
      instanceId: sent.instanceId,
      sequence: sent.sequence,
      kind: 'file',
      text,
      transferId,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...disappearAfter,
      sentAt: sent.sentAt,
      state: 'queued',
      keyEpoch: sent.keyEpoch,
    };
    profile.history.written(row, transfer);
    touch(conversation.peerId);
  });
}
