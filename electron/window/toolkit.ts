/** Where GDK 3 reads whether it may ask for OpenGL, once, when it is set up (gdk.c, `gdk_pre_parse`). */
const variable = 'GDK_GL';

/**
 * GTK, which Electron sets up on Linux for dialogs and colours, asks OpenGL which windows there are (gdkglcontext-x11.c, `_gdk_x11_screen_update_visuals_for_gl`),
 * and for that loads the graphics driver with its compiler into this process: some 28 MiB for which nothing is drawn, since what Chromium draws it draws in a
 * process of its own. So GTK is told not to, unless the person said something else about it. Gives what takes that back, to be called when Electron is ready:
 * programs that are started from here are not to inherit it.
 */
export function spareToolkit(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): () => void {
  if (platform !== 'linux' || env[variable] !== undefined) return () => undefined;
  env[variable] = 'disable';
  return () => {
    delete env[variable];
  };
}
