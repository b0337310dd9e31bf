/**
 * Styles, reduced to how text looks. The browser's own parser reads them, so that no escape and no comment can say
 * something else here than there, and only properties and values that are known to load nothing are written again.
 */
import { allowedProperties } from './allowed-html.ts';

const longestStyleSheet = 256 * 1024;
const mostRules = 2000;
/** Types, classes, states and the ways they follow each other. Attribute selectors ask what is written; none is needed. */
const plainSelector = /^[\w\s.,>+~*:-]{1,500}$/;
/** Functions that only compute. */
const knownFunctions = /^(?:rgb|rgba|hsl|hsla|calc)$/;

/** The declarations of a style that are shown, as text; empty where none is. */
export function cleanDeclarations(style: CSSStyleDeclaration): string {
  const kept: string[] = [];
  for (const property of style) {
    const value = style.getPropertyValue(property);
    if (allowedProperties.has(property) && isHarmless(value)) kept.push(`${property}: ${value}`);
  }
  return kept.join('; ');
}

/** Rules of a style sheet that are shown. What follows `@` goes, but for what is inside `@media`. */
export function cleanStyleSheet(text: string): string {
  const sheet = new CSSStyleSheet();
  // A sheet that is made so loads nothing: it has no imports, and no element uses it.
  sheet.replaceSync(text.slice(0, longestStyleSheet));
  return rulesOf(sheet.cssRules).slice(0, mostRules).join('\n');
}

function rulesOf(rules: CSSRuleList): string[] {
  return [...rules].flatMap((rule) => {
    if (rule instanceof CSSMediaRule) return mediaRule(rule);
    if (!(rule instanceof CSSStyleRule) || !plainSelector.test(rule.selectorText)) return [];
    const declarations = cleanDeclarations(rule.style);
    return declarations === '' ? [] : [`${rule.selectorText} { ${declarations} }`];
  });
}

/** Rules for narrow and wide windows; others, such as those for print, are not for a preview. */
function mediaRule(rule: CSSMediaRule): string[] {
  const condition = rule.conditionText;
  if (!/^(?:only )?(?:screen|all)?(?: and )?\((?:max|min)-width: \d{1,5}px\)$/.test(condition)) return [];
  const inner = rulesOf(rule.cssRules);
  return inner.length === 0 ? [] : [`@media ${condition} { ${inner.join('\n')} }`];
}

function isHarmless(value: string): boolean {
  // An escape, a tag or a declaration behind the value has no place in what the parser gives.
  if (/[\\<>{};@]/.test(value)) return false;
  return [...value.matchAll(/([\w-]*)\(/g)].every(
    ([, name = '']) => name === '' || knownFunctions.test(name),
  );
}
