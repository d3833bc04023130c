/** Bytes that do not follow the layout: too short, too long, not canonical. Never holds the bytes themselves. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}
