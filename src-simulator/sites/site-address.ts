/** Which site the beginning of a path names: by id, by host and server-relative path, or the root site. */
import type { PlannedSite, SitePlan } from './site-plan.ts';

export interface SiteAddress {
  /** Null when there is no such site. */
  site: PlannedSite | null;
  /** What follows the address. */
  rest: readonly string[];
  isByPath: boolean;
}

/** Reads `sites/...`; null when the path names no single site. */
export function readSiteAddress(plan: SitePlan, segments: readonly string[]): SiteAddress | null {
  const [first, second = ''] = segments;
  if (first !== 'sites' || second === '') return null;
  if (!second.endsWith(':')) {
    // The host of this server has a port in place of a domain.
    const isId = second === 'root' || /[,.:]/.test(second);
    return isId ? { site: siteOf(plan, second), rest: segments.slice(2), isByPath: false } : null;
  }
  const end = segments.findIndex((segment, i) => i > 1 && segment.endsWith(':'));
  const last = end < 0 ? segments.length : end + 1;
  const path = segments.slice(2, last).join('/').replace(/:$/, '');
  const site = plan.byPath(path === '' ? '' : `/${path}`);
  return { site, rest: segments.slice(last), isByPath: true };
}

/** A host alone is the top site of that host. */
const siteOf = (plan: SitePlan, id: string): PlannedSite | null =>
  id.includes(',') || id === 'root' ? plan.find(id) : plan.byPath('');
