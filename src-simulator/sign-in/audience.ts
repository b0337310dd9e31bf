/** Which service a token is for. */

/** Application id of SharePoint Online, the same in every tenant. */
const sharePointId = '00000003-0000-0ff1-ce00-000000000000';

/** True for SharePoint's own interface, by its id or by a host of the organization. */
export const isSharePointAudience = (audience: string): boolean =>
  audience === sharePointId || /^https:\/\/[a-z-]+\.sharepoint\.com$/.test(audience);
