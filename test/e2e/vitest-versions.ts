/** The Vitest versions that the package is made for, as they are tried out. */
export const supportedVersions = ['4.1.12', '5.1.1'] as const
export type VitestVersion = (typeof supportedVersions)[number]

/** The versions of this session: all of them under `npm run test:matrix` and in the packing test, else the newest for most tests. */
export function vitestVersions(): readonly VitestVersion[] {
  return supportedVersions
}

/** The versions that every fixture project runs on in this session. */
export function projectVersions(): readonly VitestVersion[] {
  return process.env.MATRIX === undefined ? supportedVersions.slice(-1) : supportedVersions
}
