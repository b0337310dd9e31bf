/** The contents of all sites: those that changed are kept, the others are made when asked for and forgotten. */
import { ChangeBook } from '../change-book.ts';
import type { ResolvedOptions } from '../options.ts';
import { SiteContent, type ContentSizes } from './site-content.ts';
import type { PlannedSite, SitePlan } from './site-plan.ts';

/** What changed of a site itself. */
export interface SiteState {
  title: string;
  changedAt: number;
}

const keptUnchanged = 128;

/** Finds what is in sites. */
export class SiteStore {
  readonly plan: SitePlan;
  /** Changes of sites themselves, by position. */
  readonly sites = new ChangeBook<SiteState>();
  readonly #sizes: ContentSizes;
  readonly #changed = new Map<number, SiteContent>();
  readonly #recent = new Map<number, SiteContent>();
  /** Age of the tokens of every list; contents made later start with it. */
  #tokenAge = 0;

  constructor(plan: SitePlan, options: ResolvedOptions) {
    this.plan = plan;
    const perList = options.sites.listItemsPerList;
    this.#sizes = { itemsPerList: perList ?? (options.profile === 'sample' ? null : 20) };
  }

  content(site: PlannedSite): SiteContent {
    const known = this.#changed.get(site.number) ?? this.#recent.get(site.number);
    if (known) return known;
    const content = new SiteContent(this.plan, site, { sizes: this.#sizes, tokenAge: this.#tokenAge });
    if (this.#recent.size >= keptUnchanged) this.#sweep();
    this.#recent.set(site.number, content);
    return content;
  }

  #sweep(): void {
    for (const [number, content] of this.#recent) if (content.isTouched) this.#changed.set(number, content);
    this.#recent.clear();
  }

  titleOf(site: PlannedSite): string {
    return this.sites.get(this.plan.positionOf(site))?.title ?? site.title;
  }

  rename(site: PlannedSite, title: string): void {
    this.sites.put(this.plan.positionOf(site), (changedAt) => ({ title, changedAt }));
  }

  /** Makes the delta links of one site's lists, or of everything, expire. */
  expireDelta(site: PlannedSite | null): void {
    if (site) {
      const content = this.content(site);
      content.expireDelta();
      this.#changed.set(site.number, content);
      return;
    }
    this.#tokenAge += 1;
    this.sites.tokenAge += 1;
    for (const content of new Set([...this.#changed.values(), ...this.#recent.values()]))
      content.expireDelta();
  }
}
