/** The area `site`: SharePoint sites with lists and pages. Accounts are sites, by their ids. */
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import { restRoute } from './rest-routes.ts';
import { siteChanges } from './site-changes.ts';
import { siteRoute } from './site-routes.ts';
import { siteTruth } from './site-truth.ts';

/** Makes the area over the sites of an organization. */
export function createSiteArea(organization: Organization): Area {
  const store = organization.siteStore;
  return {
    name: 'site',
    route: (call) => restRoute(organization, call) ?? siteRoute({ organization, call, store }),
    changes: siteChanges(organization, store),
    truth: (account) => siteTruth(organization, store, account),
    expireDelta: (account) => {
      const site = account === undefined ? null : store.plan.find(account);
      if (account === undefined || site) store.expireDelta(site);
    },
  };
}
