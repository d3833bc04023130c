import { house, passphrase, words } from '../../../support/backup-kit';

// `create PROFILE FILE`: one backup after the other to the same place; `restore PROFILE FILE`: one. Each step is said when it is done.
const [what, profile = '', path = ''] = process.argv.slice(2);

async function live(): Promise<void> {
  const { app } = await house(profile);
  if (what === 'restore') {
    console.log('start');
    await app.handlers.backup.restore({ path, passphrase: words });
    console.log('restored');
    await app.stop();
    return;
  }
  await app.handlers.vault.unlock({ passphrase });
  console.log('start');
  for (;;) {
    const { bytes } = await app.handlers.backup.create({ path, passphrase: words });
    console.log(`made ${bytes}`);
  }
}

live().catch((error: unknown) => {
  console.log(`failed: ${String(error)}`);
  process.exit(1);
});
