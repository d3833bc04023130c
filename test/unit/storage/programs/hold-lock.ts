import { codeOf } from './told';
import { lockProfile } from '../../../../electron/storage/profile-lock';

// Another user, once the modules are loaded: the checkout itself may be readable for its owner only.
const user = Number(process.env['KEYSHIFT_TEST_USER'] ?? -1);
if (user >= 0) {
  process.setgroups?.([]);
  process.setgid?.(user);
  process.setuid?.(user);
}

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
