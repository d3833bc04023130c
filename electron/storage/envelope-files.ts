import { envelopeFileHeadBytes, startsLikeEnvelopes } from '../engine/dialog/envelope-file';
import type { EnvelopeFiles, FileKind } from '../services/ports';
import { privateFiles } from './private-files';

const kind: FileKind = { edgeBytes: envelopeFileHeadBytes, isKind: startsLikeEnvelopes };

/** Files of envelopes, as other files for the user alone. */
export const envelopeFiles: EnvelopeFiles = {
  read: (path, limit) => privateFiles.read(path, limit),
  check: (path) => privateFiles.check(path, kind),
  write: (path, content) => privateFiles.write(path, kind, content),
};
