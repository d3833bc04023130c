import { wipeProfile } from '../../../../electron/storage/profile-wipe';

// Deletes what a folder holds of a profile, as the user it is started as.
wipeProfile(process.argv[2] ?? '', false);
