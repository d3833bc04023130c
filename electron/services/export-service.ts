import { plainLanguage } from '../../shared/language';
import type { Handlers } from '../../shared/contract/contract';
import type { Message } from '../../shared/model/message';
import type { Crypto } from '../engine/crypto/crypto';
import type { Clock } from '../engine/ports';
import { choosePath } from './choose-path';
import { conversationRows } from './conversations-service';
import { dayOf } from './day-of';
import type { EventHub } from './event-hub';
import { archivedSigners } from './export/archive-parts';
import { checkArchive } from './export/check';
import type { ExportFormat, ExportHead } from './export/formats';
import { exportWriter } from './export/writers';
import { notedSave } from './files/unfinished-saves';
import { messageViews } from './message-view';
import type { OpenProfile } from './open-profile';
import type { ConversationRow, PathChooser, PreferencesStore } from './ports';
import type { BackupFiles, BackupTarget } from './ports/backup';
import type { MessagePosition } from './ports/finding';
import { type Run, Runs } from './runs';

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
  /** What the system speaks, e.g. `de-AT`. */
  readonly systemLocale: () => string;
  /** The language tag after whose habit the system writes times; empty: none. */
  readonly timesLocale: () => string;
}

/** What is shown as one conversation. */
type Rows = readonly [ConversationRow, ...ConversationRow[]];

export interface ExportService {
  readonly handlers: Pick<Handlers['conversations'], 'export' | 'cancelExport' | 'checkArchive'>;
  /** Gives up what is under way, and leaves nothing of it. */
  stop(): Promise<void>;
}

/** Conversations as files one can read, and as archives one can check (docs/export.md). */
export function exportService(parts: ExportServiceParts): ExportService {
  const runs = new Runs(parts.clock, {
    busy: ['export.busy', 'An export is running already.'],
    cancelled: ['export.cancelled', 'Cancelled. No file was written.'],
  });
  return {
    handlers: {
      export: async ({ conversationId, format, path }) => {
        const rows = conversationRows(parts.profile(), conversationId);
        return runs.only((progress) => parts.events.emit({ type: 'export.progress', conversationId, ...progress }), (run) => exported(parts, run, rows, format, path));
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
    },
    stop: () => runs.stop(),
  };
}

async function exported(parts: ExportServiceParts, run: Run, rows: Rows, format: ExportFormat, path: string | undefined): Promise<{ path: string; messages: number }> {
  const head = headOf(parts, parts.profile(), rows[0]);
  const chosen = await choosePath(parts.chooser, path, (chooser) => chooser.save(format === 'archive' ? 'archive' : `export-${format}`, `${head.them.name} ${dayOf(head.exportedAt)}`));
  // It may have been given up while the dialog was open.
  const total = countOf(parts.profile(), rows);
  await run.step(0, total);
  const saved = notedSave(() => parts.profile().stores.transfers);
  let target: BackupTarget | undefined;
  try {
    const begun = await parts.files[format].begin(chosen, saved.note);
    target = begun;
    const messages = await write(parts, rows, format, head, (piece) => begun.write(Buffer.from(piece)), { run, total });
    return { path: await target.finish(), messages };
  } catch (error) {
    await target?.discard();
    throw error;
  } finally {
    saved.end();
  }
}

function countOf({ stores }: OpenProfile, rows: Rows): number {
  return rows.reduce((sum, { conversationId }) => sum + stores.messages.count(conversationId, 0), 0);
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
async function write(parts: ExportServiceParts, rows: Rows, format: ExportFormat, head: ExportHead, text: (piece: string) => Promise<void>, { run, total }: { run: Run; total: number }): Promise<number> {
  const { peerId } = rows[0];
  const asked = rows.map(({ conversationId }) => conversationId);
  const language = plainLanguage(parts.preferences.get().settings.language, parts.systemLocale());
  const signers = format === 'archive' ? archivedSigners(parts.crypto, parts.profile(), peerId) : [];
  const writer = exportWriter(parts.crypto, format, head, { language, times: parts.timesLocale() }, { signers, blocks: () => blocksOf(parts.profile, peerId) });
  for (const piece of writer.begin()) {
    await text(piece);
    await run.step(0, total);
  }
  let messages = 0;
  for (let from: MessagePosition | undefined; ; ) {
    const { stores } = parts.profile();
    // By where the last one stood: it may be deleted meanwhile.
    const { rows: page, end } = stores.messages.pageFrom(asked, from, pageSize);
    const views = messageViews(stores, page, () => undefined);
    const answered = answers(stores, views);
    await text(views.map((view) => writer.message(view, view.replyTo === undefined ? undefined : answered.get(view.replyTo))).join(''));
    messages += views.length;
    await run.step(messages, Math.max(total, messages));
    if (end === undefined) break;
    from = end;
  }
  await text(writer.end({ messages }));
  return messages;
}

function answers(stores: OpenProfile['stores'], views: readonly Message[]): ReadonlyMap<string, Message> {
  const rows = views.flatMap(({ replyTo }) => (replyTo === undefined ? [] : (stores.messages.byId(replyTo) ?? [])));
  return new Map(messageViews(stores, rows, () => undefined).map((view) => [view.messageId, view]));
}

/** In pages: there is one for every key that was ever shared. */
function* blocksOf(profile: () => OpenProfile, peerId: ConversationRow['peerId']): Generator<readonly Uint8Array[]> {
  for (let after = 0; ; ) {
    const rows = profile().stores.keptHeaders.page(peerId, after, pageSize);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map(({ block }) => block);
    after = last.key;
  }
}
