import type { Directory } from '#core/access/directory.ts';
import type { Gallery } from '#core/biometrics/gallery.ts';
import type { CredentialId, Pseudonym } from '#core/kernel/ids.ts';
import type { ConsentTerms } from './consentTerms.ts';

export interface KnownPeopleParts {
  readonly directory: Directory;
  readonly gallery: Gallery;
  readonly terms: ConsentTerms;
  /** Fewer people are known or compared than before. */
  readonly onChanged: () => void;
  /** Nothing that was kept of these people may stay. */
  readonly onDropped: (people: readonly Pseudonym[]) => void;
}

/** Everybody whom decisions know, in memory. What is dropped here opens nothing from that moment on. */
export class KnownPeople {
  readonly #parts: KnownPeopleParts;

  constructor(parts: KnownPeopleParts) {
    this.#parts = parts;
  }

  get directory(): Directory {
    return this.#parts.directory;
  }

  hasFace(pseudonym: Pseudonym): boolean {
    return this.#parts.gallery.has(pseudonym);
  }

  dropFace(pseudonym: Pseudonym): void {
    this.#parts.gallery.remove(pseudonym);
    this.#parts.onChanged();
  }

  drop(people: readonly Pseudonym[]): void {
    for (const pseudonym of people) {
      this.#parts.directory.remove(pseudonym);
      this.#parts.gallery.remove(pseudonym);
    }
    this.#parts.onDropped(people);
    this.#parts.onChanged();
  }

  /** Whose it was. */
  dropCredential(id: CredentialId): Pseudonym | undefined {
    return this.#parts.directory.removeCredential(id);
  }

  /** Nothing of these people's faces is left on the disk either. */
  faceGone(people: readonly Pseudonym[]): void {
    for (const pseudonym of people) this.#parts.terms.forget(pseudonym);
  }
}
