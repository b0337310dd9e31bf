/** All mailboxes of the organization: those that changed are kept, the others are made when asked for and forgotten. */
import { Dice, logNormal, mix } from '../chance.ts';
import type { Directory } from '../directory/people.ts';
import type { ResolvedOptions } from '../options.ts';
import { Documents } from './documents.ts';
import { Mailbox } from './mailbox.ts';
import type { MailWorld } from './message-facts.ts';

const keptUnchanged = 512;

export class MailStore {
  readonly world: MailWorld;
  readonly #options: ResolvedOptions;
  readonly #changed = new Map<number, Mailbox>();
  readonly #recent = new Map<number, Mailbox>();

  constructor(options: ResolvedOptions, directory: Directory) {
    this.#options = options;
    this.world = {
      seed: options.seed,
      profile: options.profile,
      messageSizeBytes: options.messageSizeBytes,
      unreadableShare: options.unreadableShare ?? (options.profile === 'sample' ? 0.002 : 0),
      directory,
      documents: new Documents(options.seed, options.profile === 'shared-attachments' ? 40 : 220),
    };
  }

  mailbox(number: number): Mailbox {
    const known = this.#changed.get(number) ?? this.#recent.get(number);
    if (known) return known;
    const mailbox = new Mailbox(this.world, number, this.#messageCount(number));
    if (this.#recent.size >= keptUnchanged) this.#sweep();
    this.#recent.set(number, mailbox);
    return mailbox;
  }

  /** Forgets the mailboxes that can be made again. */
  #sweep(): void {
    for (const [number, mailbox] of this.#recent) if (mailbox.isChanged) this.#changed.set(number, mailbox);
    this.#recent.clear();
  }

  /** Drafts that clients wrote and that still lie where a person sees them. */
  writtenDrafts(): number {
    const touched = [...this.#changed.values(), ...[...this.#recent.values()].filter((one) => one.isChanged)];
    return touched.reduce((sum, mailbox) => sum + mailbox.writtenDrafts(), 0);
  }

  #messageCount(number: number): number {
    if (this.#options.messagesPerUser !== undefined) return this.#options.messagesPerUser;
    if (this.#options.profile !== 'sample') return 100;
    const person = this.world.directory.person(number);
    if (person.purpose === 'room' || person.purpose === 'equipment') return 12;
    return Math.min(900, Math.round(logNormal(90, 0.7, new Dice(mix(this.world.seed, 950, number)))));
  }
}
