/**
 * The folders a mailbox starts with and which of its messages lie where: folder f holds the contiguous range
 * [first, end) of message numbers, so a page of any folder costs what the page costs. Later changes are not here.
 */
import { mix, shareOf } from '../chance.ts';
import type { Language } from '../directory/names.ts';

/** Well-known names Graph accepts in place of a folder id, by folder number. */
export const wellKnownFolders: ReadonlyMap<string, number> = new Map([
  ['msgfolderroot', 0],
  ['inbox', 1],
  ['sentitems', 2],
  ['drafts', 3],
  ['deleteditems', 4],
  ['junkemail', 5],
  ['archive', 6],
  ['outbox', 7],
  ['conversationhistory', 8],
  ['recoverableitemsdeletions', 9],
]);

/** The last folder that Exchange itself makes at the front of a plan. */
export const lastWellKnownFolder = 9;

/** Folder number of Deletions, below the root of Recoverable Items. */
export const deletionsFolder = 9;

/**
 * What of Recoverable Items lies at the end of every plan: its root, beside the root of the visible tree, and the
 * folders of which Graph documents no well-known name.
 */
const recoverableNames = ['Recoverable Items', 'Versions', 'Purges'] as const;

export interface PlannedFolder {
  number: number;
  /** Folder number of the parent; -1 above the root. */
  parent: number;
  name: string;
  isHidden: boolean;
  /** Message numbers [first, end). */
  first: number;
  end: number;
}

interface Template {
  parent: number;
  name: string;
  weight: number;
  isHidden?: true;
}

const localNames: Readonly<Record<Language, readonly string[]>> = {
  de: [
    'Posteingang',
    'Gesendete Elemente',
    'Entwürfe',
    'Gelöschte Elemente',
    'Junk-E-Mail',
    'Archiv',
    'Postausgang',
    'Aufgezeichnete Unterhaltungen',
  ],
  fr: [
    'Boîte de réception',
    'Éléments envoyés',
    'Brouillons',
    'Éléments supprimés',
    'Courrier indésirable',
    'Archive',
    "Boîte d'envoi",
    'Historique des conversations',
  ],
  ja: [
    '受信トレイ',
    '送信済みアイテム',
    '下書き',
    '削除済みアイテム',
    '迷惑メール',
    'アーカイブ',
    '送信トレイ',
    '会話の履歴',
  ],
  ru: [
    'Входящие',
    'Отправленные',
    'Черновики',
    'Удаленные',
    'Нежелательная почта',
    'Архив',
    'Исходящие',
    'Журнал бесед',
  ],
  ar: [
    'علبة الوارد',
    'العناصر المرسلة',
    'مسودات',
    'العناصر المحذوفة',
    'البريد غير الهام',
    'الأرشيف',
    'علبة الصادر',
    'سجل المحادثات',
  ],
  en: [
    'Inbox',
    'Sent Items',
    'Drafts',
    'Deleted Items',
    'Junk Email',
    'Archive',
    'Outbox',
    'Conversation History',
  ],
};
const weights = [30, 16, 2, 6, 2, 8, 0, 1];

const rich: readonly Template[] = [
  { parent: 0, name: 'Deletions', weight: 2, isHidden: true },
  { parent: 1, name: 'Kunden', weight: 6 },
  { parent: 10, name: 'Müller & Söhne GmbH', weight: 5 },
  { parent: 11, name: '2026', weight: 4 },
  { parent: 12, name: 'Q3 – Angebote/Verträge', weight: 3 },
  { parent: 13, name: 'a\\b:c*d?"e<f>g|h', weight: 1 },
  { parent: 0, name: '🚀 Launch 🇯🇵', weight: 3 },
  { parent: 0, name: 'trailing dots...', weight: 1 },
  { parent: 0, name: 'CON', weight: 1 },
  { parent: 0, name: 'مشاريع قديمة', weight: 1 },
  { parent: 6, name: `A very long name ${'that goes on and on '.repeat(11)}to its end`, weight: 1 },
  { parent: 1, name: '2026', weight: 1 },
  { parent: 0, name: 'empty', weight: 0 },
  { parent: 0, name: 'Sync Issues', weight: 1, isHidden: true },
  { parent: 22, name: 'Conflicts', weight: 1, isHidden: true },
  { parent: 0, name: ' leading space', weight: 1 },
];

const modest: readonly Template[] = [
  { parent: 0, name: 'Deletions', weight: 0, isHidden: true },
  { parent: 1, name: 'Projects', weight: 10 },
  { parent: 10, name: 'Delivered', weight: 10 },
];

/** The folders of a mailbox with `messageCount` messages; index equals folder number, the root is 0. */
export function planFolders(
  mailboxSeed: number,
  plan: { language: Language; isRich: boolean; messageCount: number },
): PlannedFolder[] {
  const top = localNames[plan.language].map((name, i) => ({ parent: 0, name, weight: weights[i] ?? 0 }));
  const templates: Template[] = [
    { parent: -1, name: 'Top of Information Store', weight: 0 },
    ...top,
    ...(plan.isRich ? rich : modest),
  ];
  const recoverableRoot = templates.length;
  for (const [index, name] of recoverableNames.entries())
    templates.push({ parent: index === 0 ? -1 : recoverableRoot, name, weight: 0, isHidden: true });
  const deletions = templates[deletionsFolder];
  if (deletions) templates[deletionsFolder] = { ...deletions, parent: recoverableRoot };
  const wobbly = templates.map(
    (template, i) => template.weight * (0.7 + 0.6 * shareOf(mix(mailboxSeed, 601, i))),
  );
  const total = wobbly.reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  let first = 0;
  return templates.map((template, number) => {
    reached += wobbly[number] ?? 0;
    const end = Math.round((reached / total) * plan.messageCount);
    const folder = {
      number,
      parent: template.parent,
      name: template.name,
      isHidden: template.isHidden ?? false,
      first,
      end,
    };
    first = end;
    return folder;
  });
}
