import type { Handlers } from '../../shared/contract/contract';
import type { Message } from '../../shared/model/message';
import type { Crypto } from '../engine/crypto/crypto';
import type { Clock } from '../engine/ports';
import { choosePath } from './choose-path';
import { conversationRow } from './conversations-service';
import type { EventHub } from './event-hub';
import { archivedSigners } from './export/archive-parts';
import { checkArchive } from './export/check';
import type { ExportFormat, ExportHead } from './export/formats';
import { ExportRuns } from './export/run';
import { exportWriter } from './export/writers';
import { messageViews } from './message-view';
import type { OpenProfile } from './open-profile';
import type { ConversationRow, PathChooser, PreferencesStore } from './ports';
import type { BackupFiles, BackupTarget } from './ports/backup';

/** Messages written in one go: a few milliseconds' work. */
const pageSize = 100;

export interface ExportServiceParts {
  readonly profile: () => OpenProfile;
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly events: EventHub;
  readonly files: Readonly<Record<ExportFormat, BackupFiles>>;
  readonly preferences: Pick<PreferencesStore, 'get'>;
  readonly chooser: PathChooser | undefined;
}

type Calls = Pick<Handlers['conversations'], 'export' | 'cancelExport' | 'checkArchive'>;

/** Conversations as files one can read, and as archives one can check (docs/export.md). */
export function exportService(parts: ExportServiceParts): Calls {
  const runs = new ExportRuns(parts.clock, parts.events);
  return {
    export: async ({ conversationId, format, path }) => {
      const profile = parts.profile();
      const row = conversationRow(profile, conversationId);
      return runs.only(conversationId, profile.stores.messages.count(conversationId, 0), async (run) => {
        const head = headOf(parts, profile, row);
        const day = new Date(head.exportedAt).toISOString().slice(0, 10);
        const chosen = await choosePath(parts.chooser, path, (chooser) => chooser.save(format === 'archive' ? 'archive' : `export-${format}`, `${head.them.name} ${day}`));
        const target = await parts.files[format].begin(chosen);
        try {
          const messages = await write(parts, row, format, head, target, (count) => run.step(count));
          return { path: await target.finish(), messages };
        } catch (error) {
          await target.discard();
          throw error;
        }
      });
    },
    cancelExport: () => {
      runs.cancel();
      return null;
    },
    checkArchive: async ({ path }) => {
      const source = await parts.files.archive.open(await choosePath(parts.chooser, path, (chooser) => chooser.open('archive')));
      try {
        return await checkArchive(parts.crypto, source);
      } finally {
        await source.close();
      }
    },
  };
}

function headOf({ clock }: ExportServiceParts, { local, stores }: OpenProfile, row: ConversationRow): ExportHead {
  const contact = stores.contacts.byId(row.contactId);
  return {
    title: row.title,
    exportedAt: Math.max(0, Math.trunc(clock.now())),
    me: { name: local.identity.name, peerId: local.peerId },
    them: { name: contact?.alias ?? contact?.name ?? '', peerId: row.peerId },
  };
}

/** The profile is asked for anew with every page: once the vault is locked nothing more is read. Gives how many messages were written. */
async function write(parts: ExportServiceParts, { conversationId, peerId }: ConversationRow, format: ExportFormat, head: ExportHead, target: BackupTarget, step: (count: number) => Promise<void>): Promise<number> {
  const profile = parts.profile();
  const language = parts.preferences.get().settings.language === 'de' ? 'de' : 'en';
  const signers = format === 'archive' ? archivedSigners(parts.crypto, profile, peerId) : [];
  const writer = exportWriter(format, head, language, { signers, blocks: () => blocksOf(profile, peerId) });
  const text = (piece: string): Promise<void> => target.write(Buffer.from(piece));
  await text(writer.begin());
  let messages = 0;
  for (let last: Message | undefined; ; ) {
    const { stores } = parts.profile();
    const rows = last === undefined ? stores.messages.pageAt(conversationId, 0, pageSize) : stores.messages.pageAfter(conversationId, last.messageId, pageSize);
    const views = messageViews(stores, rows, () => undefined);
    const answered = answers(stores, views);
    await text(views.map((view) => writer.message(view, view.replyTo === undefined ? undefined : answered.get(view.replyTo))).join(''));
    messages += views.length;
    await step(views.length);
    last = views.at(-1);
    if (views.length < pageSize) break;
  }
  await text(writer.end({ messages, headers: 0 }));
  return messages;
}

function answers(stores: OpenProfile['stores'], views: readonly Message[]): ReadonlyMap<string, Message> {
  const rows = views.flatMap(({ replyTo }) => (replyTo === undefined ? [] : (stores.messages.byId(replyTo) ?? [])));
  return new Map(messageViews(stores, rows, () => undefined).map((view) => [view.messageId, view]));
}

function* blocksOf({ stores }: OpenProfile, peerId: ConversationRow['peerId']): Generator<Uint8Array> {
  for (let after = 0; ; ) {
    const rows = stores.keptHeaders.page(peerId, after, pageSize);
    for (const { block } of rows) yield block;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.key;
  }
}
