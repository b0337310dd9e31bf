/** Names of people by language: the written form and the form used in addresses. */

export type Language = 'de' | 'fr' | 'ja' | 'ru' | 'ar' | 'en';

export interface NamePool {
  language: Language;
  isFamilyFirst: boolean;
  given: readonly (readonly [written: string, address: string])[];
  family: readonly (readonly [written: string, address: string])[];
}

export const namePools: readonly NamePool[] = [
  {
    language: 'de',
    isFamilyFirst: false,
    given: [
      ['Jürgen', 'juergen'],
      ['Anneliese', 'anneliese'],
      ['Sören', 'soeren'],
      ['Frauke', 'frauke'],
      ['Björn', 'bjoern'],
      ['Käthe', 'kaethe'],
    ],
    family: [
      ['Müller', 'mueller'],
      ['Großmann', 'grossmann'],
      ['Petersen', 'petersen'],
      ['Schäfer', 'schaefer'],
      ['Wörner', 'woerner'],
      ['Jahnke', 'jahnke'],
    ],
  },
  {
    language: 'fr',
    isFamilyFirst: false,
    given: [
      ['Hélène', 'helene'],
      ['François', 'francois'],
      ['Zoé', 'zoe'],
      ['Benoît', 'benoit'],
      ['Maëlle', 'maelle'],
    ],
    family: [
      ['Lefèvre', 'lefevre'],
      ['Garçon', 'garcon'],
      ['Dupré', 'dupre'],
      ['Moreau', 'moreau'],
      ['Bœuf', 'boeuf'],
    ],
  },
  {
    language: 'en',
    isFamilyFirst: false,
    given: [
      ['Harriet', 'harriet'],
      ['Owen', 'owen'],
      ['Priya', 'priya'],
      ['Liam', 'liam'],
      ['Siobhán', 'siobhan'],
    ],
    family: [
      ["O'Neill", 'oneill'],
      ['Whitaker', 'whitaker'],
      ['Sharma', 'sharma'],
      ['Abbott', 'abbott'],
      ['Pryce-Jones', 'pryce-jones'],
    ],
  },
  {
    language: 'ja',
    isFamilyFirst: true,
    given: [
      ['健太', 'kenta'],
      ['美咲', 'misaki'],
      ['翔', 'sho'],
      ['陽子', 'yoko'],
    ],
    family: [
      ['佐藤', 'sato'],
      ['渡辺', 'watanabe'],
      ['小林', 'kobayashi'],
      ['山本', 'yamamoto'],
    ],
  },
  {
    language: 'ru',
    isFamilyFirst: false,
    given: [
      ['Алексей', 'aleksei'],
      ['Михаил', 'mikhail'],
      ['Юрий', 'yuri'],
      ['Фёдор', 'fyodor'],
    ],
    family: [
      ['Ковалёв', 'kovalev'],
      ['Щербаков', 'shcherbakov'],
      ['Никитин', 'nikitin'],
      ['Орлов', 'orlov'],
    ],
  },
  {
    language: 'ar',
    isFamilyFirst: false,
    given: [
      ['ليلى', 'layla'],
      ['يوسف', 'yusuf'],
      ['فاطمة', 'fatima'],
      ['كريم', 'karim'],
    ],
    family: [
      ['المنصوري', 'almansouri'],
      ['حداد', 'haddad'],
      ['بنجلون', 'benjelloun'],
      ['الفاسي', 'alfassi'],
    ],
  },
];
