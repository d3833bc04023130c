export type ExportFormat = 'html' | 'json' | 'archive';

/** The first characters of each kind of file: nothing else is ever replaced by it. */
export const exportBeginnings: Readonly<Record<ExportFormat, string>> = {
  html: '<!doctype html><!-- Keyshift conversation 1 -->',
  json: '{"format":"keyshift-conversation","version":1,',
  archive: '{"format":"keyshift-archive","version":1,',
};
export const archiveVersion = 1;

/** What every kind says first. */
export interface ExportHead {
  readonly title: string;
  readonly exportedAt: number;
  readonly me: { readonly name: string; readonly peerId: string };
  readonly them: { readonly name: string; readonly peerId: string };
}
