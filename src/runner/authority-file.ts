import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The authority's certificate as a file, for clients that trust only what their process was started with. */
export class AuthorityFile {
  #folder: string | null = null;

  /** The file's path, written at the first call; null without a certificate. */
  path(pem: string | null): string | null {
    if (pem === null) return null;
    if (this.#folder === null) {
      this.#folder = mkdtempSync(join(tmpdir(), 'mp-bench-'));
      writeFileSync(join(this.#folder, 'ca.pem'), pem);
    }
    return join(this.#folder, 'ca.pem');
  }

  remove(): void {
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = null;
  }
}
