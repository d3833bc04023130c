import { describe, expect, it } from 'vitest';
import { spareToolkit } from '../../../electron/window/toolkit';

describe('the toolkit', () => {
  it('asks no graphics driver while it is set up, and programs that are started later do not inherit that', () => {
    const env: NodeJS.ProcessEnv = { HOME: '/home/ada' };
    const isSetUp = spareToolkit('linux', env);
    expect(env).toEqual({ HOME: '/home/ada', GDK_GL: 'disable' });
    isSetUp();
    expect(env).toEqual({ HOME: '/home/ada' });
  });

  it('is left to what the person said of it, and alone where there is none', () => {
    const chosen: NodeJS.ProcessEnv = { GDK_GL: 'gles' };
    spareToolkit('linux', chosen)();
    expect(chosen).toEqual({ GDK_GL: 'gles' });
    const elsewhere: NodeJS.ProcessEnv = {};
    const isSetUp = spareToolkit('win32', elsewhere);
    expect(elsewhere).toEqual({});
    isSetUp();
    expect(elsewhere).toEqual({});
  });
});
