/** Waiting for what comes from the other side: whoever takes something in wakes those who wait, and each looks whether it is theirs. */
export class Waiting {
  /** @type {any} a fault of this program itself: it ends all waiting */
  broken;
  watchers = new Set();

  wake() {
    for (const look of this.watchers) look();
  }
  /**
   * What `find` gives, once it gives something.
   * @param {() => any} find
   * @returns {Promise<any>}
   */
  until(find) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.broken ? undefined : find();
        if (!found && !this.broken) return;
        this.watchers.delete(look);
        if (this.broken) reject(this.broken);
        else resolve(found);
      };
      this.watchers.add(look);
      look();
    });
  }
}
