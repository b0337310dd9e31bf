/**
 * Writes the PowerShell script that registers the application where Holdfast cannot sign anybody in. It does what the
 * wizard does, with Microsoft's own module, and leaves a settings file to import. Everything that varies is a literal
 * in its head, so that an administrator can read what it will ask for before running it.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Region } from '../../src-shared/model/connection.ts';
import { wantedPermissions } from './register-application.ts';

export interface ScriptWish {
  readonly region: Region;
  readonly applicationName: string;
  readonly withRestore: boolean;
  readonly withExport?: boolean | undefined;
}

/** The clouds as Connect-MgGraph calls them. */
const environments: Readonly<Record<Exclude<Region['kind'], 'Custom'>, string>> = {
  Global: 'Global',
  USGovGccHigh: 'USGov',
  USGovDoD: 'USGovDoD',
  China: 'China',
};

/** Throws `input-invalid` for a region that Microsoft's module cannot reach. */
export function registrationScript(wish: ScriptWish): string {
  const { region, applicationName } = wish;
  if (region.kind === 'Custom') {
    throw new AppError(
      'input-invalid',
      'There is no registration script for the region Custom, because the Microsoft.Graph module reaches the clouds of Microsoft only. Nothing was written.',
    );
  }
  const permissions = wantedPermissions(wish).map(({ name, purpose }) => `  ${literal(name)} # ${purpose}`);
  return body
    .replace('@@ENVIRONMENT@@', () => literal(environments[region.kind]))
    .replace('@@REGION@@', () => literal(region.kind))
    .replace('@@NAME@@', () => literal(applicationName))
    .replace('@@PERMISSIONS@@', () => permissions.join('\n'));
}

/** A single-quoted string. PowerShell takes typographic quotes for quotes too; all are doubled. */
function literal(text: string): string {
  return `'${text.replace(/\p{Cc}/gu, ' ').replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`;
}

const body = `#Requires -Version 7.2
#Requires -Modules Microsoft.Graph.Authentication
<#
  Registers Holdfast in your Microsoft 365 organization and writes a settings file for
  "holdfast organization import". Run it as a Global Administrator (or as a Privileged Role Administrator who may
  create applications). Needs PowerShell 7.2 and: Install-Module Microsoft.Graph.Authentication
  The settings file holds a private key. Move it over a safe way, import it, then delete it.
#>
[CmdletBinding()]
param(
  [string] $OutFile = 'holdfast-organization.json',
  [switch] $DeviceCode,
  [ValidateRange(1, 730)] [int] $ValidDays = 730
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$environment = @@ENVIRONMENT@@
$region = @@REGION@@
$name = @@NAME@@
$wanted = @(
@@PERMISSIONS@@
)
$graphAppId = '00000003-0000-0000-c000-000000000000'

function Send-Graph([string] $Method, [string] $Path, [object] $Body) {
  $call = @{ Method = $Method; Uri = "v1.0$Path"; OutputType = 'HashTable' }
  if ($null -ne $Body) {
    $call.Body = ConvertTo-Json -InputObject $Body -Depth 8
    $call.ContentType = 'application/json'
  }
  Invoke-MgGraphRequest @call
}

# A new object is not known everywhere at once, so a refusal is tried again for two minutes.
function Send-GraphWhenKnown([string] $Path, [object] $Body) {
  $until = [DateTime]::UtcNow.AddMinutes(2)
  while ($true) {
    try { return Send-Graph 'POST' $Path $Body }
    catch {
      $details = "$_ $($_.ErrorDetails)"
      if ($details -match 'already exists') { return $null }
      $mayPass = $details -match 'does not (exist|reference)|not a valid reference|NotFound'
      if (-not $mayPass -or [DateTime]::UtcNow -gt $until) { throw }
      Start-Sleep -Seconds 3
    }
  }
}

if (Test-Path -LiteralPath $OutFile) { throw "$OutFile is there already. Nothing was done." }
# Written first, for its owner only: no application is left without a place for its key.
[void] (New-Item -ItemType File -Path $OutFile)
if ($IsWindows) { icacls $OutFile /inheritance:r /grant:r "$($env:USERDOMAIN)\\$($env:USERNAME):(F)" | Out-Null }
else { chmod 600 $OutFile }

$application = $null
try {
  Connect-MgGraph -Environment $environment -Scopes 'Application.ReadWrite.All', 'AppRoleAssignment.ReadWrite.All' -ContextScope Process -NoWelcome -UseDeviceCode:$DeviceCode
  $tenantId = (Get-MgContext).TenantId

  $rsa = [System.Security.Cryptography.RSA]::Create(2048)
  $request = [System.Security.Cryptography.X509Certificates.CertificateRequest]::new(
    'CN=Holdfast', $rsa,
    [System.Security.Cryptography.HashAlgorithmName]::SHA256,
    [System.Security.Cryptography.RSASignaturePadding]::Pkcs1)
  $now = [DateTimeOffset]::UtcNow
  $certificate = $request.CreateSelfSigned($now.AddHours(-1), $now.AddDays($ValidDays))

  $graph = Send-Graph 'GET' "/servicePrincipals(appId='$graphAppId')?\`$select=id,appRoles"
  $roles = @($graph.appRoles | Where-Object { $wanted -ccontains $_.value })
  $application = Send-Graph 'POST' '/applications' @{
    displayName = $name
    signInAudience = 'AzureADMyOrg'
    requiredResourceAccess = @(@{
      resourceAppId = $graphAppId
      resourceAccess = @($roles | ForEach-Object { @{ id = $_.id; type = 'Role' } })
    })
    keyCredentials = @(@{
      type = 'AsymmetricX509Cert'
      usage = 'Verify'
      displayName = 'Holdfast'
      key = [Convert]::ToBase64String($certificate.RawData)
    })
  }
  $principal = Send-GraphWhenKnown '/servicePrincipals' @{ appId = $application.appId }
  foreach ($role in $roles) {
    [void] (Send-GraphWhenKnown "/servicePrincipals/$($graph.id)/appRoleAssignedTo" @{
      principalId = $principal.id
      resourceId = $graph.id
      appRoleId = $role.id
    })
  }

  $lines = [Base64FormattingOptions]::InsertLineBreaks
  $certificatePem = "-----BEGIN CERTIFICATE-----\`n$([Convert]::ToBase64String($certificate.RawData, $lines))\`n-----END CERTIFICATE-----\`n"
  $privateKeyPem = "-----BEGIN PRIVATE KEY-----\`n$([Convert]::ToBase64String($rsa.ExportPkcs8PrivateKey(), $lines))\`n-----END PRIVATE KEY-----\`n"
  $settings = [ordered] @{
    holdfast = 'organization'
    version = 1
    region = @{ kind = $region }
    tenantId = $tenantId
    clientId = $application.appId
    credential = [ordered] @{
      kind = 'certificate'
      certificatePem = $certificatePem
      privateKeyPem = $privateKeyPem
    }
  }
  Set-Content -LiteralPath $OutFile -Value (ConvertTo-Json -InputObject $settings -Depth 4) -Encoding utf8NoBOM
  $missing = @($wanted | Where-Object { $roles.value -cnotcontains $_ })
  if ($missing.Count -gt 0) { Write-Warning "This cloud does not have: $($missing -join ', ')" }
  Write-Host "Registered '$name'. Import it with: holdfast organization import $OutFile"
}
catch {
  Remove-Item -LiteralPath $OutFile -ErrorAction SilentlyContinue
  if ($null -ne $application) {
    try { [void] (Send-Graph 'DELETE' "/applications/$($application.id)") }
    catch { Write-Warning "The application '$name' ($($application.appId)) could not be removed. Delete it in the Entra admin center." }
  }
  throw
}
finally { Disconnect-MgGraph -ErrorAction SilentlyContinue | Out-Null }
`;
