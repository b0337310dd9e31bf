/** The area `site`: SharePoint sites with lists and pages. Accounts are sites, by their ids. */
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import { restRoute } from './rest-routes.ts';
import { siteChanges } from './site-changes.ts';
import type { SiteContent } from './site-content.ts';
import { plannedLists, type PlannedSite } from './site-plan.ts';
import { siteRoute } from './site-routes.ts';
import type { SiteStore } from './site-store.ts';
import { siteTruth } from './site-truth.ts';

const fullControl = 'Sites.FullControl.All';

/** A site that is backed up for itself: a personal one is its person's OneDrive. */
function ordinarySite({ plan }: SiteStore, account: string): PlannedSite | null {
  const site = plan.find(account);
  return site && !site.person && !site.isLocked ? site : null;
}

/**
 * The site's properties, columns, content types and subsites; its pages; and what it grants to applications, where the
 * application may ask.
 */
function withoutDelta({ applications }: Organization, content: SiteContent): number {
  const hasPages = content.listStates().some(({ number }) => number === plannedLists.pages);
  const mayReadGrants = applications.first.rolesAt(Date.now()).includes(fullControl);
  return 4 + Number(hasPages) + Number(mayReadGrants);
}

/** Makes the area over the sites of an organization. */
export function createSiteArea(organization: Organization): Area {
  const store = organization.siteStore;
  return {
    name: 'site',
    route: (call) => restRoute(organization, call) ?? siteRoute({ organization, call, store }),
    changes: siteChanges(organization, store),
    truth: (account) => siteTruth(organization, store, account),
    // The list of lists, and one delta of each.
    minimum: (account) => {
      const site = ordinarySite(store, account);
      return site ? 1 + store.content(site).listStates().length : 0;
    },
    withoutDelta: (account) => {
      const site = ordinarySite(store, account);
      return site ? withoutDelta(organization, store.content(site)) : 0;
    },
    expireDelta: (account) => {
      const site = account === undefined ? null : store.plan.find(account);
      if (account === undefined || site) store.expireDelta(site);
    },
  };
}
