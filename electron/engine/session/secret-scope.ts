/** Wipes the secrets of one step, except those the step hands on. */
export class SecretScope {
  readonly #held = new Set<{ wipe(): void }>();

  own<T extends { wipe(): void }>(secret: T): T {
    this.#held.add(secret);
    return secret;
  }

  /** The secret lives on in the next state. */
  release(...secrets: readonly { wipe(): void }[]): void {
    for (const secret of secrets) this.#held.delete(secret);
  }

  wipe(): void {
    for (const secret of this.#held) secret.wipe();
    this.#held.clear();
  }
}
