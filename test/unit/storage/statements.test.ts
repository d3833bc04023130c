import { readdirSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import vm from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { newPair } from '../../support/dialog-kit';

const storage = join(__dirname, '../../../electron/storage');

describe('statements', () => {
  it('are compiled once: none has a parameter alone behind LIMIT', () => {
    const bare = readdirSync(storage, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && /LIMIT \?(?! \+ 0)/.test(readFileSync(join(storage, file), 'utf8')));
    expect(bare).toEqual([]);
  });

  it('give their rows without compiling anything once they are warm', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const say = (): void => {
      alice.say(bob, dialogId, 'x');
      bob.receive(alice, ...alice.pending(bob));
      alice.receive(bob, ...bob.acknowledgements(alice));
    };
    for (let times = 0; times < 3; times += 1) say();
    // The library makes a function for the rows of a statement with this, once.
    const compiled = vi.spyOn(vm, 'runInThisContext');
    syncBuiltinESMExports();
    for (let times = 0; times < 10; times += 1) say();
    expect(compiled).not.toHaveBeenCalled();
    compiled.mockRestore();
    syncBuiltinESMExports();
  });
});
