import { Duplex } from 'node:stream';
import type { Link } from '../../engine/ports';

/** A `Link` as a stream of Node's, so that TLS can run over whatever way was chosen: directly or through a proxy. */
export class LinkStream extends Duplex {
  readonly #link: Link;
  #written: ((error?: Error) => void) | undefined;
  #gone = false;

  constructor(link: Link) {
    // Of a connection that the other side ended nothing is left to say.
    super({ allowHalfOpen: false });
    this.#link = link;
    link.onData((bytes) => {
      if (!this.push(bytes)) link.pause();
    });
    link.onDrain(() => this.#goOn());
    link.onClose(() => {
      this.#gone = true;
      this.#goOn(new Error('the connection is closed'));
      this.push(null);
    });
    // Whoever reads or writes hears of errors; nobody may be there yet.
    this.on('error', () => {});
  }

  override _read(): void {
    this.#link.resume();
  }

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    // A link that is closed asks for patience as a full one does, and never says that there is room.
    if (this.#gone) done(new Error('the connection is closed'));
    else if (this.#link.send(chunk)) done();
    else this.#written = done;
  }

  override _final(done: () => void): void {
    this.#link.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#link.destroy();
    done(error);
  }

  #goOn(error?: Error): void {
    const done = this.#written;
    this.#written = undefined;
    done?.(error);
  }
}
