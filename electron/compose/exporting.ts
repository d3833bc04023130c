import { exportService, type ExportService, type ExportServiceParts } from '../services/export-service';
import { exportBeginnings } from '../services/export/formats';
import { exportFiles } from '../storage/export-files';

/** Exports with files of each form: all of it is read with the first of them, and lies in one file. */
export function exportsOf(parts: Omit<ExportServiceParts, 'files'>): ExportService {
  const { html, json, archive } = exportBeginnings;
  return exportService({ ...parts, files: { html: exportFiles(html), json: exportFiles(json), archive: exportFiles(archive) } });
}
