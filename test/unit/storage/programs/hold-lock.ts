import { codeOf } from './told';
import { lockProfile } from '../../../../electron/storage/profile-lock';

// Takes the lock of a profile, says how that went, and holds it until its stdin ends.
try {
  const lock = lockProfile(process.argv[2] ?? '');
  console.log('held');
  process.stdin.resume();
  process.stdin.on('end', () => {
    lock.release();
    console.log('released');
  });
} catch (error) {
  console.log(codeOf(error));
}
