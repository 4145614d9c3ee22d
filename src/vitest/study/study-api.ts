/** What every test function of a study has beside its call. */
export interface StudyFunction {
  /** Names a study that is still to be written. */
  readonly todo: (name: string) => void
}
