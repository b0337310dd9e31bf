/** All drives of the organization: those that changed are kept, the others are made when asked for and forgotten. */
import { Dice, logNormal, mix } from '../chance.ts';
import type { Directory, Person } from '../directory/people.ts';
import type { Documents } from '../mail/documents.ts';
import type { ResolvedOptions } from '../options.ts';
import type { SitePlan } from '../sites/site-plan.ts';
import { Drive } from './drive.ts';
import { driveNumber, parseDriveId, type DriveRef } from './drive-ids.ts';
import { createDriveWorld, type DriveWorld } from './drive-world.ts';

const keptUnchanged = 256;
/** In the sample everybody has a drive with the unusual folders. */
const leastOfPerson = 44;

/** Finds drives by owner and by id. */
export class DriveStore {
  readonly world: DriveWorld;
  readonly #options: ResolvedOptions;
  readonly #sites: SitePlan;
  readonly #changed = new Map<string, Drive>();
  readonly #recent = new Map<string, Drive>();

  constructor(
    options: ResolvedOptions,
    parts: { directory: Directory; documents: Documents; sites: SitePlan },
  ) {
    this.#options = options;
    this.#sites = parts.sites;
    this.world = createDriveWorld(options, parts.directory, parts.documents);
  }

  /** True when a person has a OneDrive. */
  hasDrive(person: Person): boolean {
    return this.#sites.hasPersonalSite(person);
  }

  ofPerson(person: Person): Drive | null {
    return this.hasDrive(person) ? this.#drive({ kind: 'person', owner: person.number, library: 0 }) : null;
  }

  /** Drives of a site: its libraries, in order. */
  ofSite(number: number): Drive[] {
    const site = this.#sites.site(number);
    if (!site) return [];
    if (site.person) return [this.#drive({ kind: 'person', owner: site.person.number, library: 0 })];
    return this.#sites
      .libraries(number)
      .map((library) => this.#drive({ kind: 'library', owner: number, library }));
  }

  /** The drive of an id; null for an id of no drive. */
  find(id: string): Drive | null {
    const ref = parseDriveId(this.world.seed, id);
    if (!ref) return null;
    if (ref.kind === 'library')
      return this.#sites.libraries(ref.owner).includes(ref.library) ? this.#drive(ref) : null;
    if (ref.owner >= this.world.directory.count) return null;
    return this.ofPerson(this.world.directory.person(ref.owner));
  }

  /** True when whoever asks for a drive gets 423. */
  isLocked({ ref }: Drive): boolean {
    if (ref.kind === 'person') return !this.world.directory.person(ref.owner).isEnabled;
    return this.#sites.site(ref.owner)?.isLocked ?? false;
  }

  #drive(ref: DriveRef): Drive {
    const key = `${ref.kind} ${ref.owner} ${ref.library}`;
    const known = this.#changed.get(key) ?? this.#recent.get(key);
    if (known) return known;
    const drive = new Drive(this.world, ref, this.#fileCount(ref));
    if (this.#recent.size >= keptUnchanged) this.#sweep();
    this.#recent.set(key, drive);
    return drive;
  }

  /** Forgets the drives that can be made again. */
  #sweep(): void {
    for (const [key, drive] of this.#recent) if (drive.book.isTouched) this.#changed.set(key, drive);
    this.#recent.clear();
  }

  #fileCount(ref: DriveRef): number {
    const { filesPerDrive } = this.#options.drives;
    if (filesPerDrive !== undefined) return filesPerDrive;
    if (!this.world.isRich) return 0;
    const dice = new Dice(mix(this.world.seed, driveNumber(ref), 720));
    const isPerson = ref.kind === 'person';
    const count = Math.round(logNormal(isPerson ? 60 : 35, 0.6, dice));
    return Math.min(400, Math.max(isPerson ? leastOfPerson : 0, count));
  }
}
