/**
 * What the page of tests/e2e/preview-hostile.test.ts runs: shows mails with the real module of the preview, or, to see that
 * they are as hostile as they say, as they are. Bundled for the browser.
 */
import {
  previewDocument,
  previewFrame,
  textDocument,
  type PreviewDocument,
} from '../../src-renderer/preview/preview-document.ts';

export interface ShownMail {
  readonly id: string;
  readonly html: string;
  /** Inline pictures as base64, by content id. */
  readonly inline: Readonly<Record<string, string>>;
}

/**
 * `cleaned` is the preview's document without its policy, in a frame without protection: the first wall alone. `framed` is the
 * mail as it is, behind the policy and in the frame of the preview: the other two without the first.
 */
export type Showing = 'preview' | 'preview-with-remote' | 'source' | 'cleaned' | 'framed' | 'unprotected';

/** What the page tells of one mail. */
export interface ToldMail extends PreviewDocument {
  readonly id: string;
}

declare global {
  interface Window {
    /** Ids of mails of which something ran. */
    ranIds: string[];
    showMails: (mails: readonly ShownMail[], showing: Showing) => Promise<ToldMail[]>;
  }
}

/** Scripts that run in this page only because a mail broke out are told of in the same way. */
window.ranIds = [];
window.addEventListener('message', ({ data }: MessageEvent<unknown>) => window.ranIds.push(String(data)));

function documentOf({ html, inline }: ShownMail, showing: Showing): PreviewDocument {
  if (showing === 'source') return textDocument(html);
  const pictures = Object.entries(inline).map(
    ([id, letters]) => [id, Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0))] as const,
  );
  const options = { inline: new Map(pictures), isRemoteAllowed: showing === 'preview-with-remote' };
  return previewDocument({ html, text: 'VISIBLE as text' }, options);
}

/** A frame that is told to run and load what it likes; only this page it may not leave, so that there is one. */
function unprotectedFrame(html: string): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-popups');
  frame.srcdoc = html;
  return frame;
}

const policyTag = /<meta http-equiv="Content-Security-Policy"[^>]*>/;

function frameOf(shown: PreviewDocument, html: string, showing: Showing): HTMLIFrameElement {
  if (showing === 'unprotected') return unprotectedFrame(html);
  if (showing === 'cleaned') return unprotectedFrame(shown.srcdoc.replace(policyTag, ''));
  if (showing !== 'framed') return previewFrame(document, shown);
  const [policy = ''] = policyTag.exec(shown.srcdoc) ?? [];
  return previewFrame(document, { ...shown, srcdoc: `${policy}${html}` });
}

/** Shows all mails at once, each in a frame of its own, and ends when all have loaded. */
window.showMails = async (mails, showing) => {
  const told = mails.map((mail) => ({ id: mail.id, ...documentOf(mail, showing) }));
  const loaded = told.map(async (one, at) => {
    const frame = frameOf(one, mails[at]?.html ?? '', showing);
    frame.name = `frame-${one.id}`;
    frame.width = '600';
    frame.height = '120';
    const load = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    document.body.append(frame);
    await load;
  });
  await Promise.race([Promise.all(loaded), new Promise((resolve) => setTimeout(resolve, 8000))]);
  return told;
};
