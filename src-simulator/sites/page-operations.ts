/** Reading site pages. */
import type { Answer } from '../http/answer.ts';
import { entityAnswer, readPageRequest, sliceAnswer, withNames } from '../graph/paged-collection.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import { itemNotFound, unknownProperty } from '../graph/sharepoint-problems.ts';
import { canvasLayout, numberOfPageId, pageJson, type PageView } from './page-json.ts';
import type { SitePlace } from './site-operations.ts';

const isKnown = (expand: string): boolean => expand === '' || expand === 'canvasLayout';

/** Pages of a site, with their layout when expanded. */
export function listPages(place: SitePlace): Answer {
  const { organization, call, store, site } = place;
  const request = readPageRequest(call, ['expand']);
  if ('status' in request) return request;
  if (!isKnown(request.expand)) return unknownProperty(call, request.expand, 'sitePage');
  const { pages } = store.content(site);
  return sliceAnswer(organization, call, {
    request,
    context: 'sites/pages',
    all: pages.page(0, pages.count).entries,
    toJson: (state) =>
      withNames(
        pageJson({ organization, site, state }, { isLayoutShown: request.expand !== '' }),
        request.select,
        ['id', 'canvasLayout'],
      ),
  });
}

function findPage({ organization, store, site }: SitePlace, id: string): PageView | null {
  const state = store.content(site).pages.get(numberOfPageId(organization, site, id));
  return state && !state.isDeleted ? { organization, site, state } : null;
}

/** One page, with its layout when expanded. */
export function getPage(place: SitePlace, id: string): Answer {
  const { organization, call } = place;
  const view = findPage(place, id);
  const expand = call.query.get('expand') ?? '';
  if (!view) return itemNotFound(call);
  if (!isKnown(expand)) return unknownProperty(call, expand, 'sitePage');
  const json = withNames(pageJson(view, { isLayoutShown: expand !== '' }), selectedNames(call), [
    'id',
    'canvasLayout',
  ]);
  return refuseOptions(call, ['select', 'expand']) ?? entityAnswer(organization, 'sites/pages/$entity', json);
}

/** The layout of a page by itself. */
export function getCanvasLayout(place: SitePlace, id: string): Answer {
  const view = findPage(place, id);
  return view
    ? entityAnswer(place.organization, 'sites/pages/canvasLayout/$entity', canvasLayout(view))
    : itemNotFound(place.call);
}
