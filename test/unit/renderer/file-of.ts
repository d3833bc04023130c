/** A file to be dropped or chosen: jsdom's have no `arrayBuffer`, nor have their slices. */
export function fileOf(name: string, content: string): File {
  const bytes = new TextEncoder().encode(content);
  const arrayBuffer = (): Promise<ArrayBuffer> => Promise.resolve(bytes.buffer);
  return Object.assign(new File([bytes], name), { arrayBuffer, slice: () => Object.assign(new Blob([bytes]), { arrayBuffer }) });
}
