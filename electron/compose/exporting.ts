// What exports are made with, read with the first of them, in one file.
export { exportService } from '../services/export-service';
export { exportBeginnings } from '../services/export/formats';
export { exportFiles } from '../storage/export-files';
