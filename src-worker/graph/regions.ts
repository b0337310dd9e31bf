/**
 * Where each Microsoft cloud answers. Keeps addresses only: what a cloud can and cannot do is known by the workloads.
 * The scope of a token is that of the cloud's own Graph root; mixing two clouds is refused by the sign-in service.
 */
import type { Region } from '../../src-shared/model/connection.ts';

/**
 * The addresses of one cloud. `caPem`, when given, replaces the platform's certificate authorities. Organizations have
 * hosts of their own below `sharePointDomain`; without it, SharePoint answers at the Graph root.
 */
export interface CloudAddresses {
  readonly graphRoot: string;
  readonly loginAuthority: string;
  readonly sharePointDomain?: string;
  readonly caPem?: string;
}

/** The four public clouds, after "National cloud deployments" of the Graph documentation. */
const publicClouds: Readonly<Record<Exclude<Region['kind'], 'Custom'>, CloudAddresses>> = {
  Global: {
    graphRoot: 'https://graph.microsoft.com',
    loginAuthority: 'https://login.microsoftonline.com',
    sharePointDomain: 'sharepoint.com',
  },
  USGovGccHigh: {
    graphRoot: 'https://graph.microsoft.us',
    loginAuthority: 'https://login.microsoftonline.us',
    sharePointDomain: 'sharepoint.us',
  },
  USGovDoD: {
    graphRoot: 'https://dod-graph.microsoft.us',
    loginAuthority: 'https://login.microsoftonline.us',
    sharePointDomain: 'sharepoint-mil.us',
  },
  China: {
    graphRoot: 'https://microsoftgraph.chinacloudapi.cn',
    loginAuthority: 'https://login.chinacloudapi.cn',
    sharePointDomain: 'sharepoint.cn',
  },
};

/** Resolves a region to its addresses. A `Custom` region was validated by `regionSchema` before it came here. */
export function addressesOf(region: Region): CloudAddresses {
  if (region.kind !== 'Custom') return publicClouds[region.kind];
  const { graphRoot, loginAuthority, caPem } = region;
  return caPem === undefined ? { graphRoot, loginAuthority } : { graphRoot, loginAuthority, caPem };
}
