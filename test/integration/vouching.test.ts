import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp } from '../../electron/compose';
import type { App } from '../../electron/services/app';
import { openssl, OpensslCa } from '../support/openssl-ca';
import { quietPorts } from '../support/quiet-app';
import { temporaryFolder } from '../support/two-peers';

const day = 86_400_000;
const passphrase = 'a passphrase for tests only';

/** Whole applications: real vaults, real TCP on loopback, the real openssl as the organisation. */
describe('an organisation that vouches', () => {
  const folder = temporaryFolder();
  const apps: App[] = [];

  const start = async (name: string): Promise<App> => {
    const app = await startApp(quietPorts(join(folder.path, name)));
    apps.push(app);
    await app.handlers.vault.create({ passphrase, name });
    return app;
  };
  /** Asked again after every event. */
  const until = async (app: App, holds: () => Promise<boolean>): Promise<void> => {
    if (await holds()) return;
    await new Promise<void>((resolve, reject) => {
      const stop = app.onEvent(() => {
        holds().then((done) => {
          if (!done) return;
          stop();
          resolve();
        }, reject);
      });
    });
  };
  const alicesOf = async (app: App) => (await app.handlers.contacts.list(undefined)).find(({ name }) => name === 'Alice');
  const meet = async (app: App): Promise<void> => {
    const { link } = await alice.handlers.contacts.createInvitation({});
    await app.handlers.contacts.acceptInvitation({ link });
    await until(app, async () => (await alicesOf(app))?.reach === 'direct');
  };

  let alice: App;
  let bob: App;
  let carol: App;
  let acme: OpensslCa;
  beforeAll(async () => {
    [alice, bob, carol] = await Promise.all([start('Alice'), start('Bob'), start('Carol')]);
    acme = OpensslCa.create(folder.path, 'Acme', { from: Date.now() - day, to: Date.now() + 365 * day });
    await meet(bob);
    await meet(carol);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    folder.release();
  });

  it('is seen by who trusts it and by nobody else, and is gone once it takes its word back', async () => {
    const { authorityId } = await bob.handlers.authorities.import({ text: acme.pem });
    const { text: csr } = await alice.handlers.identity.exportRequest(undefined);
    openssl(['req', '-verify', '-noout'], csr);
    const leaf = acme.issue(csr, { from: Date.now() - day, to: Date.now() + 90 * day, subject: '/O=Acme Ltd/CN=Alice Adams' });
    const { issuer } = await alice.handlers.identity.importEndorsement({ text: leaf });
    expect(issuer).toBe('Acme');
    await until(bob, async () => (await alicesOf(bob))?.who === 'vouched');
    expect(await alicesOf(bob)).toMatchObject({ vouchedBy: ['Acme'], checked: false, vouchers: [{ authorityId, issuer: 'Acme', name: 'Alice Adams' }] });
    // Carol got the same card and trusts nobody.
    expect(await alicesOf(carol)).toMatchObject({ who: 'unchecked', vouchedBy: [], checked: false });
    expect((await bob.handlers.authorities.list(undefined))[0]?.vouchesFor).toBe(1);

    // What Bob was told stands in his vault.
    await bob.handlers.vault.lock(undefined);
    await bob.handlers.vault.unlock({ passphrase });
    expect(await alicesOf(bob)).toMatchObject({ who: 'vouched', vouchedBy: ['Acme'] });

    const before = await alicesOf(bob);
    const told = new Promise<void>((resolve) => {
      bob.onEvent((event) => {
        if (event.type === 'contact.changed' && event.contactId === before?.contactId) resolve();
      });
    });
    await bob.handlers.authorities.importRevocations({ text: acme.revocations([leaf], { from: Date.now() - 1000, to: Date.now() + day, number: 1 }) });
    await told;
    expect(await alicesOf(bob)).toMatchObject({ who: 'unchecked', vouchedBy: [], keyEpoch: before?.keyEpoch });

    // Everybody judges alone: Carol has no list yet when she begins to trust Acme.
    await carol.handlers.authorities.import({ text: acme.pem });
    await until(carol, async () => (await alicesOf(carol))?.who === 'vouched');
  });

  it('S5-33: lapses when the key is renewed, and is asked for again', async () => {
    await alice.handlers.identity.rotate(undefined);
    expect(await alice.handlers.identity.get(undefined)).toMatchObject({ epoch: 2, endorsements: [], askAgain: ['Acme'] });
    await until(carol, async () => (await alicesOf(carol))?.keyEpoch === 2);
    expect(await alicesOf(carol)).toMatchObject({ who: 'unchecked', vouchedBy: [] });
    const { text: csr } = await alice.handlers.identity.exportRequest(undefined);
    const again = acme.issue(csr, { from: Date.now() - day, to: Date.now() + 90 * day });
    await alice.handlers.identity.importEndorsement({ text: again });
    await until(carol, async () => (await alicesOf(carol))?.who === 'vouched');
    expect((await alice.handlers.identity.get(undefined)).askAgain).toBeUndefined();
  });
});
