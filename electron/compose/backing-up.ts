// What backups are made and read with, read with the first of them, in one file.
export { backupService } from '../services/backup-service';
export { backupFiles } from '../storage/backup-files';
