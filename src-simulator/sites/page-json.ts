/** Site pages: what they are, and how they are laid out. */
import { mix } from '../chance.ts';
import { numberOfObjectId, objectIdOf } from '../directory/object-id.ts';
import { userIdentity } from '../files/sharing.ts';
import type { Organization } from '../graph/graph-call.ts';
import { epochMs } from '../mail/message-facts.ts';
import { phrase } from './field-values.ts';
import { pageFileName, pageTitle } from './list-source.ts';
import type { EntryState } from './site-content.ts';
import { siteUrl } from './site-json.ts';
import { plannedLists, type PlannedSite } from './site-plan.ts';

const pageKind = 45;
const isoTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
/** Web parts that hold no text: some that may be written back, one that may not. */
const standardParts = [
  ['d1d91016-032f-456d-98a4-721247c305e8', 'Image'],
  ['c70391ea-0b10-4ee9-b2b4-006d3fcad0cd', 'Quick links'],
  ['f92bf067-bc19-489e-a556-7fe95f508720', 'List'],
] as const;
const layouts = [
  ['oneColumn', [12]],
  ['twoColumns', [6, 6]],
  ['oneThirdLeftColumn', [4, 8]],
] as const;

const sourceSeed = (organization: Organization, site: PlannedSite): number =>
  mix(mix(organization.options.seed, 771), site.number, plannedLists.pages);

/** The id of a page of a site. */
export const pageIdOf = (organization: Organization, site: PlannedSite, number: number): string =>
  objectIdOf(mix(organization.options.seed, site.number, 773), pageKind, number);

/** The number of the page an id names in a site, or -1. */
export const numberOfPageId = (organization: Organization, site: PlannedSite, id: string): number =>
  numberOfObjectId(mix(organization.options.seed, site.number, 773), pageKind, id);

export interface PageView {
  organization: Organization;
  site: PlannedSite;
  state: EntryState;
}

function webPart(hash: number, id: string): object {
  if (hash % 3 > 0) {
    const innerHtml = `<h2>${phrase(hash)}</h2><p>${`${phrase(hash >>> 4)}. `.repeat(1 + (hash % 30))}</p>`;
    return { '@odata.type': '#microsoft.graph.textWebPart', id, innerHtml };
  }
  const [webPartType, title] = standardParts[
    (hash >>> 5) % standardParts.length
  ] as (typeof standardParts)[number];
  return {
    '@odata.type': '#microsoft.graph.standardWebPart',
    id,
    webPartType,
    data: {
      dataVersion: '1.0',
      title,
      description: phrase(hash >>> 6),
      properties: { layout: 'tiles', count: hash % 9 },
      serverProcessedContent: { htmlStrings: [], searchablePlainTexts: [{ key: 'title', value: title }] },
    },
  };
}

/** What is on a page: sections, columns, web parts. */
export function canvasLayout({ organization, site, state }: PageView): object {
  const base = mix(sourceSeed(organization, site), state.number, 774 + state.edits);
  const sections = Array.from({ length: 1 + (base % 3) }, (_, i) => {
    const hash = mix(base, i, 775);
    const [layout, widths] = layouts[hash % layouts.length] as (typeof layouts)[number];
    return {
      id: String(i + 1),
      layout,
      emphasis: 'none',
      columns: widths.map((width, place) => ({
        id: String(place + 1),
        width,
        webparts: [webPart(mix(hash, place), objectIdOf(hash, 46, place))],
      })),
    };
  });
  return { horizontalSections: sections };
}

/** A page, with what is on it when asked for. */
export function pageJson(
  { organization, site, state }: PageView,
  { isLayoutShown }: { isLayoutShown: boolean },
): Record<string, unknown> {
  const id = pageIdOf(organization, site, state.number);
  const hash = sourceSeed(organization, site);
  const author = { user: userIdentity(organization.directory.person(hash % organization.directory.size)) };
  const changedMs = state.changedAt > 0 ? epochMs + state.changedAt * 1_000 : epochMs - 86_400_000;
  const name = pageFileName(state.number);
  return {
    '@odata.type': '#microsoft.graph.sitePage',
    '@odata.etag': `"{${id.toUpperCase()}},${state.changedAt + 1}"`,
    eTag: `"{${id.toUpperCase()}},${state.changedAt + 1}"`,
    id,
    name,
    title: pageTitle(hash, state),
    description: phrase(mix(hash, state.number)),
    webUrl: `${siteUrl(organization, site)}/SitePages/${name}`,
    pageLayout: state.number === 1 ? 'home' : 'article',
    promotionKind: state.number % 3 === 0 ? 'newsPost' : 'page',
    showComments: true,
    showRecommendedPages: false,
    createdDateTime: isoTime(epochMs - 200 * 86_400_000),
    lastModifiedDateTime: isoTime(changedMs),
    createdBy: author,
    lastModifiedBy: author,
    parentReference: { siteId: organization.sites.idOf(site) },
    publishingState: { level: 'published', versionId: `${state.edits + 1}.0` },
    titleArea: {
      enableGradientEffect: true,
      layout: 'plain',
      showAuthor: true,
      showPublishedDate: false,
      showTextBlockAboveTitle: false,
      textAboveTitle: '',
      textAlignment: 'left',
    },
    ...(isLayoutShown ? { canvasLayout: canvasLayout({ organization, site, state }) } : {}),
  };
}
