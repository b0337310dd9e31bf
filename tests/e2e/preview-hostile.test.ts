/**
 * Hostile mails in the real preview in a real browser: none may run anything, load anything or leave anything. The same mails
 * in a frame without protection show that they would, so that this test can fail.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkSchemes } from '../../src-renderer/preview/allowed-html.ts';
import { CountingServer } from '../support/counting-server.ts';
import { hostileMails, inShowing, mailOfHost } from '../support/hostile-mails.ts';
import type { Showing, ShownMail, ToldMail } from '../support/preview-page.ts';
import { sleepUntil } from '../support/sleep.ts';

const browserPath = '/usr/bin/chromium';
const pageHost = 'holdfast.example';
/** After everything has loaded: refreshes, animations and beacons come later. */
const settleMs = 2000;
/** Those that may do all of that take longer, and must have done it before they are counted. */
const busySettleMs = 6000;

/** What the mails of one showing did. */
interface Deeds {
  readonly told: readonly ToldMail[];
  /** Of mails whose scripts ran. */
  readonly ranIds: readonly string[];
  /** Addresses that were asked for. */
  readonly loaded: readonly string[];
  /** Frames that went elsewhere, popups, dialogs, downloads, and this page if it changed. */
  readonly left: readonly string[];
}

const photo =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const inline = {
  photo,
  drawing: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="top.postMessage(1)"/>').toString(
    'base64',
  ),
  self: Buffer.from('<img src="cid:self">').toString('base64'),
};
const mails = hostileMails.map((mail) => ({ ...mail, inline }));

let server: CountingServer;
let browser: Browser;

async function bundledPage(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: join(import.meta.dirname, '../support/preview-page.ts'),
        formats: ['iife'],
        name: 'page',
      },
    },
  });
  const [bundle] = Array.isArray(output) ? output : [];
  const code = bundle?.output[0].code ?? '';
  return `<!doctype html><title>preview</title><body><script>${code.replaceAll('</script', '<\\/script')}</script>`;
}

async function show(showing: Showing, shown: readonly ShownMail[] = mails): Promise<Deeds> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  try {
    const page = await context.newPage();
    await page.goto(`http://${pageHost}/`);
    const left = watch(context, page);
    const told = await page
      .evaluate(([all, how]) => window.showMails(all, how), [
        shown.map((mail) => inShowing(mail, showing)),
        showing,
      ] as const)
      .catch((error: unknown) => {
        // The stack names the page, which the test runner takes for a file.
        throw new Error(String(error).split('\n')[0]);
      });
    await sleepUntil(showing === 'unprotected' ? busySettleMs : settleMs);
    const ranIds = await page.evaluate(() => window.ranIds);
    const requests = server.requests.filter(({ host }) => mailOfHost(host, showing) !== undefined);
    const loaded = requests.map(({ isSecure, host, path }) => `http${isSecure ? 's' : ''}://${host}${path}`);
    return { told, ranIds: [...new Set(ranIds)], loaded: [...new Set(loaded)], left };
  } finally {
    await context.close();
  }
}

/** Whatever leaves the page, from now on. */
function watch(context: BrowserContext, page: Page): string[] {
  const left: string[] = [];
  page.on('dialog', (dialog) => {
    left.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('download', (download) => left.push(`download ${download.url()}`));
  page.on('framenavigated', (frame) => {
    const isOwn = frame.parentFrame() === page.mainFrame() && frame.url() === 'about:srcdoc';
    if (!isOwn && !['', 'about:blank'].includes(frame.url())) left.push(`navigation ${frame.url()}`);
  });
  context.on('page', (popup) => left.push(`popup ${popup.url()}`));
  return left;
}

const idsOf = (addresses: readonly string[], showing: Showing) =>
  new Set(addresses.map((address) => mailOfHost(new URL(address).hostname, showing)));

describe.skipIf(!existsSync(browserPath))('hostile mail in a browser', () => {
  let unprotected: Deeds;
  let blocked: Deeds;
  let allowed: Deeds;
  let cleaned: Deeds;
  let framed: Deeds;

  beforeAll(async () => {
    server = await CountingServer.open(pageHost, await bundledPage());
    browser = await chromium.launch({
      executablePath: browserPath,
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        `--host-resolver-rules=MAP *:80 127.0.0.1:${server.port}, MAP *:443 127.0.0.1:${server.port}`,
        '--disable-background-networking',
        '--autoplay-policy=no-user-gesture-required',
      ],
    });
    [unprotected, blocked, allowed, cleaned, framed] = await Promise.all([
      show('unprotected'),
      show('preview'),
      show('preview-with-remote'),
      show('cleaned'),
      show('framed'),
    ]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    server.close();
  });

  test('there are many, each is shown, and each is known by its own id', () => {
    expect(mails.length).toBeGreaterThanOrEqual(60);
    expect(new Set(mails.map(({ id }) => id)).size).toBe(mails.length);
    for (const { told } of [blocked, allowed]) {
      expect(told.map(({ id }) => id)).toEqual(mails.map(({ id }) => id));
      expect(told.filter(({ srcdoc }) => !srcdoc.includes('VISIBLE')).map(({ id }) => id)).toEqual([]);
    }
  });

  test('without protection most of them do what they want, so that the others mean something', () => {
    expect(unprotected.ranIds.length).toBeGreaterThanOrEqual(35);
    expect(idsOf(unprotected.loaded, 'unprotected').size).toBeGreaterThanOrEqual(45);
    expect(unprotected.left.length).toBeGreaterThan(0);
  });

  test('in the preview nothing runs, nothing loads and nothing leaves', () => {
    expect(blocked).toMatchObject({ ranIds: [], loaded: [], left: [] });
    expect(blocked.told.flatMap(({ remoteAddresses }) => remoteAddresses)).toEqual([]);
  });

  test('each wall stands by itself: what was cleaned is safe anywhere, and the frame holds what was not', () => {
    expect(cleaned).toMatchObject({ ranIds: [], loaded: [], left: [] });
    expect(framed).toMatchObject({ ranIds: [], loaded: [] });
    // The mail's own frames are there, and empty: what they were to show is forbidden.
    const empty = ['navigation about:srcdoc', 'navigation chrome-error://chromewebdata/'];
    expect(framed.left.filter((one) => !empty.includes(one))).toEqual([]);
  });

  test('with what lies elsewhere allowed, pictures over https are loaded, and nothing else', () => {
    expect(allowed).toMatchObject({ ranIds: [], left: [] });
    const listed = allowed.told.flatMap(({ remoteAddresses }) => remoteAddresses);
    expect(allowed.loaded.filter((address) => !listed.includes(address))).toEqual([]);
    expect(listed.filter((address) => !address.startsWith('https://'))).toEqual([]);
    expect(allowed.loaded).toContain('https://image.preview-with-remote.hostile.example/x.png');
  });

  test('what lies elsewhere is counted, so that the reader can be asked', () => {
    const countOf = (id: string) => blocked.told.find((one) => one.id === id)?.remoteCount;
    expect(countOf('image')).toBe(1);
    expect(countOf('picture')).toBe(2);
    expect(countOf('style-url')).toBe(3);
    expect(countOf('background-attributes')).toBe(3);
    expect(countOf('script')).toBe(0);
  });

  test('a document of the preview has nothing but what is known, and its policy before all else', async () => {
    const page = await browser.newPage();
    const all = [...blocked.told, ...allowed.told].map(({ id, srcdoc }) => ({ id, srcdoc }));
    const found = await page.evaluate((documents) => {
      const parser = new DOMParser();
      return documents.map(({ id, srcdoc }) => {
        const parsed = parser.parseFromString(srcdoc, 'text/html');
        const elements = [...parsed.body.querySelectorAll('*')];
        return {
          id,
          policy: parsed.head.children[1]?.getAttribute('content') ?? '',
          elements: elements.map((element) => `${element.namespaceURI ?? ''} ${element.localName}`),
          attributes: elements.flatMap((element) => element.getAttributeNames()),
          links: elements.flatMap((element) => element.getAttribute('href') ?? []),
          pictures: elements.flatMap((element) => element.getAttribute('src') ?? []),
          styles: [
            ...[...parsed.querySelectorAll('style')].map(({ textContent }) => textContent),
            ...elements.flatMap((element) => element.getAttribute('style') ?? []),
          ],
        };
      });
    }, all);
    await page.close();
    const never =
      / (script|style|link|meta|base|iframe|frame|object|embed|form|input|button|svg|math|template|noscript|video|audio|source|picture)$/;
    for (const { id, policy, elements, attributes, links, pictures, styles } of found) {
      expect(policy, id).toMatch(
        /^default-src 'none'; img-src data:[^;]*; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'$/,
      );
      expect(
        elements.filter((name) => never.test(name) || !name.startsWith('http://www.w3.org/1999/xhtml ')),
        id,
      ).toEqual([]);
      expect(
        attributes.filter((name) => /^on|^id$|^name$|srcset|background|poster|formaction|ping/.test(name)),
        id,
      ).toEqual([]);
      expect(
        links.filter((href) => !linkSchemes.includes(new URL(href).protocol)),
        id,
      ).toEqual([]);
      expect(
        pictures.filter((src) => !/^(?:data:image\/(?:png|jpeg|gif|webp);base64,|https:\/\/)/.test(src)),
        id,
      ).toEqual([]);
      expect(
        styles.filter((text) => /url\(|@import|@font-face|fixed|expression|var\(|\[/.test(text)),
        id,
      ).toEqual([]);
    }
  });

  test('links keep their text and tell where they lead', () => {
    const { srcdoc } = blocked.told.find(({ id }) => id === 'links-that-lie')!;
    expect(srcdoc).toContain(
      'https://bank.example/login<span> [links-that-lie.preview.hostile.example]</span>',
    );
    expect(srcdoc).toContain('bank.example<span> [evil.example]</span>');
    expect(srcdoc).toContain('paypal.example<span> [xn--');
    expect(srcdoc).toContain('rel="noopener noreferrer"');
    const { srcdoc: bidi } = blocked.told.find(({ id }) => id === 'bidi-tricks')!;
    expect(bidi).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  test('pictures that came with a mail are shown when their bytes are those of a picture', () => {
    const { srcdoc } = blocked.told.find(({ id }) => id === 'content-id-loop')!;
    expect(srcdoc.match(/<img /g)).toHaveLength(1);
    expect(srcdoc).toContain(`src="data:image/png;base64,${photo}"`);
    expect(srcdoc.match(/holdfast-placeholder">/g)).toHaveLength(4);
    const { srcdoc: drawing } = blocked.told.find(({ id }) => id === 'svg-as-inline-picture')!;
    expect(drawing).not.toContain('<img');
  });

  test('the source of a mail is text', async () => {
    const source = await show('source', mails.slice(0, 20));
    expect(source).toMatchObject({ ranIds: [], loaded: [], left: [] });
    expect(source.told.filter(({ srcdoc }) => /<(?:img|script|svg|iframe)[ >]/.test(srcdoc))).toEqual([]);
  });

  test('a mail that means well keeps its looks', async () => {
    const html = `<html><head><style>p.MsoNormal { margin: 0cm; color: rgb(1, 2, 3) } @media (max-width: 600px) { td { width: 100% } }</style></head>
      <body><table width="600" cellpadding="4" style="border-collapse: collapse"><tr><td style="background: #eee; padding: 4px 8px; font-family: Calibri, sans-serif">
      <p class="MsoNormal" style="text-align: center"><b>Tides</b> &amp; <a href="https://tides.example/a?b=1">times</a></p></td></tr></table></body></html>`;
    const { told } = await show('preview', [{ id: 'harmless', html, inline: {} }]);
    const { srcdoc, remoteCount } = told[0]!;
    expect(remoteCount).toBe(0);
    for (const kept of [
      'p.MsoNormal { margin-top: 0cm;',
      'color: rgb(1, 2, 3)',
      '@media (max-width: 600px) { td { width: 100% } }',
      'width="600" cellpadding="4"',
      'background-color: rgb(238, 238, 238)',
      'padding-left: 8px',
      'font-family: Calibri, sans-serif',
      'class="MsoNormal" style="text-align: center"',
      '<b>Tides</b> &amp; <a',
      'href="https://tides.example/a?b=1"',
    ])
      expect(srcdoc).toContain(kept);
  });

  test('HTML that would keep a browser busy is shown as text', async () => {
    const { told } = await show('preview', [{ id: 'large', html: '<p>x'.repeat(60_000), inline: {} }]);
    expect(told[0]).toMatchObject({ isTextInstead: true });
    expect(told[0]!.srcdoc).toContain('<pre>VISIBLE as text</pre>');
  });
});
