/**
 * What of a mail's HTML is shown: text, tables, lists, pictures, links. Everything that is not named here goes: scripts and
 * their like, frames, forms, media, vector graphics, formulas, and what tells a browser where to load from.
 */

const words = (text: string): string[] => text.trim().split(/\s+/);

export const allowedElements = words(`
  a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del dfn div dl dt em
  figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section small
  span strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr
`);

/** No ids and no names: nothing in the mail may be found under a name that a program looks for. */
export const allowedAttributes = words(`
  align alt bgcolor border cellpadding cellspacing class color colspan dir face height href hspace lang nowrap rowspan
  size span src start style title type valign vspace width
`);

/** Of these, not even the text is shown: it is not meant for people. */
export const droppedWithContent = words(`
  applet audio canvas embed frame frameset iframe math noembed noframes noscript object plaintext script select style svg
  template textarea title video xmp
`);

/** Longhands as the CSS object model names them. None of them takes an address, places a box over others or hides from it. */
export const allowedProperties = new Set(
  words(`
    background-color border-bottom-color border-bottom-style border-bottom-width border-collapse border-left-color
    border-left-style border-left-width border-right-color border-right-style border-right-width border-spacing
    border-top-color border-top-style border-top-width border-bottom-left-radius border-bottom-right-radius
    border-top-left-radius border-top-right-radius clear color direction display float font-family font-size font-style
    font-variant font-weight height letter-spacing line-height list-style-position list-style-type margin-bottom
    margin-left margin-right margin-top max-height max-width min-height min-width padding-bottom padding-left
    padding-right padding-top table-layout text-align text-decoration-color text-decoration-line text-decoration-style
    text-indent text-transform vertical-align white-space white-space-collapse text-wrap-mode width word-break
    overflow-wrap
  `),
);

/** Where links may lead. */
export const linkSchemes: readonly string[] = ['https:', 'http:', 'mailto:', 'tel:'];
