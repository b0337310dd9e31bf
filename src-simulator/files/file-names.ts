/** Names of files and folders as people choose them, ordinary and not. */

export const fileWords = [
  'Angebot',
  'Protokoll',
  'Zeichnung',
  'Prüfbericht',
  'facture',
  'compte-rendu',
  'Price list',
  'Budget',
  'Übersicht',
  '見積書',
  'Договор',
  'عرض',
  'Quarterly figures',
  'Photo',
] as const;

export const folderWords = [
  'Projekte',
  'Archiv',
  'Kunden',
  'Clients',
  'Reports',
  'Fotos',
  'Entwürfe',
  'Qualité',
  '資料',
  'Отчёты',
  'Team & Orga',
  'Q3+Q4',
] as const;

/**
 * Every kind of name SharePoint allows and other systems stumble over. Some siblings differ by case or by Unicode
 * normalization only.
 */
export const strangeNames = [
  'Leere Datei.txt',
  'README.txt',
  'readme.txt',
  '\u00dcbung.txt',
  'U\u0308bung.txt',
  '#1 100% fertig.docx',
  'a%20b %41%2F.txt',
  "It's & more; (v2) [final] {x} = +@!$^`,~.txt",
  '.gitignore',
  'Ohne Endung',
  `Sehr langer Name ${'mit vielen Wörtern '.repeat(10)}Ende.pdf`,
  '日本語の資料.xlsx',
  'مستند نهائي.docx',
  '😀 Feier 👩‍👩‍👧.jpg',
  'zwei  Leerzeichen.txt',
  'archive.2026.11.01.tar.gz',
  '\ufb01-Ligatur.txt',
  'null\u200bbreit.txt',
] as const;

/** The file that has no bytes. */
export const emptyFileName: string = strangeNames[0];

/** What a OneNote notebook consists of. */
export const notebookNames = ['Open Notebook.onetoc2', 'Allgemein.one', 'Besprechungen.one'] as const;
