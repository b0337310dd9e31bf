/**
 * Why an item was saved without a part of it. Unlike an error, a gap lasts until somebody acts, and the rest of the item
 * is in the snapshot; it stands among the issues of the snapshot as a lasting cause, and no run is partial for it.
 *
 * - `certificate-missing`: SharePoint gives attachments of list items only to an application that signs in with a
 *   certificate, and the connection has a secret. Register a certificate to have them saved.
 * - `full-control-missing`: SharePoint gives attachments of list items, and the grants of a site, only to an application
 *   with the permission Sites.FullControl.All, and here and there whom a file is shared with. Grant it to have them saved.
 */
export type GapCode = 'certificate-missing' | 'full-control-missing';
