// What is read with the first call that needs it, in one file: every file of its own that is read later costs those that are read at a start some hundred bytes more.
export { keyFilesService } from './key-files-service';
export { recoveryService } from './recovery-service';
export { textPrinter } from './recovery-sheet';
export { revive } from './reviving';
