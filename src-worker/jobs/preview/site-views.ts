/** What sites hold beside files: items of lists as forms, and the texts of pages. */
import { z } from 'zod';
import type {
  ListItemPreview,
  PagePreview,
  PreviewField,
} from '../../../src-shared/contract/preview-contract.ts';
import { plainLine } from '../../formats/mime/plain-line.ts';
import { plainTextOf } from '../../formats/plain-text.ts';
import { lenient, lineText, partAttachments, partNotes, text, type StoredJson } from './json-fields.ts';

const mostColumns = 500;
const longestValue = 64 * 1024;
const mostWebParts = 1000;
/** Sections, columns and web parts stand six levels deep. */
const deepestWebPart = 12;

const itemSchema = lenient({ fields: z.record(z.string(), z.unknown()).catch({}) });
const pageSchema = lenient({ title: lineText, canvasLayout: z.unknown() });

export function listItemView({ json, title, others }: StoredJson): ListItemPreview {
  const columns = Object.entries(itemSchema.parse(json).fields).filter(([name]) => !name.includes('@odata.'));
  const leftOut = columns.length - mostColumns;
  const notes = leftOut > 0 ? [{ code: 'columns-left-out' as const, count: leftOut }] : [];
  return {
    kind: 'list-item',
    title,
    columns: columns.slice(0, mostColumns).map(columnOf),
    attachments: partAttachments(others),
    notes: [...partNotes(others), ...notes],
  };
}

function columnOf([name, value]: [string, unknown]): PreviewField {
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  return { name: plainLine(name), value: written.slice(0, longestValue).toWellFormed() };
}

/** The texts that people wrote on a page; what other web parts show is not in them. */
export function pageView({ json, title, others }: StoredJson): PagePreview {
  const page = pageSchema.parse(json);
  const html = text.parse(webPartTexts(page.canvasLayout).join('\n'));
  return {
    kind: 'page',
    title: page.title === '' ? title : page.title,
    html,
    text: plainTextOf(html),
    attachments: partAttachments(others),
    notes: partNotes(others),
  };
}

function webPartTexts(value: unknown, depth = 0): string[] {
  if (typeof value !== 'object' || value === null || depth > deepestWebPart) return [];
  const { innerHtml } = value as { innerHtml?: unknown };
  const own = typeof innerHtml === 'string' ? [innerHtml] : [];
  const inner = Object.values(value).flatMap((one) => webPartTexts(one, depth + 1));
  return [...own, ...inner].slice(0, mostWebParts);
}
