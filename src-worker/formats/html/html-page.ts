/** Pages that stand for themselves: without scripts, and without anything that would be loaded from elsewhere. */
import { escapedHtml } from './escaped-html.ts';

const policy =
  "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const style = `
:root{color-scheme:light dark;--line:#8884;--quiet:#616b75}
@media (prefers-color-scheme:dark){:root{--quiet:#a3acb5}}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:52rem;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 .5rem}h2{font-size:1.1rem}
.quiet{color:var(--quiet);font-size:.9em}
article{border-top:1px solid var(--line);padding:.7rem 0}
article article{border-top:0;border-left:2px solid var(--line);margin-left:1rem;padding:.3rem 0 .3rem .8rem}
.plain{white-space:pre-wrap}
img{max-width:100%;height:auto}table{border-collapse:collapse}td,th{border:1px solid var(--line);padding:.2rem .5rem}
@media print{article{break-inside:avoid}}
`.trim();

/** The beginning of a page whose rest follows. `about` is a line below the title. */
export function pageHead(title: string, about = ''): string {
  const below = about === '' ? '' : `<p class="quiet">${escapedHtml(about)}</p>\n`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<title>${escapedHtml(title)}</title><style>${style}</style></head><body>
<h1>${escapedHtml(title)}</h1>
${below}`;
}

/** The end of a page. */
export const pageFoot = '</body></html>\n';
