import { backupService, type BackupService, type BackupServiceParts } from '../services/backup-service';
import { backupFiles } from '../storage/backup-files';

/** Backups with their files: all of it is read with the first of them, and lies in one file. */
export function backupsOf(parts: Omit<BackupServiceParts, 'files'>): BackupService {
  return backupService({ ...parts, files: backupFiles });
}
